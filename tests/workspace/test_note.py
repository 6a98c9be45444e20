"""Notes: numbers without holes, each holding the one before, and nothing where the deed was taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction

from orchestrator.customers.models import Customer
from orchestrator.domain.audit import NOTHING, digest
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.models import AuditEntry, Brand
from orchestrator.workspace.who import Who

NOW = datetime(2026, 11, 27, 12, 0, 0, 5, UTC)
pytestmark = pytest.mark.django_db


def told() -> list[dict[str, Any]]:
    return list(AuditEntry.objects.order_by("number").values())


def test_an_entry_says_who_did_what_to_what_and_when() -> None:
    user = User.objects.create_user("zofia")
    brand = Brand.objects.get()
    note(Action.CHANGED, user, brand, NOW, name=["Old", "My shop"])
    [row] = told()
    assert row.pop("hash") == digest(AuditEntry.objects.get().entry())
    assert row == {
        "number": 1,
        "at": NOW,
        "who": "user",
        "who_id": str(user.pk),
        "who_name": "zofia",
        "action": "changed",
        "subject": "workspace.brand",
        "subject_id": str(brand.pk),
        "title": "My shop",
        "details": {"name": ["Old", "My shop"]},
        "previous": NOTHING,
    }


def test_each_holds_the_one_before() -> None:
    for _ in range(3):
        note(Action.SIGNED_IN, None, now=NOW)
    rows = told()
    assert [row["number"] for row in rows] == [1, 2, 3]
    assert [row["previous"] for row in rows] == [NOTHING, rows[0]["hash"], rows[1]["hash"]]
    assert [digest(row.entry()) for row in AuditEntry.objects.order_by("number")] == [r["hash"] for r in rows]


def test_a_customers_name_does_not_stand_there() -> None:
    anna = Customer.objects.create(external_id="anna@shop.example", created_at=NOW, updated_at=NOW)
    note(Action.ERASED, Who("command", "", "root"), anna, NOW)
    [row] = told()
    assert (row["subject"], row["subject_id"], row["title"]) == ("customers.customer", str(anna.pk), "")


@pytest.mark.parametrize(("by", "kind"), [(None, "system"), (AnonymousUser(), "nobody")])
def test_who_has_no_account_is_said_to_have_none(by: Any, kind: str) -> None:
    note(Action.RELEASED, by, now=NOW)
    assert [(row["who"], row["who_id"], row["who_name"]) for row in told()] == [(kind, "", "")]


def test_a_deed_taken_back_leaves_no_number_behind() -> None:
    note(Action.PAUSED, None, now=NOW)
    with transaction.atomic():
        note(Action.STOPPED, None, now=NOW)
        transaction.set_rollback(True)
    note(Action.RESUMED, None, now=NOW)
    assert [(row["number"], row["action"]) for row in told()] == [(1, "paused"), (2, "resumed")]

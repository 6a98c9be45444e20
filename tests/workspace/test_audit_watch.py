"""The daily verification: a piece at a time, by one worker, and whatever is wrong is an alarm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from orchestrator.domain.alarms import Kind
from orchestrator.journeys.alarms.facts import at_once
from orchestrator.workspace import audit_watch, audited
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.models import AuditEntry, Workspace
from tests.emptied import unguarded

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def noted(count: int) -> None:
    for number in range(count):
        note(Action.CHANGED, None, now=NOW, step=number)


def checked() -> dict[str, Any]:
    return dict(Workspace.get().audit_checked)


def delete(where: str) -> None:
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM workspace_auditentry WHERE {where}")


def alarms(now: datetime) -> list[dict[str, Any]]:
    return [dict(one.evidence) for one in at_once(now) if one.kind is Kind.AUDIT]


def test_it_is_verified_once_a_day() -> None:
    noted(5)
    assert audit_watch.look(NOW)
    assert not audit_watch.look(NOW + DAY - timedelta(seconds=1))
    head = audited.head()
    assert checked() == {"at": NOW.isoformat(), "number": 5, "hash": head.hash}
    noted(1)
    assert audit_watch.look(NOW + DAY)
    assert checked() == {"at": (NOW + DAY).isoformat(), "number": 6, "hash": audited.head().hash}
    assert alarms(NOW) == []


def test_a_long_log_is_read_in_pieces_and_goes_on_where_it_stopped() -> None:
    noted(7)
    seen, now = [], NOW
    while audit_watch.look(now, piece=3):
        seen.append(checked().get("reading", {}).get("number", checked().get("number")))
    assert seen == [3, 6, 7]
    assert "reading" not in checked()


def test_who_dies_leaves_it_to_another() -> None:
    noted(1)
    Workspace.get()
    Workspace.objects.update(audit_due_at=NOW + audit_watch.LEASE)  # somebody began, and was killed
    assert not audit_watch.look(NOW)
    assert audit_watch.look(NOW + audit_watch.LEASE)
    assert checked()["number"] == 1


@pytest.mark.parametrize(
    ("where", "wrong"),
    [
        ("number = 4", {"what": "missing", "number": 4, "to": 4}),
        ("number >= 5", {"what": "cut off", "number": 5, "to": 0}),
    ],
)
def test_what_is_wrong_is_an_alarm(where: str, wrong: dict[str, Any]) -> None:
    noted(6)
    audit_watch.look(NOW)
    before = checked()
    delete(where)
    assert audit_watch.look(NOW + DAY)
    at = (NOW + DAY).isoformat()
    assert checked() == {"at": at, "number": 6, "hash": before["hash"], "wrong": wrong}
    assert alarms(NOW + DAY) == [{"at": at, "wrong": wrong}]


def test_it_is_found_in_a_later_piece_too() -> None:
    noted(9)
    delete("number = 8")
    while audit_watch.look(NOW, piece=3):
        pass
    assert checked()["wrong"] == {"what": "missing", "number": 8, "to": 8}


def test_an_empty_log_is_whole() -> None:
    assert not AuditEntry.objects.exists()
    audit_watch.look(NOW)
    assert checked() == {"at": NOW.isoformat(), "number": 0, "hash": "0" * 64}

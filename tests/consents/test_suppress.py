"""Addresses never to use."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from orchestrator.consents.models import Suppression
from orchestrator.consents.suppress import Entry, customers_at, suppress, suppressed
from orchestrator.customers.addresses import digest
from orchestrator.customers.save import Person, save
from orchestrator.workspace.models import Brand

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_the_first_reason_stays_and_a_second_entry_changes_nothing() -> None:
    assert suppress([Entry("email", "d1", "bounce", detail="550"), Entry("email", "d2", "manual")], NOW) == 2
    assert suppress([Entry("email", "d1", "complaint")], NOW) == 0
    assert suppressed([("email", "d1"), ("email", "d3"), ("sms", "d1")]) == {("email", "d1"): "bounce"}
    assert Suppression.objects.get(digest="d1").detail == "550"


def test_a_brands_entry_binds_that_brand_and_one_without_binds_all() -> None:
    one, two = (Brand.objects.create(key=key, name=key).pk for key in ("one", "two"))
    suppress([Entry("email", "d1", "complaint", one), Entry("email", "d2", "erasure")], NOW)
    both = [("email", "d1"), ("email", "d2")]
    assert suppressed(both, one) == {both[0]: "complaint", both[1]: "erasure"}
    assert suppressed(both, two) == {both[1]: "erasure"}
    suppress([Entry("email", "d1", "objection")], NOW)
    assert suppressed(both, one) == {both[0]: "objection", both[1]: "erasure"}


def test_everybody_at_an_address_is_found() -> None:
    ids = save([Person(name, addresses={"email": "home@example.com"}) for name in ("a", "b")], NOW).ids
    save([Person("c", addresses={"email": "else@example.com"})], NOW)
    assert customers_at([("email", digest("email", "home@example.com"))]) == set(ids)
    assert customers_at([("sms", digest("email", "home@example.com"))]) == set()

"""A prepared query answers what the ORM answers to the same question."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.models import Count, Max, QuerySet
from django.test.utils import CaptureQueriesContext

from orchestrator.customers.models import Customer
from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.domain.definition.comparisons import Comparison
from orchestrator.domain.definition.rules import AttributeIs
from orchestrator.events.models import Event
from orchestrator.events.record import NewEvent, record
from orchestrator.segments.compile import CUSTOMERS, Scope
from orchestrator.segments.matching import matching
from orchestrator.store.prepared import Given, Prepared, prepared

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


@prepared
def _columns() -> QuerySet[Any]:
    events = Event.objects.filter(customer_id__among=Given("customers"), occurred_at__lte=Given("now"))
    return events.order_by("key").values_list("key", "occurred_at", "amount", "properties", "backfilled")


@prepared
def _newest(limit: int) -> QuerySet[Any]:
    return Event.objects.order_by("-occurred_at").values_list("key")[:limit]


@pytest.fixture
def people() -> list[int]:
    ids = save([Person(f"c{number}", attributes={"n": number}) for number in range(3)], NOW).ids
    record(
        [
            NewEvent(
                ids[0], "order.placed", NOW - timedelta(hours=2), "a", Decimal("12.50"), {"x": ["ż", None]}
            ),
            NewEvent(ids[1], "order.placed", NOW - timedelta(hours=1), "b", None, {}),
            NewEvent(ids[2], "page.viewed", NOW, "c", None, {"deep": {"er": 1.5}}, backfilled=True),
        ],
        NOW,
    )
    return list(ids)


def test_every_kind_of_column_comes_as_the_orm_gives_it(people: list[int]) -> None:
    asked = Event.objects.filter(customer_id__in=people).order_by("key")
    expected = list(asked.values_list("key", "occurred_at", "amount", "properties", "backfilled"))

    assert _columns().rows(customers=people, now=NOW) == expected
    assert expected[0][1:3] == (NOW - timedelta(hours=2), Decimal("12.50"))


def test_each_run_is_given_its_own_values(people: list[int]) -> None:
    assert _columns().column(customers=people, now=NOW - timedelta(hours=1)) == ["a", "b"]
    assert _columns().column(customers=people[1:], now=NOW) == ["b", "c"]
    assert _columns().column(customers=[], now=NOW) == []
    assert _columns().column(customers=[*people, *range(10**6, 10**6 + 40_000)], now=NOW) == ["a", "b", "c"]


def test_an_argument_is_part_of_the_statement(people: list[int]) -> None:
    assert _newest(1).column() == ["c"]
    assert _newest(2).column() == ["c", "b"]
    assert _newest(1) is _newest(1)


def test_aggregates_are_converted_too(people: list[int]) -> None:
    grouped = Event.objects.order_by("customer_id").values_list("customer_id")
    asked = grouped.annotate(last=Max("occurred_at"), number=Count("id"), most=Max("amount"))

    assert Prepared(asked).rows() == list(asked)
    assert Prepared(asked).rows()[0] == (people[0], NOW - timedelta(hours=2), 1, Decimal("12.50"))


def test_only_tuples_can_be_prepared() -> None:
    with pytest.raises(TypeError, match="values_list"):
        Prepared(Customer.objects.all())
    with pytest.raises(TypeError, match="values_list"):
        Prepared(Customer.objects.values_list("id", flat=True))


def test_whoever_watches_the_queries_sees_it(people: list[int]) -> None:
    with CaptureQueriesContext(connection) as watched:
        _columns().rows(customers=people, now=NOW)
    assert len(watched) == 1
    assert "events_event" in watched[0]["sql"]


def test_one_and_true_are_different_rules() -> None:
    number, truth = save([Person("a", attributes={"x": 1}), Person("b", attributes={"x": True})], NOW).ids
    scope = Scope(CUSTOMERS, NOW, ZoneInfo("Europe/Warsaw"), 1)

    found = {
        repr(value): matching(Customer, [number, truth], AttributeIs(Comparison("x", "is", value)), scope)
        for value in (1, True)
    }
    assert found == {"1": {number}, "True": {truth}}

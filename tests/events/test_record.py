"""Events are stored once, at the time they happened, and history is marked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from orchestrator.events.models import Event
from orchestrator.events.record import NewEvent, Recorded, record

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONE = NewEvent(7, "order.placed", NOW, "k1", Decimal("12.30"), {"order_id": "A1", "count": 2})
pytestmark = pytest.mark.django_db


def test_an_event_is_stored_as_given_and_left_for_the_journeys() -> None:
    assert record([ONE], NOW) == Recorded(1, 0)
    event = Event.objects.get()
    assert (event.customer_id, event.name, event.key) == (7, "order.placed", "k1")
    assert (event.occurred_at, event.received_at) == (NOW, NOW)
    assert (event.amount, event.properties) == (Decimal("12.30"), {"order_id": "A1", "count": 2})
    assert (event.backfilled, event.pending) == (False, True)


def test_a_key_counts_once_within_a_call_and_across_calls() -> None:
    assert record([ONE, ONE, replace(ONE, key="k2")], NOW) == Recorded(2, 1)
    Event.objects.update(pending=False)
    assert record([replace(ONE, name="other.thing"), replace(ONE, key="k3")], NOW) == Recorded(1, 1)
    assert sorted(Event.objects.values_list("key", "name", "pending")) == [
        ("k1", "order.placed", False),
        ("k2", "order.placed", False),
        ("k3", "order.placed", True),
    ]


@pytest.mark.parametrize(
    ("shift", "kept"),
    [
        (timedelta(minutes=5), timedelta(minutes=5)),
        (timedelta(minutes=5, seconds=1), timedelta(0)),
        (timedelta(days=400), timedelta(0)),
    ],
)
def test_more_than_five_minutes_in_the_future_becomes_now(shift: timedelta, kept: timedelta) -> None:
    record([replace(ONE, occurred_at=NOW + shift)], NOW)
    assert Event.objects.get().occurred_at == NOW + kept


@pytest.mark.parametrize(
    ("age", "marked", "history"),
    [
        (timedelta(hours=24), False, False),
        (timedelta(hours=24, seconds=1), False, True),
        (timedelta(0), True, True),
    ],
)
def test_older_than_a_day_or_marked_is_history(age: timedelta, marked: bool, history: bool) -> None:
    record([replace(ONE, occurred_at=NOW - age, backfilled=marked)], NOW)
    assert Event.objects.get().backfilled is history


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": "Order Placed"}, "event name"),
        ({"key": ""}, "1 to 100"),
        ({"key": "a\x00"}, "NUL"),
        ({"properties": {"x": "\x00"}}, "properties.x holds a NUL"),
        ({"amount": Decimal("NaN")}, "no sum of money"),
        ({"amount": Decimal("1E+400")}, "no sum of money"),
        ({"occurred_at": datetime(2026, 3, 1)}, "needs a zone"),  # noqa: DTZ001
    ],
)
def test_what_cannot_be_stored_is_named_and_nothing_is_stored(wrong: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        record([ONE, replace(ONE, **{"key": "k2"} | wrong)], NOW)
    assert Event.objects.count() == 0


def test_sums_of_money_are_exact() -> None:
    from django.db.models import Sum

    record([replace(ONE, key=f"k{n}", amount=Decimal("0.10")) for n in range(1000)], NOW)
    assert Event.objects.aggregate(all=Sum("amount"))["all"] == Decimal("100.00")

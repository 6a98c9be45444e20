"""Events are written by COPY where that is safe, and by the statement that leaves known keys out where it is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from orchestrator.events import storing
from orchestrator.events.models import Event
from orchestrator.events.record import NewEvent, Recorded, record
from orchestrator.events.rows import Row
from orchestrator.store.json_text import Written

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONE = NewEvent(7, "order.placed", NOW, "k1", Decimal("12.30"), {"order_id": "A1"})
POSTGRESQL = pytest.mark.postgresql


@pytest.fixture(autouse=True)
def inserted(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The keys of each call that the inserting statement was executed for; nobody has met a known key yet."""
    calls: list[list[str]] = []
    insert = storing._insert

    def watched(rows: Any, now: datetime) -> int:
        calls.append([row.key for row in rows])
        return insert(rows, now)

    monkeypatch.setattr(storing, "_insert", watched)
    monkeypatch.setattr(storing, "_careful", 0)
    return calls


AWKWARD = "a\tb\nc\rd\\N \"e\" {f,g} 'h' Żółć 🎁"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("within", [False, True])
def test_whatever_stands_in_an_event_is_kept_as_it_was(within: bool) -> None:
    later = datetime(2026, 3, 1, 13, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    events = [
        NewEvent(7, "page.viewed", later, AWKWARD, None, {AWKWARD: [AWKWARD, None, 2**70, 0.1]}),
        NewEvent(8, "order.placed", NOW - timedelta(days=2), "\\N", Decimal("-0.01"), {}),
        NewEvent(9, "order.placed", NOW, "NULL", Decimal("999999999999999.99")),
    ]
    if within:
        with transaction.atomic():
            assert record(events, NOW) == Recorded(3, 0)
    else:
        assert record(events, NOW) == Recorded(3, 0)
    columns = ("customer_id", "name", "occurred_at", "key", "amount", "properties", "backfilled")
    assert list(Event.objects.order_by("customer_id").values_list(*columns)) == [
        (7, "page.viewed", later, AWKWARD, None, {AWKWARD: [AWKWARD, None, 2**70, 0.1]}, False),
        (8, "order.placed", NOW - timedelta(days=2), "\\N", Decimal("-0.01"), {}, True),
        (9, "order.placed", NOW, "NULL", Decimal("999999999999999.99"), {}, False),
    ]
    assert set(Event.objects.values_list("received_at", "pending")) == {(NOW, True)}


@POSTGRESQL
@pytest.mark.django_db(transaction=True)
def test_new_keys_are_copied_and_a_known_one_is_left_out(inserted: list[list[str]]) -> None:
    assert record([ONE, replace(ONE, key="k2")], NOW) == Recorded(2, 0)
    assert inserted == []
    assert record([replace(ONE, name="other.thing"), replace(ONE, key="k3")], NOW) == Recorded(1, 1)
    assert inserted == [["k1", "k3"]]
    assert sorted(Event.objects.values_list("key", "name")) == [
        ("k1", "order.placed"),
        ("k2", "order.placed"),
        ("k3", "order.placed"),
    ]


@POSTGRESQL
@pytest.mark.django_db(transaction=True)
def test_a_key_that_stands_twice_in_a_call_is_stored_once(inserted: list[list[str]]) -> None:
    assert record([ONE, ONE, replace(ONE, key="k2")], NOW) == Recorded(2, 1)
    assert inserted == [["k1", "k1", "k2"]]
    assert Event.objects.count() == 2


@POSTGRESQL
@pytest.mark.django_db(transaction=True)
def test_whoever_has_met_a_known_key_does_without_copying_for_a_while(
    inserted: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "CAREFUL", 2)
    record([ONE], NOW)
    assert [record([replace(ONE, key=key)], NOW).stored for key in ("k1", "k2", "k3", "k4")] == [0, 1, 1, 1]
    assert inserted == [["k1"], ["k2"], ["k3"]]


@POSTGRESQL
@pytest.mark.django_db(transaction=True)
def test_in_a_transaction_nothing_is_copied_and_what_is_in_it_stays(inserted: list[list[str]]) -> None:
    record([ONE], NOW)
    with transaction.atomic():
        Event.objects.update(name="other.thing")
        assert record([ONE, replace(ONE, key="k2")], NOW) == Recorded(1, 1)
    assert inserted == [["k1", "k2"]]
    assert sorted(Event.objects.values_list("key", "name")) == [
        ("k1", "other.thing"),
        ("k2", "order.placed"),
    ]


@POSTGRESQL
@pytest.mark.django_db(transaction=True)
def test_what_is_refused_for_another_reason_is_an_error_and_the_connection_goes_on() -> None:
    nobody = Row(None, "order.placed", NOW, "k1", None, Written("{}"), False)  # type: ignore[arg-type]
    with pytest.raises(IntegrityError, match="customer_id"):
        storing.store([nobody], NOW)
    assert Event.objects.count() == 0
    assert connection.get_autocommit()

"""What is too late after a pause or downtime."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from orchestrator.domain.catch_up import due_since, is_stale, stale_before
from orchestrator.domain.durations import parse

WARSAW = ZoneInfo("Europe/Warsaw")
NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)  # the Monday after the clocks went forward
HOUR = timedelta(hours=1)


def test_the_later_of_the_two_limits_holds():
    assert stale_before(None, None, WARSAW, NOON) is None
    assert stale_before(parse("48 hours"), None, WARSAW, NOON) == NOON - 48 * HOUR
    assert stale_before(parse("2 days"), None, WARSAW, NOON) == NOON - 47 * HOUR
    assert stale_before(parse("48 hours"), NOON - HOUR, WARSAW, NOON) == NOON - HOUR
    assert stale_before(parse("1 hour"), NOON - 2 * HOUR, WARSAW, NOON) == NOON - HOUR


def test_what_was_due_at_the_limit_is_not_too_late():
    assert is_stale(NOON - HOUR, NOON)
    assert not is_stale(NOON, NOON)
    assert not is_stale(None, NOON)
    assert not is_stale(NOON - HOUR, None)


def test_since_when_a_walk_is_due():
    assert due_since(None, None, NOON) == NOON
    assert due_since(NOON + HOUR, None, NOON) == NOON
    assert due_since(NOON - HOUR, None, NOON) == NOON - HOUR
    assert due_since(NOON, NOON - 2 * HOUR, NOON) == NOON - 2 * HOUR

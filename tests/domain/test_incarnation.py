"""A halt begins where the database contradicts the mark, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.domain.incarnation import LONG_STOP, OVERDUE, Found, Mark, Why, contradiction
from orchestrator.domain.liveness import SILENT, AtWork, Beat, at_work

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
FOUND = Found("b", frozenset({"a"}), 100, NOW - SECOND, None)


@pytest.mark.parametrize(
    ("mark", "why"),
    [
        (None, None),
        (Mark("b", 99), None),
        (Mark("b", 100), None),
        (Mark("b", 101), Why.RESTORED),
        (Mark("a", 900), None),
        (Mark("c", 1), Why.RESTORED),
    ],
)
def test_only_a_mark_that_is_ahead_contradicts(mark: Mark | None, why: Why | None) -> None:
    assert contradiction(FOUND, mark, NOW) is why


@pytest.mark.parametrize(
    ("silence", "overdue", "why"),
    [
        (LONG_STOP, OVERDUE + SECOND, None),
        (LONG_STOP + SECOND, OVERDUE, None),
        (LONG_STOP + SECOND, OVERDUE + SECOND, Why.STOPPED),
        (LONG_STOP + SECOND, None, None),
        (None, OVERDUE + SECOND, None),
    ],
)
def test_a_long_stop_counts_where_something_is_overdue(
    silence: timedelta | None, overdue: timedelta | None, why: Why | None
) -> None:
    last = None if silence is None else NOW - silence
    due = None if overdue is None else NOW - overdue
    assert contradiction(replace(FOUND, last_beat=last, due_since=due), None, NOW) is why


def test_who_is_silent_or_said_goodbye_does_not_work() -> None:
    heard = [Beat(NOW - SILENT), Beat(NOW - SILENT + SECOND), Beat(NOW - SECOND, ended_at=NOW - SECOND)]
    assert at_work(heard, NOW) == AtWork(1, NOW - SECOND)
    assert at_work([], NOW) == AtWork(0, None)

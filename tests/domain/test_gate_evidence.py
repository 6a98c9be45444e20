"""What the gate keeps with a decision, so that a rule edited later changes nothing of what is said about it."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from orchestrator.domain.durations import parse
from orchestrator.domain.frequency import Calendar, Rolling, Window, window_name
from orchestrator.domain.quiet import EVERY_DAY, QuietHours, Range, quiet_stretches

WARSAW = ZoneInfo("Europe/Warsaw")
NIGHT = QuietHours((Range(EVERY_DAY, time(21), time(8)),))
LUNCH = QuietHours((Range(EVERY_DAY, time(12), time(13, 30)), Range(EVERY_DAY, time(20), time(22))))
SUNDAYS = QuietHours(allowed_days=EVERY_DAY - {6})


@pytest.mark.parametrize(
    ("hour", "stretches"),
    [
        (12, ["12:00–13:30"]),
        (14, []),
        (21, ["21:00–08:00", "20:00–22:00"]),
        (23, ["21:00–08:00"]),
        (3, ["21:00–08:00"]),
    ],
)
def test_the_stretches_of_the_day_that_are_in_force(hour: int, stretches: list[str]) -> None:
    at = datetime(2026, 3, 2, hour, tzinfo=WARSAW).astimezone(UTC)
    assert quiet_stretches(at, [NIGHT, LUNCH], WARSAW) == stretches


def test_two_rules_that_say_the_same_are_named_once() -> None:
    assert quiet_stretches(datetime(2026, 3, 2, 23, tzinfo=UTC), [NIGHT, NIGHT], WARSAW) == ["21:00–08:00"]


def test_a_day_that_is_quiet_as_a_whole_has_no_stretch() -> None:
    assert quiet_stretches(datetime(2026, 3, 1, 12, tzinfo=UTC), [SUNDAYS, NIGHT], WARSAW) == []


@pytest.mark.parametrize(
    ("window", "name"),
    [
        (Rolling(parse("7 days")), "7 days"),
        (Rolling(parse("1 hours")), "1 hour"),
        (Calendar("day"), "day"),
        (Calendar("month"), "month"),
    ],
)
def test_a_window_by_name(window: Window, name: str) -> None:
    assert window_name(window) == name

"""For how long nobody may enter before it is said."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from orchestrator.domain.silence import silent_for

FIRST = date(2026, 3, 2)


def days(*numbers: int) -> list[date]:
    return [FIRST + timedelta(days=number) for number in numbers]


@pytest.mark.parametrize(
    ("entered", "today", "silence"),
    [
        (range(10), 11, None),  # every day, and now two days without
        (range(10), 12, 3),
        (range(0, 21, 3), 24, None),  # every third day: six are not more than twice as long
        (range(0, 21, 3), 25, 7),
        ((0, 1, 2, 3, 4, 5, 13), 29, None),  # a pause of eight days was there before
        ((0, 1, 2, 3, 4, 5, 13), 30, 17),
        (range(6), 28, None),  # six days tell nothing
        ((), 28, None),
        (range(10), 9, None),
    ],
)
def test_longer_than_twice_the_longest_pause(entered: range, today: int, silence: int | None) -> None:
    assert silent_for(days(*entered), FIRST + timedelta(days=today)) == silence


def test_several_entries_of_a_day_are_one_day() -> None:
    assert silent_for(days(*[0, 1, 2] * 5), FIRST + timedelta(days=28)) is None

"""Marks passed and passed again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.definition.rearm import Rearm
from orchestrator.domain.milestones import key_of, passings


def passed(amounts: list[int], below: int | None) -> list[tuple[int, int]]:
    return list(
        passings([Decimal(one) for one in amounts], Decimal(100), None if below is None else Decimal(below))
    )


def test_once_for_ever_or_again_once_it_fell_below():
    amounts = [100, -10, 20, -70, 80, 30]
    assert passed(amounts, None) == [(0, 1)]
    assert passed(amounts, 50) == [(0, 1), (4, 2)]
    assert passed(amounts, 40) == [(0, 1)]
    assert passed([99], 50) == []


@given(st.lists(st.integers(-200, 200)), st.integers(0, 99))
def test_between_two_passings_it_was_below(amounts: list[int], below: int):
    totals = [sum(amounts[: place + 1]) for place in range(len(amounts))]
    found = passed(amounts, below)
    assert [times for _, times in found] == list(range(1, len(found) + 1))
    assert all(totals[place] >= 100 for place, _ in found)
    for (first, _), (second, _) in pairwise(found):
        assert min(totals[first:second]) < below


@pytest.mark.parametrize(
    ("rearm", "period", "written"),
    [
        (Rearm(), "", "never"),
        (Rearm(below=49.5), "", "below 49.5"),
        (Rearm(per="day"), "2027-01-01", "per day"),
        (Rearm(per="week"), "2026-W53", "per week"),
        (Rearm(per="month"), "2027-01", "per month"),
        (Rearm(per="year"), "2027", "per year"),
    ],
)
def test_periods_and_words(rearm: Rearm, period: str, written: str):
    assert rearm.period(date(2027, 1, 1)) == period
    assert str(rearm) == written


def test_keys_tell_passings_apart():
    assert key_of("spent_500", "", 1) == "spent_500"
    assert key_of("spent_500", "", 2) == "spent_500:2"
    assert key_of("spent_500", "2026-03", 1) == "spent_500:2026-03"

"""Fifths by stored cuts, and a name for every three of them."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.scores.cuts import FIFTHS, cut, part, rank
from orchestrator.domain.scores.rfm import GROUPS, NAMES, Cuts, Rfm, cuts_of, group, score

FIRST = date(2026, 1, 1)


def test_ten_different_values_make_five_pairs() -> None:
    cuts = cut(range(1, 11))
    assert cuts == (2, 4, 6, 8)
    assert [part(value, cuts) for value in range(1, 11)] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_equal_values_are_never_parted_and_stand_in_the_lowest_part() -> None:
    cuts = cut([1] * 5 + [2] * 2 + [3] * 3)
    assert cuts == (1, 1, 2, 3)
    assert [part(value, cuts) for value in (1, 2, 3, 4)] == [1, 3, 4, 5]


@given(st.lists(st.integers(-5, 20), min_size=1, max_size=60))
def test_a_part_is_what_counting_says(values: list[int]) -> None:
    """By another way: one more than the number of cuts whose rank is not above the number of smaller values."""
    cuts, count = cut(sorted(values)), len(values)
    for value in values:
        smaller = sum(other < value for other in values)
        assert part(value, cuts) == 1 + sum(smaller >= rank(percent, count) for percent in FIFTHS)


def test_each_of_the_125_has_a_name_and_each_name_somebody() -> None:
    named = Counter(group(*three) for three in product(range(1, 6), repeat=3))
    assert set(named) == set(NAMES)
    assert sum(named.values()) == 125
    assert sorted(GROUPS) == [1, 2, 3, 4, 5]
    assert {len(row) for row in GROUPS.values()} == {5}


def test_better_is_never_worse() -> None:
    """Who bought later is not asleep more soundly; the best are champions, the worst are lost."""
    assert (group(5, 5, 5), group(5, 4, 4), group(1, 1, 1), group(1, 5, 4)) == (
        "champions",
        "champions",
        "lost",
        "cant_lose",
    )
    assert (group(5, 1, 1), group(4, 1, 1), group(2, 1, 2), group(3, 3, 3)) == (
        "new",
        "promising",
        "hibernating",
        "need_attention",
    )


def test_a_base_is_cut_and_one_person_placed_in_it_alone() -> None:
    base = [(FIRST + timedelta(days=n), n + 1, Decimal(100 - n)) for n in range(10)]
    cuts = cuts_of(base)
    assert cuts == Cuts(
        tuple(FIRST + timedelta(days=n) for n in (1, 3, 5, 7)),
        (2, 4, 6, 8),
        (Decimal(92), Decimal(94), Decimal(96), Decimal(98)),
    )
    assert score(*base[9], cuts) == Rfm(5, 5, 1)
    assert score(*base[9], cuts).group == "potential_loyalist"
    assert score(FIRST, 1, Decimal(0), Cuts()) == Rfm(1, 1, 1)

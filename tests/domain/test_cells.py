"""CELLS: no hidden count can be told from what is shown, by trying every table that fits; and no more is hidden than need be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.domain.cells import LEAST, Name, Sum, hidden, interval

TRIED = 5  # hidden counts, up to which every table is tried; of more the witness alone is checked


def row(*counts: int) -> tuple[dict[Name, int], list[Sum]]:
    """Counts and their total."""
    parts = {f"c{place}": count for place, count in enumerate(counts)}
    return {**parts, "all": sum(counts)}, [Sum("all", tuple(parts))]


def square(rows: list[list[int]]) -> tuple[dict[Name, int], list[Sum]]:
    """A table with both margins and the total of them."""
    height, width = range(len(rows)), range(len(rows[0]))
    counts: dict[Name, int] = {(r, c): rows[r][c] for r in height for c in width}
    counts |= {(r, "all"): sum(rows[r]) for r in height}
    counts |= {("all", c): sum(one[c] for one in rows) for c in width}
    counts["all", "all"] = sum(sum(one) for one in rows)
    sums = [Sum((r, "all"), tuple((r, c) for c in width)) for r in height]
    sums += [Sum(("all", c), tuple((r, c) for r in height)) for c in width]
    sums += [Sum(("all", "all"), tuple((r, "all") for r in height))]
    sums += [Sum(("all", "all"), tuple(("all", c) for c in width))]
    return counts, sums


def fitting(counts: Mapping[Name, int], sums: list[Sum], gone: list[Name]) -> Iterator[Mapping[Name, int]]:
    """Every table, no count far from the true one, that shows what this one shows."""
    yield from _filled(dict(counts), sums, gone, 0)


def _filled(
    table: dict[Name, int], sums: list[Sum], gone: list[Name], place: int
) -> Iterator[dict[Name, int]]:
    if place == len(gone):
        yield dict(table)
        return
    name, true = gone[place], table[gone[place]]
    still = set(gone[place + 1 :])
    whole = [
        one for one in sums if name in (one.total, *one.parts) and still.isdisjoint((one.total, *one.parts))
    ]
    for tried in range(max(1, true - LEAST - 1), true + LEAST + 2):
        table[name] = tried
        if all(table[one.total] == sum(table[part] for part in one.parts) for one in whole):
            yield from _filled(table, sums, gone, place + 1)
    table[name] = true


def check(counts: Mapping[Name, int], sums: list[Sum]) -> frozenset[Name]:
    gone = hidden(counts, sums)
    assert {name for name, count in counts.items() if 0 < count < LEAST} <= gone
    assert not {name for name in gone if not counts[name]}
    for name in gone:
        low, high = interval(name, counts, sums, list(gone))
        assert high - low >= LEAST
    if len(gone) <= TRIED:
        tables = list(fitting(counts, sums, list(gone)))
        for name in gone:
            told = {table[name] for table in tables}
            assert max(told) - min(told) >= LEAST, (name, counts, gone)
    return gone


@pytest.mark.parametrize(
    ("counts", "gone"),
    [
        ((120, 0, 80), ""),
        ((120, 3, 80), "c1 c2"),  # the 80 goes with it, not the 120
        ((120, 3, 4), "c1 c2"),  # each may be 1 to 6
        ((120, 3, 3), "c0 c1 c2"),  # each would be 1 to 5
        ((120, 4, 4, 3), "c1 c2 c3"),
        ((3, 4), "c0 c1"),
        ((3, 3), "all c0 c1"),
        ((3, 0, 0), "all c0"),
        ((3,), "all c0"),
        ((120,), ""),
        ((0, 0), ""),
        ((6, 1, 200), "c0 c1"),
        ((5, 1, 200), "c1 c2"),  # 5 + 1 would leave 1 to 5
    ],
)
def test_what_goes_of_a_row_with_its_total(counts: tuple[int, ...], gone: str) -> None:
    assert " ".join(sorted(map(str, check(*row(*counts))))) == gone


def test_a_small_cell_of_a_table_takes_a_rectangle_with_it() -> None:
    counts, sums = square([[3, 50, 40], [30, 20, 60], [70, 80, 90]])
    assert check(counts, sums) == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_three_sums_of_two_can_be_solved_and_so_more_goes() -> None:
    counts: dict[Name, int] = {"a": 3, "b": 4, "c": 2, "ab": 7, "ac": 5, "bc": 6}
    sums = [Sum("ab", ("a", "b")), Sum("ac", ("a", "c")), Sum("bc", ("b", "c"))]
    assert check(counts, sums) > {"a", "b", "c"}


def test_without_sums_small_counts_go_alone_and_a_sum_of_which_something_is_missing_is_none() -> None:
    assert hidden({"a": 3, "b": 9}, []) == {"a"}
    assert hidden({"a": 3, "b": 9}, [Sum("all", ("a", "b"))]) == {"a"}


def test_the_order_of_the_sums_says_nothing() -> None:
    counts, sums = square([[3, 50], [30, 20]])
    assert hidden(counts, sums) == hidden(counts, sums[::-1])


def test_of_a_table_too_large_all_that_can_be_summed_goes() -> None:
    counts, sums = row(100, *[3] * 41)
    assert hidden(counts, sums) == set(counts)


FEW = st.one_of(st.integers(0, 9), st.integers(0, 40))


@settings(max_examples=150, deadline=None)
@given(st.lists(FEW, min_size=1, max_size=6))
def test_no_row_tells(counts: list[int]) -> None:
    check(*row(*counts))


@settings(max_examples=50, deadline=None)
@given(
    st.integers(2, 3).flatmap(
        lambda width: st.lists(st.lists(FEW, min_size=width, max_size=width), min_size=2, max_size=3)
    )
)
def test_no_table_tells(rows: list[list[int]]) -> None:
    check(*square(rows))

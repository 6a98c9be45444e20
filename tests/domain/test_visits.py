"""Visits: no two comings to one step within a passage have the same number, however steps that repeat are nested."""

from __future__ import annotations

from orchestrator.domain.visits import coming, coming_back, inside, outside, round_of


def walk(outer: int, inner: int) -> tuple[list[int], list[int], list[int]]:
    """Visits of a step that repeats, of one that repeats inside it, and of a plain step inside that."""
    above, below, plain = [], [], []
    own = coming(1, outer)
    while True:
        above.append(own)
        if round_of(own, outer) == outer:
            return above, below, plain
        within = coming(inside(own, outer), inner)
        while True:
            below.append(within)
            if round_of(within, inner) == inner:
                break
            plain.append(inside(within, inner))
            within = coming_back(plain[-1], inner)
        own = coming_back(outside(within, inner), outer)


def test_every_number_comes_once_and_in_order() -> None:
    assert walk(2, 3) == ([1, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6])
    assert walk(1, 1) == ([1, 2], [1, 2], [1])


def test_the_second_coming_from_outside_goes_on_counting() -> None:
    assert coming(2, 3) == 5
    assert [round_of(own, 3) for own in range(1, 9)] == [0, 1, 2, 3, 0, 1, 2, 3]
    assert [outside(own, 3) for own in range(1, 9)] == [1, 1, 1, 1, 2, 2, 2, 2]
    assert [inside(own, 3) for own in (5, 6, 7)] == [4, 5, 6]
    assert [coming_back(inner, 3) for inner in (4, 5, 6)] == [6, 7, 8]


def test_a_step_that_does_not_repeat_has_the_visit_of_the_step_above() -> None:
    assert (coming(7, 0), inside(7, 0), outside(7, 0), round_of(7, 0)) == (7, 7, 7, 0)

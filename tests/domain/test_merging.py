"""Two people who are one: pure decisions, with the survivor 1 and the merged 2 and 3."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.domain.merging import Passing, doubled, filled, once_key, once_keys, stricter

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
INTO = {2: 1, 3: 1}


def passing(id_: int, customer: int, once: str | None = None, after: int = 0, **more: object) -> Passing:
    """A passage through journey 7, entered so many minutes after noon."""
    given = {"journey_id": 7, "entry_key": "", "active": True, **more}
    return Passing(
        id=id_,
        customer_id=customer,
        once_key=once,
        entered_at=NOON + timedelta(minutes=after),
        **given,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("survivor", "merged", "expected"),
    [
        ({"a": 1}, {"a": 2, "b": 3}, {"a": 1, "b": 3}),
        ({}, {}, {}),
        ({"tags": ["x"]}, {"tags": ["y", "x"]}, {"tags": ["x", "y"]}),
        ({"tags": "x"}, {"tags": ["y"]}, {"tags": ["y"]}),
        ({"a": False}, {"a": True}, {"a": False}),
    ],
)
def test_the_survivors_hold(
    survivor: dict[str, object], merged: dict[str, object], expected: dict[str, object]
):
    assert filled(survivor, merged) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("full", "none", "none"),
        ("basic", "full", "basic"),
        ("none", "basic", "none"),
        ("full", "full", "full"),
    ],
)
def test_the_stricter_wish(one: str, other: str, expected: str):
    assert stricter(one, other) == expected
    assert stricter(other, one) == expected


def test_the_earliest_of_all_stays():
    passages = [passing(10, 1, after=2), passing(11, 2, after=1), passing(12, 3, after=3)]
    assert doubled(passages, INTO) == {10, 12}


def test_entered_at_one_moment_the_lower_id_stays():
    assert doubled([passing(11, 1), passing(10, 2)], INTO) == {11}


@pytest.mark.parametrize("other", [{"active": False}, {"entry_key": "c2"}, {"journey_id": 8}])
def test_who_is_not_in_it_twice_goes_on(other: dict[str, object]):
    assert doubled([passing(10, 1), passing(11, 2, after=1, **other)], INTO) == set()


def test_somebody_elses_passage_is_none_of_theirs():
    assert doubled([passing(10, 4), passing(11, 2, after=1)], INTO) == set()


def test_keys_go_on_preventing():
    passages = [passing(10, 2, once_key(7, 2)), passing(11, 3, once_key(7, 3, "c1")), passing(12, 3)]
    assert once_keys(passages, INTO) == {10: "7:1", 11: "7:1:c1", 12: None}


def test_of_equal_keys_one_is_kept():
    passages = [
        passing(10, 2, "7:2", after=1),
        passing(11, 3, "7:3"),
        passing(12, 1, "7:1:c1"),
        passing(13, 2, "7:2:c1"),
    ]
    assert once_keys(passages, INTO) == {11: "7:1", 10: None, 13: None}


def test_a_key_that_begins_like_another_customers():
    assert once_keys([passing(10, 2, once_key(7, 2, "2:2"))], {2: 22}) == {10: "7:22:2:2"}

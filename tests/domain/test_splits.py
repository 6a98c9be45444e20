"""Splits: a stable hash, shares to the basis point, percentages as people write them."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.splits import bucket, choose_arm, held_out, parse_percentage, percentage


def test_buckets_are_pinned() -> None:
    # echo -n 'salt:welcome:42' | sha256sum, as a number, mod 10,000
    assert bucket("salt", "welcome", "42") == 3168
    assert bucket("salt", "welcome", "43") == 5034
    assert bucket("pepper", "welcome", "42") == 8693


def test_buckets_are_spread_evenly() -> None:
    tenths = Counter(bucket("s", "e", str(customer)) // 1000 for customer in range(10_000))
    assert sorted(tenths) == list(range(10))
    assert all(880 <= count <= 1120 for count in tenths.values())  # 4 standard deviations of 30


@pytest.mark.parametrize(("at", "arm"), [(0, "discount"), (4999, "discount"), (5000, "gift"), (9999, "gift")])
def test_halves_meet_at_5000_in_the_order_of_names(at: int, arm: str) -> None:
    assert choose_arm({"gift": 5000, "discount": 5000}, at) == arm
    assert choose_arm({"discount": 5000, "gift": 5000}, at) == arm


def test_an_arm_without_share_gets_nobody_and_one_with_all_gets_everybody() -> None:
    assert {choose_arm({"a": 0, "b": 10_000, "c": 0}, at) for at in range(10_000)} == {"b"}


@pytest.mark.parametrize(
    "shares", [{}, {"a": 9999}, {"a": 10_001}, {"a": -1, "b": 10_001}, {"a": 6000, "b": 6000}]
)
def test_shares_that_are_not_the_whole_are_refused(shares: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="the shares must add up to 100%"):
        choose_arm(shares, 0)


@pytest.mark.parametrize("at", [-1, 10_000])
def test_a_bucket_outside_is_refused(at: int) -> None:
    with pytest.raises(ValueError, match="from 0 to 9999"):
        choose_arm({"a": 10_000}, at)


@given(st.dictionaries(st.text(min_size=1), st.integers(1, 500), min_size=1, max_size=12))
def test_each_arm_gets_exactly_its_share(parts: dict[str, int]) -> None:
    shares = dict(parts)
    shares["rest"] = 0
    shares["rest"] = 10_000 - sum(shares.values())
    assert Counter(choose_arm(shares, at) for at in range(10_000)) == {
        arm: n for arm, n in shares.items() if n
    }


def test_a_holdout_only_grows_and_is_independent_of_arms() -> None:
    people = [str(customer) for customer in range(4000)]
    small = {who for who in people if held_out("s", who, 500)}
    large = {who for who in people if held_out("s", who, 1000)}
    assert small < large
    assert 140 <= len(small) <= 260  # 200 expected, standard deviation 14
    assert not any(held_out("s", who, 0) for who in people)
    assert all(held_out("s", who, 10_000) for who in people)
    assert {bucket("s", "e", who) < 5000 for who in small} == {True, False}


@pytest.mark.parametrize(
    ("written", "points"),
    [
        ("10%", 1000),
        ("0.5%", 50),
        ("0%", 0),
        ("100%", 10_000),
        (" 12.25 % ", 1225),
        ("0.01%", 1),
        ("33.3%", 3330),
    ],
)
def test_percentages_are_read_as_basis_points(written: str, points: int) -> None:
    assert parse_percentage(written) == points


@pytest.mark.parametrize(
    "written",
    [
        "-1%",
        "NaN",
        "nan%",
        "10",
        "%",
        "",
        "0,5%",
        "1e1%",
        "0.001%",
        ".5%",
        "10%%",
        "١٠%",
        10,
        0.1,
        True,
        None,
        ["10%"],
    ],
)
def test_what_is_no_percentage_is_refused_with_words(written: object) -> None:
    with pytest.raises(ValueError, match="is not a percentage; write a number with a percent sign"):
        parse_percentage(written)


def test_percentages_out_of_range_name_the_range() -> None:
    with pytest.raises(ValueError, match="'101%' is out of range; write a percentage from 0% to 100%"):
        parse_percentage("101%")
    with pytest.raises(ValueError, match=r"'50.01%' is out of range; write a percentage from 0% to 50%"):
        parse_percentage("50.01%", at_most=5000)
    with pytest.raises(ValueError, match=r"from 0.01% to 100%"):
        parse_percentage("0%", at_least=1)


@given(st.integers(0, 10_000))
def test_what_percentage_writes_is_read_back(points: int) -> None:
    assert parse_percentage(percentage(points)) == points


def test_percentage_spells_shortly() -> None:
    assert [percentage(points) for points in (50, 1000, 1225, 0, 12000)] == [
        "0.5%",
        "10%",
        "12.25%",
        "0%",
        "120%",
    ]

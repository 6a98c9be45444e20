"""Counting attempts, and reading what an issuer says: exact values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orchestrator.domain.sign_in import (
    Seen,
    claimed,
    delay,
    minutes,
    roles_of,
    second_factor_used,
    try_account,
    try_address,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_five_are_free_and_then_the_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    waits = [delay(count) // MINUTE for count in range(1, 14)]
    assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 15, 15, 15, 15, 15]
    assert delay(10**9) == 15 * MINUTE


def test_what_a_patient_guesser_gets_in_a_day() -> None:
    """Whoever tries again the moment it is allowed: 5, then each after the wait."""
    seen, now, tried = None, NOW, 0
    while now < NOW + timedelta(hours=24):
        after = try_account(seen, now)
        if isinstance(after, timedelta):
            now += after
            continue
        seen, tried = after, tried + 1
    assert tried == 5 + 4 + 94  # at once; after 1, 3, 7 and 15 minutes; then every quarter of an hour


def test_an_attempt_too_early_changes_nothing_and_says_how_long() -> None:
    seen = Seen(6, NOW, NOW, NOW + 2 * MINUTE)
    assert try_account(seen, NOW + timedelta(seconds=1)) == timedelta(seconds=119)
    assert try_account(seen, NOW + 2 * MINUTE) == Seen(7, NOW, NOW + 2 * MINUTE, NOW + 6 * MINUTE)


def test_a_count_is_forgotten_a_day_after_the_last_attempt() -> None:
    seen = Seen(12, NOW, NOW, NOW + 15 * MINUTE)
    almost = NOW + timedelta(hours=24) - timedelta(microseconds=1)
    assert try_account(seen, almost) == Seen(13, NOW, almost, almost + 15 * MINUTE)
    day = NOW + timedelta(hours=24)
    assert try_account(seen, day) == Seen(1, day, day, None)


def test_an_address_has_fifty_in_a_quarter_of_an_hour() -> None:
    seen: Any = None
    for _ in range(50):
        seen = try_address(seen, NOW)
    assert seen == Seen(50, NOW, NOW, None)
    assert try_address(seen, NOW + 14 * MINUTE) == MINUTE
    later = NOW + 15 * MINUTE
    assert try_address(seen, later) == Seen(1, later, later, None)


@pytest.mark.parametrize(("seconds", "said"), [(0.001, 1), (59, 1), (60, 1), (60.001, 2), (61, 2), (900, 15)])
def test_minutes_are_never_too_few(seconds: float, said: int) -> None:
    assert minutes(timedelta(seconds=seconds)) == said


MAPPING = {"marketing": "marketer", "m2": "marketer", "admins": "admin"}


@pytest.mark.parametrize(
    ("values", "roles"),
    [
        (["admins", "marketing"], ("marketer", "admin")),
        (["m2", "marketing"], ("marketer",)),
        (["Admins", "admin", ""], ()),
        ([], ()),
    ],
)
def test_groups_are_roles_only_as_the_mapping_says(values: list[str], roles: tuple[str, ...]) -> None:
    assert roles_of(values, MAPPING) == roles


@pytest.mark.parametrize(
    ("claims", "path", "words"),
    [
        ({"groups": ["a", "b"]}, "groups", ("a", "b")),
        ({"groups": "a b"}, "groups", ("a", "b")),
        ({"realm_access": {"roles": ["a"]}}, "realm_access.roles", ("a",)),
        ({"https://shop.example/roles": ["a"]}, "https://shop.example/roles", ("a",)),
        ({"groups": ["a", 7, None, ["b"]]}, "groups", ("a",)),
        ({"groups": {"a": 1}}, "groups", ()),
        ({"groups": True}, "groups", ()),
        ({"realm_access": "x"}, "realm_access.roles", ()),
        ({}, "groups", ()),
    ],
)
def test_a_claim_is_words_or_nothing(claims: dict[str, Any], path: str, words: tuple[str, ...]) -> None:
    assert claimed(claims, path) == words


@pytest.mark.parametrize(
    ("amr", "used"),
    [(["pwd", "mfa"], True), (["pwd"], False), ("mfa", False), (None, False), (["otp"], False)],
)
def test_only_mfa_stands_for_a_second_factor(amr: object, used: bool) -> None:
    assert second_factor_used(amr) is used

"""Alarms open, close, and do not flap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.alarms import (
    CALM_FOR,
    Kind,
    Level,
    Severity,
    Sign,
    Tried,
    Turn,
    again_at,
    budget,
    campaign,
    complaints,
    delivery,
    halves,
    severity,
    turn,
    without_lesser,
)

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
KEY = (Kind.BUDGET, "7")
LOOK = timedelta(seconds=30)


def sign(level: Level = Level.OVER, kind: Kind = Kind.BUDGET) -> Sign:
    return Sign(kind, "7", level)


@pytest.mark.parametrize(
    ("open_", "signs", "changed"),
    [
        ({}, [], Turn([], [], [], [])),
        ({}, [sign(Level.CALM)], Turn([], [], [], [])),
        ({}, [sign(Level.BETWEEN)], Turn([], [], [], [])),
        ({}, [sign()], Turn([sign()], [], [], [])),
        ({}, [sign(), sign()], Turn([sign()], [], [], [])),
        ({KEY: None}, [sign()], Turn([], [], [], [])),
        ({KEY: None}, [sign(Level.BETWEEN)], Turn([], [], [], [])),
        ({KEY: None}, [sign(Level.CALM)], Turn([], [], [KEY], [])),
        ({KEY: None}, [], Turn([], [], [KEY], [])),
        ({KEY: NOW - LOOK}, [], Turn([], [], [], [])),
        ({KEY: NOW - LOOK}, [sign(Level.BETWEEN)], Turn([], [], [], [KEY])),
        ({KEY: NOW - LOOK}, [sign()], Turn([], [], [], [KEY])),
        ({KEY: NOW - CALM_FOR}, [sign()], Turn([], [], [], [KEY])),
        ({KEY: NOW - CALM_FOR + timedelta(microseconds=1)}, [], Turn([], [], [], [])),
        ({KEY: NOW - CALM_FOR}, [], Turn([], [KEY], [], [])),
        ({(Kind.HALTED, "7"): None}, [], Turn([], [(Kind.HALTED, "7")], [], [])),
    ],
)
def test_what_a_look_changes(open_: dict, signs: list[Sign], changed: Turn) -> None:  # type: ignore[type-arg]
    assert turn(open_, signs, NOW) == changed


@given(st.lists(st.sampled_from(Level), max_size=80))
def test_from_one_opening_to_the_next_there_are_five_calm_minutes(levels: list[Level]) -> None:
    calm_since: dict = {}  # type: ignore[type-arg]
    opened: list[datetime] = []
    last_loud = NOW
    for number, level in enumerate(levels):
        now = NOW + number * LOOK
        done = turn(calm_since, [sign(level)], now)
        if done.opens:
            opened.append(now)
            calm_since[KEY] = None
        if done.closes:
            assert now - last_loud >= CALM_FOR
            del calm_since[KEY]
        for key in done.calms:
            calm_since[key] = now
        for key in done.stirs:
            calm_since[key] = None
        if level is not Level.CALM:
            last_loud = now
        assert (KEY in calm_since) >= (level is Level.OVER)
    assert all(later - earlier > CALM_FOR for earlier, later in pairwise(opened))


def test_every_kind_has_its_severity() -> None:
    assert {kind: severity(kind) for kind in Kind} == {
        Kind.REQUEST_LATE: Severity.GRAVE,
        Kind.REQUEST_DUE: Severity.WARNING,
        Kind.WEBHOOK: Severity.WARNING,
        Kind.HALTED: Severity.GRAVE,
        Kind.WORKERS: Severity.GRAVE,
        Kind.PROVIDER: Severity.GRAVE,
        Kind.DELIVERY: Severity.GRAVE,
        Kind.STOPPED: Severity.GRAVE,
        Kind.MANY_COMPLAINTS: Severity.GRAVE,
        Kind.CAMPAIGN: Severity.GRAVE,
        Kind.AUDIT: Severity.GRAVE,
        Kind.COMPLAINTS: Severity.WARNING,
        Kind.STEP: Severity.WARNING,
        Kind.JOURNEY: Severity.WARNING,
        Kind.BUDGET: Severity.WARNING,
    }


def test_halves_are_of_one_size_and_not_too_small() -> None:
    assert halves([True] * 399) is None
    assert halves([False] * 200 + [True] * 201) == (Tried(0, 200), Tried(200, 200))
    assert halves([False] * 500 + [True] * 500 + [False] * 500) == (Tried(0, 500), Tried(500, 500))


@pytest.mark.parametrize(
    ("newest", "before", "was", "level"),
    [
        (450, 500, None, Level.OVER),  # 10 points
        (451, 500, None, Level.CALM),
        (200, 250, None, Level.CALM),  # 10 points around a half are 3.2 standard errors
        (185, 250, None, Level.OVER),
        (500, 400, None, Level.CALM),  # it rises
        (
            400,
            400,
            1.0,
            Level.BETWEEN,
        ),  # what was before is as bad by now: the alarm remembers what was usual
        (475, 400, 1.0, Level.BETWEEN),
        (476, 400, 1.0, Level.CALM),
        (450, 500, 0.9, Level.CALM),
    ],
)
def test_delivery_falls_and_recovers(newest: int, before: int, was: float | None, level: Level) -> None:
    found = delivery("email", Tried(newest, 500), Tried(before, 500), was)
    usual = before / 500 if was is None else was
    told = {"newest": 500, "accepted": newest, "share": newest / 500, "was": usual}
    assert found == Sign(Kind.DELIVERY, "email", level, told)


@pytest.mark.parametrize(
    ("complained", "accepted", "some", "many"),
    [
        (0, 0, Level.CALM, Level.CALM),
        (3, 999, Level.CALM, Level.CALM),  # too few messages to tell
        (2, 1000, Level.CALM, Level.CALM),  # two people are no trend
        (3, 1000, Level.OVER, Level.OVER),
        (10, 10_000, Level.OVER, Level.CALM),
        (9, 10_000, Level.BETWEEN, Level.CALM),
        (7, 10_000, Level.CALM, Level.CALM),
        (24, 10_000, Level.OVER, Level.BETWEEN),
        (29, 10_000, Level.OVER, Level.BETWEEN),
        (30, 10_000, Level.OVER, Level.OVER),
    ],
)
def test_complaints(complained: int, accepted: int, some: Level, many: Level) -> None:
    told = {"complained": complained, "accepted": accepted}
    assert complaints("email", complained, accepted) == [
        Sign(Kind.COMPLAINTS, "email", some, told),
        Sign(Kind.MANY_COMPLAINTS, "email", many, told),
    ]


@pytest.mark.parametrize(
    ("spent", "level"),
    [
        ("89.99", Level.CALM),
        ("90", Level.BETWEEN),
        ("94.99", Level.BETWEEN),
        ("95", Level.OVER),
        ("120", Level.OVER),
    ],
)
def test_a_budget(spent: str, level: Level) -> None:
    assert budget("1", Decimal(spent), Decimal(100), {"name": "Texts"}) == Sign(
        Kind.BUDGET, "1", level, {"name": "Texts"}
    )


def test_a_budget_of_nothing_is_no_alarm() -> None:
    assert budget("1", Decimal(0), Decimal(0), {}).level is Level.CALM


@pytest.mark.parametrize(
    ("minutes", "missed", "level"),
    [
        (0, False, Level.CALM),
        (5, False, Level.BETWEEN),
        (14.9, False, Level.BETWEEN),
        (15, False, Level.OVER),
        (0, True, Level.OVER),
    ],
)
def test_a_campaign(minutes: float, missed: bool, level: Level) -> None:
    assert campaign("3", timedelta(minutes=minutes), missed, {}) == Sign(Kind.CAMPAIGN, "3", level, {})


def test_far_too_many_complaints_hide_that_there_are_too_many() -> None:
    keys = {(Kind.COMPLAINTS, "email"), (Kind.MANY_COMPLAINTS, "email"), (Kind.COMPLAINTS, "sms")}
    assert without_lesser(keys) == {(Kind.MANY_COMPLAINTS, "email"), (Kind.COMPLAINTS, "sms")}


def test_telling_is_tried_again_later_and_later_for_three_days() -> None:
    pauses = [again_at(tries, NOW, NOW) for tries in range(1, 8)]
    assert [at - NOW for at in pauses if at] == [
        timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60, 60, 60)
    ]
    last = NOW + timedelta(days=3) - timedelta(hours=1)
    assert again_at(9, NOW, last) == NOW + timedelta(days=3)
    assert again_at(9, NOW, last + timedelta(seconds=1)) is None

"""Calls that tell another system of a fact: when they are tried again, and when an endpoint is switched off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.domain.webhooks import (
    ATTEMPTS,
    FAILING,
    WAITS,
    Answer,
    Fate,
    Health,
    Next,
    Off,
    Secrets,
    after,
    health,
)

NOW = datetime(2026, 3, 14, 10, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
DOWN = Answer(500)


def wait(attempts: int, answer: Answer = DOWN, id_: str = "msg_1") -> timedelta:
    at = after(id_, attempts, answer, NOW).at
    assert at is not None
    return at - NOW


@pytest.mark.parametrize("code", [200, 204, 299])
def test_a_yes_ends_it(code: int) -> None:
    assert after("msg_1", 1, Answer(code), NOW) == Next(Fate.TOLD)


@pytest.mark.parametrize("code", [None, 199, 301, 400, 404, 429, 500, 503])
def test_anything_else_comes_again_even_a_redirect(code: int | None) -> None:
    assert after("msg_1", 1, Answer(code), NOW).fate == Fate.AGAIN


@pytest.mark.parametrize("attempts", range(1, ATTEMPTS))
def test_waits_grow_and_are_up_to_a_fifth_longer(attempts: int) -> None:
    shortest = WAITS[attempts - 1]
    waits = {wait(attempts, id_=f"msg_{number}") for number in range(200)}
    assert shortest <= min(waits) < shortest * 1.02
    assert shortest * 1.18 < max(waits) <= shortest * 1.2


def test_the_same_attempt_waits_the_same_wherever_it_is_asked() -> None:
    assert wait(1) == timedelta(seconds=5, microseconds=77_079)
    assert wait(2) == timedelta(seconds=349, microseconds=204_258)


def test_the_last_attempt_is_the_tenth() -> None:
    assert after("msg_1", 9, DOWN, NOW).fate == Fate.AGAIN
    assert after("msg_1", 10, DOWN, NOW) == Next(Fate.GIVEN_UP)
    assert after("msg_1", 10, Answer(200), NOW) == Next(Fate.TOLD)


def test_a_receiver_that_asks_for_time_gets_it_up_to_a_day() -> None:
    assert wait(1, Answer(429, timedelta(minutes=7))) == timedelta(minutes=7)
    assert wait(1, Answer(503, timedelta(days=90))) == DAY
    assert wait(2, Answer(429, SECOND)) == wait(2)


def test_gone_gives_up_at_once_and_switches_the_endpoint_off() -> None:
    assert after("msg_1", 1, Answer(410), NOW) == Next(Fate.GIVEN_UP)
    assert health(Health(), Answer(410), NOW) == Health(NOW, Off.GONE)


def test_an_endpoint_is_switched_off_once_it_has_failed_for_five_days() -> None:
    failing = health(Health(), DOWN, NOW)
    assert failing == Health(NOW)
    assert health(failing, DOWN, NOW + FAILING - SECOND) == Health(NOW)
    assert health(failing, DOWN, NOW + FAILING) == Health(NOW, Off.FAILING)


def test_one_yes_and_the_days_are_counted_anew() -> None:
    assert health(Health(NOW), Answer(200), NOW + 4 * DAY) == Health()


def test_a_late_answer_never_switches_on_again() -> None:
    off = Health(NOW, Off.GONE)
    assert health(off, Answer(200), NOW + SECOND) == off


def test_answers_that_come_out_of_order_keep_the_earliest_failure() -> None:
    assert health(Health(NOW), DOWN, NOW - SECOND) == Health(NOW - SECOND)


def test_the_secret_before_signs_for_a_day_more() -> None:
    both = Secrets("one").rotated("two", NOW)
    assert Secrets("one").signing(NOW) == ("one",)
    assert both.signing(NOW + DAY - SECOND) == ("two", "one")
    assert both.signing(NOW + DAY) == ("two",)
    assert both.rotated("three", NOW).signing(NOW) == ("three", "two")


def test_secrets_are_never_said() -> None:
    assert repr(Secrets("one", "two", NOW)) == "Secrets(…)"


def test_attempts_are_counted_from_one() -> None:
    with pytest.raises(ValueError, match="counted from 1, got 0"):
        after("msg_1", 0, DOWN, NOW)

"""Where somebody stands in another version, or why they stay: the decision alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from orchestrator.domain.definition import Definition, from_plain, parse
from orchestrator.domain.migration import Moves, Route, Standing, Stays, move
from orchestrator.journeys.steps import STEP_KINDS
from orchestrator.sdk.steps import Park

KINDS = {kind.name: kind for kind in STEP_KINDS}
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
A, REST, B = {"send": "a", "id": "a"}, {"wait": "2 days", "id": "rest"}, {"send": "b", "id": "b"}
LONGER = {"wait": "4 days", "id": "rest"}


def journey(*steps: dict[str, Any]) -> Definition:
    return parse(from_plain({"journey": "j", "entry": {"event": "a.b"}, "steps": list(steps)}), KINDS)


def person(step: str = "rest", **more: Any) -> Standing:
    past = {"messages": frozenset({("a", 1)}), "runs": frozenset({("a", 1)})} | more
    return Standing(1, step, 1, NOON, NOON, ZoneInfo("Europe/Warsaw"), **past)


OLD = journey(A, REST, B)


def test_a_wait_that_is_the_same_is_kept_and_another_is_left_alone_or_counted_anew():
    assert move(Route(OLD, journey(A, REST, A | {"id": "c"})), person()) == Moves("rest")
    assert move(Route(OLD, journey(A, LONGER, B)), person()) == Stays("waits", "rest")
    anew = Moves("rest", Park(NOON + timedelta(days=4)))
    assert move(Route(OLD, journey(A, LONGER, B), recompute=True), person()) == anew


def test_who_is_put_at_a_step_that_does_not_wait_walks_at_once():
    assert move(Route(OLD, journey(A, B), {"rest": "b"}), person()) == Moves("b", at_once=True)


def test_a_step_that_is_gone_or_was_never_there():
    assert move(Route(OLD, journey(A, B)), person()) == Stays("unmappable", "rest")
    assert move(Route(OLD, OLD), person("elsewhere")) == Stays("unmappable", "elsewhere")


def test_nothing_is_sent_again_by_the_old_name_a_new_one_or_one_of_an_earlier_move():
    assert move(Route(OLD, journey(REST, A)), person()) == Stays("would_resend", "a")
    renamed = journey(REST, A | {"id": "hi"})
    assert move(Route(OLD, renamed, {"a": "hi"}), person()) == Stays("would_resend", "hi")
    earlier = person(messages=frozenset({("first", 1)}), renamed=({"first": "a"},))
    assert move(Route(OLD, renamed, {"a": "hi"}), earlier) == Stays("would_resend", "hi")
    # Without the map nobody can know that it is the same: it is a new step, and is sent.
    assert move(Route(OLD, renamed), person()) == Moves("rest")


def test_a_message_on_its_way_goes_along_by_its_name_alone():
    sending = person("a", sending=True, runs=frozenset())
    assert move(Route(OLD, journey(A, B)), sending) == Moves("a")
    assert move(Route(OLD, journey(B), {"a": "b"}), sending) == Stays("under_way", "a")


def test_every_round_to_come_is_looked_at():
    inner = {"repeat": 3, "id": "rounds", "steps": [REST, A]}
    there = person(messages=frozenset({("a", 3)}), runs=frozenset())
    assert move(Route(journey(inner), journey(inner, B)), there) == Stays("would_resend", "a")
    before = person(messages=frozenset(), runs=frozenset())
    assert move(Route(journey(inner), journey(inner, B)), before) == Moves("rest")

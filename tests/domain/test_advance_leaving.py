"""A passage that the gate finds to be over ends there, with the gate's reason, and plans nothing more."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from orchestrator.domain.advance import advance
from orchestrator.domain.definition import Definition, parse
from orchestrator.domain.definition.tree import from_plain
from orchestrator.domain.walks import Ended, Run, Sending, Traveller, Walk
from orchestrator.journeys.steps.send import SendStep
from orchestrator.sdk.steps import Send, Tried

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TWO_SENDS = {
    "journey": "two_words",
    "entry": {"event": "customer.signed_up"},
    "steps": [{"send": "first", "id": "first"}, {"send": "second", "id": "second"}],
}


@pytest.fixture
def definition() -> Definition:
    return parse(from_plain(TWO_SENDS), {"send": SendStep()})


def anna(state: str, reason: str) -> Traveller:
    """Standing at the first step, whose message ended like this."""
    tried = (Tried("email", state, reason, NOON),)
    zone = ZoneInfo("Europe/Warsaw")
    return Traveller(1, 1, "salt", "first", 1, NOON, NOON, zone, reachable=frozenset({"email"}), tried=tried)


@pytest.mark.parametrize("reason", ["goal_met", "exit_rule"])
def test_she_leaves_for_the_reason_that_the_gate_found(definition: Definition, reason: str) -> None:
    evidence = {"messages": ["email: cancelled"]}
    run = Run("first", 1, NOON, "left", reason, evidence)
    walk = advance(definition, anna("cancelled", reason), {}, NOON)
    assert walk == Walk((run,), Ended("exited", reason))


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("cancelled", "consent_withdrawn"),
        ("skipped", "capped"),
        ("accepted", "accepted"),
        ("expired", "expired"),
    ],
)
def test_whatever_else_becomes_of_a_message_the_journey_goes_on(
    definition: Definition, state: str, reason: str
) -> None:
    walk = advance(definition, anna(state, reason), {}, NOON)
    assert walk.end == Sending("second", 1, NOON, Send("email", "second", "", None))

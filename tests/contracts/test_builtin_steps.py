"""The steps that come with the engine keep the contract that plugins are held to; so do the examples of the guide."""

from __future__ import annotations

from typing import Any

from orchestrator.domain.definition.comparisons import OPERATORS
from orchestrator.domain.definition.rule_parser import READERS
from orchestrator.domain.outbox import FINAL
from orchestrator.journeys.steps import STEP_KINDS
from orchestrator.sdk import StepKind
from orchestrator.sdk.testing import StepContract
from orchestrator.sdk.testing.rule_shape import COMPARISONS, WORDS
from orchestrator.sdk.testing.step_facts import ENDINGS

EXIT: list[Any] = [{"exit": "done"}]
PLACED = {"event": "order.placed"}


class BuiltIn(StepContract):
    kind = ""

    def make_step(self) -> StepKind[Any]:
        (found,) = (each for each in STEP_KINDS if each.name == self.kind)
        return type(found)()


class TestSend(BuiltIn):
    kind = "send"
    examples = (
        {"send": "hello"},
        {"send": "hello", "via": ["sms", "push", "email"], "topic": "club"},
        {"send": "hello", "via": ["sms", "email"], "on_cap": {"go_to": EXIT}},
    )
    refused = (
        *({"send": "hello", "via": via} for via in ([], ["sms", "sms"])),
        *({"send": "hello", "on_cap": on_cap} for on_cap in ("drop", {"go_to": []}, {"go": EXIT}, ["skip"])),
        {"send": None},
    )


class TestWait(BuiltIn):
    kind = "wait"
    examples = ({"wait": "2 days"}, {"wait": "48 hours", "until": "02:30"})
    refused = ({"wait": "2 years"}, {"wait": "soon"}, {"wait": "2 days", "until": "25:00"})


class TestWaitUntil(BuiltIn):
    kind = "wait_until"
    examples = (
        {"wait_until": PLACED, "at_most": "3 days", "then": EXIT, "otherwise": EXIT},
        {
            "wait_until": {"event": "message.clicked", "of": "hello", "where": {"link": "a"}},
            "at_most": "1 hour",
        },
        {"wait_until": {"not": PLACED}, "at_most": "2 weeks", "then": EXIT},
    )
    refused = ({"wait_until": PLACED}, {"wait_until": PLACED, "at_most": "3 years"})


class TestWaitForWindow(BuiltIn):
    kind = "wait_for_window"
    examples = (
        {"wait_for_window": {"days": ["mon", "fri"], "from": "09:00", "to": "17:00"}},
        {"wait_for_window": {"from": "22:00", "to": "02:30", "not_holidays_of": "PL"}},
    )
    refused = ({"wait_for_window": {"from": "09:00", "to": "09:00"}}, {"wait_for_window": {"days": []}})


class TestChoose(BuiltIn):
    kind = "choose"
    examples = (
        {"choose": [{"when": PLACED, "then": EXIT}], "otherwise": EXIT},
        {"choose": [{"when": PLACED, "then": EXIT}, {"when": {"segment": "vip"}, "then": []}]},
    )
    refused = ({"choose": []}, {"choose": [{"when": PLACED}]})


class TestSplit(BuiltIn):
    kind = "split"
    examples = ({"split": {"a": {"share": "12.5%", "steps": EXIT}, "b": {"share": "87.5%", "steps": []}}},)
    refused = ({"split": {"a": {"share": "100%", "steps": []}}},)


class TestCall(BuiltIn):
    kind = "call"
    examples = (
        {"call": "https://hooks.example.com/loyalty"},
        {
            "call": "https://hooks.example.com/loyalty",
            "event": "member.welcomed",
            "body": {"customer": "{{ customer.external_id }}", "gift": 5},
            "on_failure": "exit",
        },
    )
    refused = (
        {"call": "ftp://hooks.example.com"},
        {"call": "https://hooks.example.com", "on_failure": "retry"},
        {"call": "https://hooks.example.com", "event": "Not a name"},
    )


class TestRepeat(BuiltIn):
    kind = "repeat"
    examples = ({"repeat": 3, "steps": EXIT}, {"repeat": 2, "steps": EXIT, "until": PLACED})
    refused = ({"repeat": 0, "steps": EXIT}, {"repeat": 2, "steps": []})


class TestUpdate(BuiltIn):
    kind = "update"
    examples = ({"update": {"tier": "gold", "old": None}, "add_tags": ["vip"], "remove_tags": ["new"]},)
    refused = ({"update": {"Tier": 1}}, {"update": {"tier": []}}, {"update": {}, "add_tags": ["V I P"]})


class TestAward(BuiltIn):
    kind = "award"
    examples = ({"award": {"points": 100}, "why": "welcome"}, {"award": {"points": -5}})
    refused = ({"award": {"points": 0}}, {"award": {"points": "many"}})


class TestEmit(BuiltIn):
    kind = "emit"
    examples = ({"emit": "club.joined"},)
    refused = ({"emit": "Club Joined"},)


class TestStart(BuiltIn):
    kind = "start"
    examples = ({"start": "winback"},)
    refused = ({"start": "Win back"},)


class TestExit(BuiltIn):
    kind = "exit"
    examples = ({"exit": "no_interest"}, {"exit": True})
    refused = ({"exit": "No interest"},)


def test_every_step_of_the_engine_is_held_to_the_contract() -> None:
    held = {
        value.kind for value in globals().values() if isinstance(value, type) and issubclass(value, BuiltIn)
    }
    assert held - {""} == {each.name for each in STEP_KINDS}


def test_the_kit_knows_the_words_and_the_endings_of_the_engine() -> None:
    assert set(WORDS) == set(READERS)
    assert frozenset(OPERATORS) == COMPARISONS
    assert {state for state, _ in ENDINGS} == {str(state) for state in FINAL}

"""The kit is red where it must be: each step here breaks one rule on purpose."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal

import pytest
from pydantic import BaseModel, field_validator

from orchestrator.sdk import (
    Act,
    Awaited,
    Award,
    Change,
    Continue,
    Emit,
    Enter,
    Leave,
    Outcome,
    Park,
    Path,
    Reference,
    Send,
    Start,
    StepFacts,
    StepKind,
    StepParams,
)
from orchestrator.sdk.testing import Conformance, StepContract, conformance

MODES = Literal["wait", "ask", "send", "act", "leave", "again"]


class HonestParams(StepParams):
    mode: MODES
    days: int = 1
    when: dict[str, Any] | None = None
    then: list[Any] = []
    template: str = "hello"
    via: tuple[str, ...] = ("email", "sms")
    journey: str = "winback"

    @field_validator("days")
    @classmethod
    def few(cls, days: int) -> int:
        if not 0 <= days <= 300:
            raise ValueError("days are 0 to 300")
        return days


class Honest(StepKind[HonestParams]):
    """Keeps every rule and answers every outcome. The liars below change one thing each."""

    name = "honest"
    head = "mode"
    title = "Be honest"
    Params = HonestParams

    def decide(self, params: HonestParams, facts: StepFacts, now: datetime) -> Outcome:
        outcome: Outcome = getattr(self, params.mode)(params, facts, now)
        return outcome

    def wait(self, params: HonestParams, facts: StepFacts, now: datetime) -> Outcome:
        until = facts.arrived_at + timedelta(days=params.days)
        return Park(until, (Awaited("order.placed"),)) if now < until else Continue("waited")

    def ask(self, params: HonestParams, facts: StepFacts, now: datetime) -> Outcome:
        return Enter("then") if facts.rules["when"] else Continue()

    def send(self, params: HonestParams, facts: StepFacts, now: datetime) -> Outcome:
        tried = {each.channel: each.state for each in facts.tried}
        left = [channel for channel in params.via if channel in facts.reachable and channel not in tried]
        if not left or set(tried.values()) & {"accepted", "unknown", "ghost"}:
            return Continue()
        return Send(left[0], params.template)

    def act(self, params: HonestParams, facts: StepFacts, now: datetime) -> Outcome:
        tier = facts.attributes.get("tier")
        gold = Change({"level": 2 if tier == "gold" else 1}, ("vip",), ("new",))
        return Act((gold, Emit("club.joined", {"days": params.days}), Award(100), Start(params.journey)))

    def leave(self, params: HonestParams, facts: StepFacts, now: datetime) -> Outcome:
        return Leave("enough")

    def again(self, params: HonestParams, facts: StepFacts, now: datetime) -> Outcome:
        return Enter("then") if facts.round < params.days else Continue()

    def rounds(self, params: HonestParams) -> int:
        return params.days if params.mode == "again" else 0

    def arms(self, params: HonestParams) -> Mapping[str, Path]:
        return {"then": ("then",)} if params.then else {}

    def rules(self, params: HonestParams) -> Mapping[str, Path]:
        return {"when": ("when",)} if params.when is not None else {}

    def references(self, params: HonestParams) -> Iterable[Reference]:
        if params.mode == "send":
            yield Reference("template", params.template, ("template",))
            yield from (Reference("channel", channel, ("via", n)) for n, channel in enumerate(params.via))
        if params.mode == "act":
            yield Reference("journey", params.journey, ("journey",))

    def sentence(self, params: HonestParams) -> str:
        return f"Be honest: {params.mode}"


STEPS = [{"exit": "done"}]


class HonestContract(StepContract):
    kind: ClassVar[type[Honest]] = Honest
    attributes: ClassVar[Mapping[str, Any]] = {"tier": "gold"}
    refused: ClassVar[Any] = ({"honest": "never"}, {"honest": "wait", "days": 301})
    examples: ClassVar[Any] = (
        {"honest": "wait", "days": 2},
        {"honest": "ask", "when": {"event": "order.placed"}, "then": STEPS},
        {"honest": "send", "template": "hello", "via": ["sms", "email"]},
        {"honest": "act"},
        {"honest": "leave"},
        {"honest": "again", "days": 3, "then": STEPS},
    )

    def make_step(self) -> StepKind[Any]:
        return self.kind()


def verdict_on(changes: Mapping[str, Any], rule: str) -> Conformance:
    liar = type("Liar", (Honest,), dict(changes))
    return conformance(type("LiarContract", (HonestContract,), {"kind": liar}), [rule])


def test_an_honest_step_keeps_every_rule() -> None:
    found = conformance(HonestContract)
    assert found.broken == {}
    assert list(found.not_applicable) == [
        "test_looks_at_reach_only_if_it_says_so",
        "test_looks_at_the_bucket_only_if_it_says_so",
        "test_looks_at_the_person_only_if_it_says_so",
    ]
    assert len(found.kept) == 29


class OpenParams(HonestParams, extra="allow", frozen=False):
    pass


class Plain(BaseModel):
    mode: str


class TraceableParams(HonestParams):
    @field_validator("template")
    @classmethod
    def crash(cls, template: str) -> str:
        return {"hello": template}[template]


class HastyParams(HonestParams):
    days: int = 1

    @field_validator("days")
    @classmethod
    def few(cls, days: int) -> int:
        return days


class CountedParams(HonestParams):
    @field_validator("days")
    @classmethod
    def few(cls, days: int) -> int:
        COUNT.append(days)
        return days + len(COUNT)


class FleetingParams(HonestParams):
    """Of a class that pickle does not find where it says it is."""


FleetingParams.__qualname__ = "make.<locals>.FleetingParams"

COUNT: list[int] = []
Deciding = Callable[[Any, Any, StepFacts, datetime], Any]


def first(before: Callable[[StepFacts], object]) -> Deciding:
    """Do something on the sly, then answer honestly."""

    def decide(self: Any, params: Any, facts: StepFacts, now: datetime) -> Outcome:
        before(facts)
        return Honest.decide(self, params, facts, now)

    return decide


def always(outcome: Any) -> Deciding:
    return lambda self, params, facts, now: outcome


def changed(facts: StepFacts) -> None:
    facts.attributes["seen"] = True  # type: ignore[index]


def counted(self: Any, params: Any, facts: StepFacts, now: datetime) -> Outcome:
    COUNT.append(1)
    return Continue(f"looked {len(COUNT)} times")


def waits_from_now(self: Any, params: Any, facts: StepFacts, now: datetime) -> Outcome:
    return Park(now + timedelta(days=params.days + 1))


def resends(self: Any, params: Any, facts: StepFacts, now: datetime) -> Outcome:
    return Send("email", params.template) if len(facts.tried) < 3 else Continue()


def sends_all(self: Any, params: Any, facts: StepFacts, now: datetime) -> Outcome:
    left = [channel for channel in params.via if channel not in {each.channel for each in facts.tried}]
    return Send(left[0], params.template) if left else Continue()


LIARS: dict[str, tuple[dict[str, Any], str]] = {
    "a name with blanks": ({"name": "My Step"}, "test_declares_its_name_its_head_and_its_params"),
    "a head that is no field": ({"head": "size"}, "test_declares_its_name_its_head_and_its_params"),
    "params of another making": ({"Params": Plain}, "test_declares_its_name_its_head_and_its_params"),
    "reads differently each time": ({"Params": CountedParams}, "test_examples_are_read_the_same_each_time"),
    "params that can be set": ({"Params": OpenParams}, "test_params_cannot_be_changed"),
    "params that stay at home": (
        {"Params": FleetingParams},
        "test_params_reach_the_process_in_which_a_step_decides",
    ),
    "takes fields it does not know": ({"Params": OpenParams}, "test_unknown_fields_are_refused"),
    "takes what must be refused": ({"Params": HastyParams}, "test_wrong_values_are_refused_in_words"),
    "a validator that crashes": ({"Params": TraceableParams}, "test_wrong_values_are_refused_in_words"),
    "an arm that is nowhere": (
        {"arms": lambda self, params: {"then": ("else",)}},
        "test_arms_are_lists_of_steps_where_they_say",
    ),
    "an arm that is no list": (
        {"arms": lambda self, params: {"then": ("mode",)}},
        "test_arms_are_lists_of_steps_where_they_say",
    ),
    "a rule that is nowhere": (
        {"rules": lambda self, params: {"when": ("if",)}},
        "test_rules_stand_where_they_say",
    ),
    "a reference of its own kind": (
        {"references": lambda self, params: [Reference("planet", "mars")]},
        "test_references_are_of_known_kinds",
    ),
    "a reference to nothing": (
        {"references": lambda self, params: [Reference("template", "")]},
        "test_references_are_of_known_kinds",
    ),
    "no sentence": ({"sentence": lambda self, params: ""}, "test_its_sentence_is_one_line_of_text"),
    "a sentence of lines": (
        {"sentence": lambda self, params: "a\nb"},
        "test_its_sentence_is_one_line_of_text",
    ),
    "rounds below zero": ({"rounds": lambda self, params: -1}, "test_its_rounds_are_few"),
    "rounds without an arm": ({"rounds": lambda self, params: 2}, "test_its_rounds_are_few"),
    "answers nothing": ({"decide": always(None)}, "test_answers_an_outcome_for_everybody"),
    "answers a name": ({"decide": always("continue")}, "test_answers_an_outcome_for_everybody"),
    "crashes where an attribute is missing": (
        {"decide": first(lambda facts: facts.attributes["tier"])},
        "test_answers_an_outcome_for_everybody",
    ),
    "crashes where an attribute is of another kind": (
        {"decide": first(lambda facts: facts.attributes.get("tier", "").upper())},
        "test_answers_an_outcome_for_everybody",
    ),
    "counts who came": ({"decide": counted}, "test_the_same_facts_give_the_same_outcome"),
    "looks at the clock": (
        {"decide": first(lambda facts: datetime.now(UTC))},
        "test_reads_no_clock_no_chance_and_no_network",
    ),
    "looks at the other clock": (
        {"decide": first(lambda facts: time.time())},
        "test_reads_no_clock_no_chance_and_no_network",
    ),
    "throws dice": (
        {"decide": first(lambda facts: random.random())},
        "test_reads_no_clock_no_chance_and_no_network",
    ),
    "calls home": (
        {"decide": first(lambda facts: socket.socket().connect_ex(("127.0.0.1", 9)))},
        "test_reads_no_clock_no_chance_and_no_network",
    ),
    "reads a file": (
        {"decide": first(lambda facts: open(__file__).close())},
        "test_reads_no_clock_no_chance_and_no_network",
    ),
    "changes the facts": ({"decide": first(changed)}, "test_leaves_the_facts_as_they_are"),
    "asks for a rule it does not declare": (
        {"decide": first(lambda facts: facts.rules.get("vip"))},
        "test_reads_only_rules_that_it_declares",
    ),
    "looks at reach and says it does not": (
        {"reads_reachable": False},
        "test_looks_at_reach_only_if_it_says_so",
    ),
    "looks at who somebody is and says it does not": (
        {"reads_person": False},
        "test_looks_at_the_person_only_if_it_says_so",
    ),
    "looks at where somebody lives and says it does not": (
        {"reads_person": False, "wait": lambda self, params, facts, now: Continue(facts.zone.key)},
        "test_looks_at_the_person_only_if_it_says_so",
    ),
    "looks at the bucket and says it does not": (
        {"reads_bucket": False, "wait": lambda self, params, facts, now: Continue(str(facts.bucket % 2))},
        "test_looks_at_the_bucket_only_if_it_says_so",
    ),
    "enters an arm it does not have": ({"decide": always(Enter("else"))}, "test_enters_only_its_arms"),
    "leaves with a sentence": ({"decide": always(Leave("It is enough!"))}, "test_leaves_with_a_short_code"),
    "notes what it knows of somebody": (
        {"decide": lambda self, params, facts, now: Continue(f"is {facts.attributes.get('tier')}")},
        "test_people_stay_out_of_notes_and_sentences",
    ),
    "parks until now": (
        {"decide": lambda self, params, facts, now: Park(now) if now.minute == 26 else Continue()},
        "test_parks_until_a_time_to_come",
    ),
    "parks without a zone": (
        {"wait": always(Park(datetime(2126, 1, 1)))},  # noqa: DTZ001 - the lie itself
        "test_parks_until_a_time_to_come",
    ),
    "awaits what cannot happen": (
        {"wait": lambda self, params, facts, now: Park(now + timedelta(1), (Awaited("Order placed"),))},
        "test_awaits_events_that_can_happen",
    ),
    "waits for ever": ({"wait": waits_from_now}, "test_lets_everybody_go_in_the_end"),
    "sends what it does not name": (
        {"send": always(Send("fax", "hello"))},
        "test_sends_only_what_it_refers_to",
    ),
    "sends twice by one channel": ({"send": resends}, "test_sends_on_each_channel_once_in_a_visit"),
    "sends on after it was sent": ({"send": sends_all}, "test_sends_nothing_more_once_it_was_sent"),
    "repeats for ever": ({"again": always(Enter("then"))}, "test_rounds_come_to_an_end"),
    "does nothing, at length": ({"act": always(Act(()))}, "test_does_a_few_things_of_known_kinds"),
    "does what there is not": (
        {"act": always(Act(("email the boss",)))},  # type: ignore[arg-type]
        "test_does_a_few_things_of_known_kinds",
    ),
    "sets an attribute to a moment": (
        {"act": lambda self, params, facts, now: Act((Change({"seen_at": now}),))},
        "test_its_effects_hold_plain_values",
    ),
    "awards nothing": ({"act": always(Act((Award(0),)))}, "test_its_effects_are_well_formed"),
    "starts what it does not name": (
        {"act": always(Act((Start("club"),)))},
        "test_its_effects_are_well_formed",
    ),
    "gives a tag that is none": (
        {"act": always(Act((Change(add_tags=("V I P",)),)))},
        "test_its_effects_are_well_formed",
    ),
    "records an event that is none": (
        {"act": always(Act((Emit("Club joined"),)))},
        "test_its_effects_are_well_formed",
    ),
}


@pytest.mark.parametrize("lie", LIARS)
def test_the_kit_catches(lie: str) -> None:
    changes, rule = LIARS[lie]
    assert list(verdict_on(changes, rule).broken) == [rule]


def test_every_rule_of_the_kit_has_been_seen_red() -> None:
    rules = {name for name in dir(StepContract) if name.startswith("test_")}
    assert rules == {rule for _, rule in LIARS.values()}


def test_a_contract_without_examples_says_what_to_write() -> None:
    bare = type("Bare", (StepContract,), {"make_step": lambda self: Honest()})
    words = conformance(bare).broken["test_answers_an_outcome_for_everybody"]
    assert words == "Write examples: at least one step as it stands in a journey."

"""The kit is red where it must be: each condition and filter here breaks one rule on purpose."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import pytest
from markupsafe import Markup

from orchestrator.domain.definition import DefinitionError
from orchestrator.domain.definition.rule_parser import read_rule
from orchestrator.sdk import ConditionKind
from orchestrator.sdk.testing import ConditionContract, Conformance, FilterContract, conformance

COUNT: list[int] = []


class Spender(ConditionKind):
    """Keeps every rule. The liars below change one thing each."""

    name = "spender"

    def expand(self, value: Any) -> Mapping[str, Any]:
        over = value.get("over") if isinstance(value, dict) else value
        if type(over) not in (int, float) or not 0 <= over <= 10**9:
            raise ValueError("say how much was spent, such as `500`")
        return {"all": [{"event": "order.placed", "sum": {"at_least": over}}, {"not": {"segment": "staff"}}]}


class SpenderContract(ConditionContract):
    kind: ClassVar[type[ConditionKind]] = Spender
    examples: ClassVar[Any] = (500, {"over": 99.5})
    refused: ClassVar[Any] = (-1, "much", {"under": 5})

    def make_condition(self) -> ConditionKind:
        return self.kind()

    def read(self, rule: Mapping[str, Any]) -> None:
        """With the whole language, as the engine reads it; the shape alone is held to the same rules below."""
        super().read(rule)
        try:
            read_rule(rule)
        except DefinitionError as error:
            raise ValueError(str(error)) from None


Expand = Callable[[Any, Any], Any]


def expands(answer: Any) -> dict[str, Expand]:
    def expand(self: Any, value: Any) -> Any:
        Spender.expand(self, value)
        return answer() if callable(answer) else answer

    return {"expand": expand}


def instead(error: type[Exception], *words: str) -> dict[str, Expand]:
    """Refuse with this error instead."""

    def expand(self: Any, value: Any) -> Any:
        try:
            return Spender.expand(self, value)
        except ValueError:
            raise error(*words) from None

    return {"expand": expand}


def eats_the_value(self: Any, value: Any) -> Any:
    rule = Spender.expand(self, value)
    if isinstance(value, dict):
        value.clear()
    return rule


def counts(self: Any, value: Any) -> Any:
    Spender.expand(self, value)
    COUNT.append(1)
    return {"event": "order.placed", "count": {"at_least": len(COUNT)}}


def nested(depth: int) -> dict[str, Any]:
    return {"segment": "vip"} if depth == 0 else {"not": nested(depth - 1)}


VIP = {"segment": "vip"}
CONDITIONS: dict[str, tuple[dict[str, Any], str]] = {
    "a name with blanks": ({"name": "Big spender"}, "test_declares_a_name_of_its_own"),
    "a word of the language": ({"name": "segment"}, "test_declares_a_name_of_its_own"),
    "no rule at all": (expands(None), "test_examples_expand_to_a_rule"),
    "a rule of two words": (expands({**VIP, "consent": "email"}), "test_examples_expand_to_a_rule"),
    "a word that there is not": (expands({"planet": "mars"}), "test_examples_expand_to_a_rule"),
    "an empty list": (expands({"all": []}), "test_examples_expand_to_a_rule"),
    "a comparison that there is not": (
        expands({"attribute": "tier", "resembles": "gold"}),
        "test_examples_expand_to_a_rule",
    ),
    "a field that there is not": (expands({"event": "order.placed", "ago": 3}), "test_examples_expand_to_a_rule"),
    "a value that is not plain": (expands({"segment": {"vip"}}), "test_rules_are_plain_values"),
    "takes what must be refused": (
        {"expand": lambda self, value: VIP},
        "test_refused_values_are_refused_in_words",
    ),
    "refuses without a word": (instead(ValueError), "test_refused_values_are_refused_in_words"),
    "refuses with another error": (instead(KeyError, "over"), "test_refused_values_are_refused_in_words"),
    "crashes on what is odd": (instead(TypeError, "no"), "test_whatever_is_written_gives_a_rule_or_words"),
    "counts": ({"expand": counts}, "test_the_same_value_gives_the_same_rule"),
    "looks at the clock": (expands(lambda: time.time() and VIP), "test_reads_no_clock_no_chance_and_no_network"),
    "throws dice": (expands(lambda: random.random() and VIP), "test_reads_no_clock_no_chance_and_no_network"),
    "changes the value": ({"expand": eats_the_value}, "test_leaves_the_value_as_it_is"),
    "is spelled out in itself": (expands({"not": {"spender": 5}}), "test_does_not_expand_for_ever"),
    "nests without end": (expands(nested(25)), "test_its_rules_stay_small"),
    "has parts without end": (expands({"any": [VIP] * 200}), "test_its_rules_stay_small"),
}  # fmt: skip


def shout(value: Any, marks: int = 1) -> str:
    """Keeps every rule, and takes whatever comes."""
    return f"{'' if value is None else value}".upper() + "!" * marks


def as_markup(value: Any, marks: int = 1) -> Any:
    return Markup(shout(value, marks))


def with_clock(value: Any, marks: int = 1) -> str:
    return shout(value, marks) if time.monotonic() > 0 else ""


def counting(value: Any, marks: int = 1) -> str:
    COUNT.append(1)
    return f"{len(COUNT)}{shout(value, marks)}"


def quadratic(value: Any, marks: int = 1) -> str:
    for _ in str(value) if isinstance(value, str) else "":
        for _ in value[:2_000]:
            pass
    return shout(value, marks)


def swells(value: Any, marks: int = 1) -> str:
    return shout(value, marks) * (1 if len(str(value)) < 100 else 21)


def only_texts(value: Any, marks: int = 1) -> str:
    return str(value.upper()) + "!" * marks


def as_bytes(value: Any, marks: int = 1) -> Any:
    return shout(value, marks).encode()


def adds_to_lists(value: Any, marks: int = 1) -> str:
    if isinstance(value, list):
        value.append("seen")
    return shout(value, marks)


class ShoutContract(FilterContract):
    function: ClassVar[Any] = staticmethod(shout)
    name = "shout"
    examples: ClassVar[Any] = ((("hi",), "HI!"), (("hi", 3), "HI!!!"), ((None,), "!"))

    def make_filter(self) -> Callable[..., Any]:
        function: Callable[..., Any] = type(self).function
        return function


def a_filter(function: Callable[..., Any]) -> dict[str, Any]:
    return {"function": staticmethod(function)}


FILTERS: dict[str, tuple[dict[str, Any], str]] = {
    "a name with blanks": ({"name": "Shout it"}, "test_declares_a_name"),
    "a lambda": (
        a_filter(lambda value, marks=1: shout(value, marks)),
        "test_is_found_by_its_module_and_name",
    ),
    "a method": (a_filter("x".join), "test_is_found_by_its_module_and_name"),
    "says what it does not do": ({"examples": ((("hi",), "hi"),)}, "test_examples_give_what_they_say"),
    "answers bytes": (a_filter(as_bytes), "test_answers_plain_values"),
    "breaks on what is no text": (a_filter(only_texts), "test_nothing_breaks_it"),
    "counts": (a_filter(counting), "test_the_same_value_gives_the_same_answer"),
    "looks at the clock": (a_filter(with_clock), "test_reads_no_clock_no_chance_and_no_network"),
    "changes a list": (a_filter(adds_to_lists), "test_leaves_its_arguments_as_they_are"),
    "answers markup and does not say so": (a_filter(as_markup), "test_lets_no_script_through"),
    "lets a script through": ({**a_filter(as_markup), "html": True}, "test_lets_no_script_through"),
    "a loop within a loop": (a_filter(quadratic), "test_takes_no_more_steps_than_the_text_is_long"),
    "makes much of little": (a_filter(swells), "test_its_answer_stays_within_bounds"),
}


def rules_of(contract: type) -> set[str]:
    return {name for name in dir(contract) if name.startswith("test_")}


@pytest.mark.parametrize(("contract", "count"), [(SpenderContract, 10), (ShoutContract, 11)])
def test_the_honest_keep_every_rule(contract: Any, count: int) -> None:
    found = conformance(contract)
    assert (found.broken, found.not_applicable) == ({}, {})
    assert len(found.kept) == count


@pytest.mark.parametrize("lie", CONDITIONS)
def test_the_kit_catches_a_condition(lie: str) -> None:
    changes, rule = CONDITIONS[lie]
    kind = type("Liar", (Spender,), changes)
    # Without the engine's parser at hand: the shape alone must give it away.
    contract = type("Liars", (SpenderContract,), {"kind": kind, "read": ConditionContract.read})
    found: Conformance = conformance(contract, [rule])
    assert list(found.broken) == [rule]


@pytest.mark.parametrize("lie", FILTERS)
def test_the_kit_catches_a_filter(lie: str) -> None:
    changes, rule = FILTERS[lie]
    assert list(conformance(type("Liars", (ShoutContract,), changes), [rule]).broken) == [rule]


def refuses_numbers(value: Any, marks: int = 1) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is needed")
    return shout(value, marks)


def test_what_is_declared_may_be_refused() -> None:
    kinds = (type(None), bool, int, float, list, dict)
    picky = {**a_filter(refuses_numbers), "examples": ((("hi",), "HI!"),)}
    assert "test_nothing_breaks_it" in conformance(type("Picky", (ShoutContract,), picky)).broken
    assert conformance(type("Picky", (ShoutContract,), picky | {"refuses": kinds})).broken == {}


def test_every_rule_on_conditions_and_filters_has_been_seen_red() -> None:
    assert rules_of(ConditionContract) == {rule for _, rule in CONDITIONS.values()}
    assert rules_of(FilterContract) == {rule for _, rule in FILTERS.values()}


def test_the_contracts_without_examples_say_what_to_write() -> None:
    condition = type("Bare", (ConditionContract,), {"make_condition": lambda self: Spender()})
    words = conformance(condition, ["test_examples_expand_to_a_rule"]).broken
    assert words == {"test_examples_expand_to_a_rule": "Write examples: values that an author may write."}

"""What every condition must keep to, as tests to inherit.

class TestBigSpender(ConditionContract):
    examples = (500, {"over": 500, "within": "30 days"})
    refused = (-1, "much")
    def make_condition(self): return BigSpender()
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from orchestrator.sdk import ConditionKind
from orchestrator.sdk.testing.base import Contract
from orchestrator.sdk.testing.checks import check, fail
from orchestrator.sdk.testing.purity import watch_purity
from orchestrator.sdk.testing.rubbish import NAME, RUBBISH, as_json, copied, is_plain, shown
from orchestrator.sdk.testing.rule_shape import WORDS, depth_of, parts_of, wrong_with

DEEPEST = 20
MOST_PARTS = 100


class ConditionContract(Contract):
    """All rules on conditions.

    `examples`: values an author may write after the word. `refused`: such that must be refused. `words`: names of
    other plugins' conditions that it spells out in. `read` is for who has the whole language at hand.
    """

    examples: ClassVar[Sequence[Any]] = ()
    refused: ClassVar[Sequence[Any]] = ()
    words: ClassVar[Collection[str]] = ()

    def make_condition(self) -> ConditionKind:
        """A new condition."""
        raise NotImplementedError("Write make_condition(self): it answers a new condition to be tested.")

    def read(self, rule: Mapping[str, Any]) -> None:
        """Read the rule as the engine does; raise ValueError with words. This one looks at its shape."""
        wrong = wrong_with(rule, self.words)
        if wrong:
            raise ValueError(wrong)

    def test_declares_a_name_of_its_own(self) -> None:
        name = getattr(self.make_condition(), "name", None)
        check(
            isinstance(name, str) and NAME.match(name) is not None, f"name is {name!r}: small letters and _."
        )
        check(name not in WORDS, f"{name!r} is a word of the language already.")

    def test_examples_expand_to_a_rule(self) -> None:
        check(bool(self.examples), "Write examples: values that an author may write.")
        for value in self.examples:
            self._hold_to_the_language(value, self._expand(value))

    def test_rules_are_plain_values(self) -> None:
        for value in self.examples:
            rule = self._expand(value)
            check(
                is_plain(rule) and isinstance(rule, Mapping),
                f"{shown(value)} gave {shown(rule)}: no plain mapping.",
            )
            check(as_json(rule) == rule, f"{shown(value)} gave a rule that JSON does not keep.")

    def test_refused_values_are_refused_in_words(self) -> None:
        for value in self.refused:
            try:
                rule = self.make_condition().expand(copied(value))
            except ValueError as error:
                check(bool(str(error).strip()), f"{shown(value)} is refused without a word.")
                continue
            except Exception as error:
                fail(f"{shown(value)} raised {type(error).__name__}: refuse with ValueError, in words.")
            fail(f"{shown(value)} must be refused, and gave {shown(rule)}.")

    def test_whatever_is_written_gives_a_rule_or_words(self) -> None:
        for value in RUBBISH:
            try:
                rule = self.make_condition().expand(copied(value))
            except ValueError as error:
                check(bool(str(error).strip()), f"{shown(value)} is refused without a word.")
                continue
            except Exception as error:
                fail(f"{shown(value)} raised {type(error).__name__}: refuse with ValueError, in words.")
            self._hold_to_the_language(value, rule)

    def test_the_same_value_gives_the_same_rule(self) -> None:
        condition = self.make_condition()
        first = [condition.expand(copied(value)) for value in self.examples]
        again = [condition.expand(copied(value)) for value in reversed(self.examples)]
        fresh = [self._expand(value) for value in self.examples]
        check(first == again[::-1] == fresh, "The same value gave two rules: expand must be pure.")

    def test_reads_no_clock_no_chance_and_no_network(self) -> None:
        for value in self.examples:
            self._expand(value)  # what is loaded once is loaded now
        with watch_purity() as found:
            for value in self.examples:
                self._expand(value)
        check(not found, f"expand read {found[0] if found else ''}: all it may use is the value.")

    def test_leaves_the_value_as_it_is(self) -> None:
        for value in self.examples:
            given = copied(value)
            self.make_condition().expand(given)
            check(given == value, f"expand changed {shown(value)}: it is the author's.")

    def test_does_not_expand_for_ever(self) -> None:
        name = self.make_condition().name
        for value in self.examples:
            used = {word for part in parts_of(self._expand(value)) for word in part}
            check(name not in used, f"{shown(value)} is spelled out in `{name}` itself.")

    def test_its_rules_stay_small(self) -> None:
        for value in self.examples:
            rule = self._expand(value)
            check(depth_of(rule) <= DEEPEST, f"{shown(value)} nests deeper than {DEEPEST}.")
            check(len(parts_of(rule)) <= MOST_PARTS, f"{shown(value)} has more than {MOST_PARTS} parts.")

    def _expand(self, value: Any) -> Mapping[str, Any]:
        try:
            return self.make_condition().expand(copied(value))
        except Exception as error:
            fail(f"The example {shown(value)} raised {type(error).__name__}: {error}")

    def _hold_to_the_language(self, value: Any, rule: Any) -> None:
        try:
            self.read(rule)
        except ValueError as error:
            fail(f"{shown(value)} gave {shown(rule)}: {error}")

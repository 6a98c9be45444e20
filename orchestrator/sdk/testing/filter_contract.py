"""What every template filter must keep to, as tests to inherit.

class TestShout(FilterContract):
    name = "shout"
    examples = ((("hi",), "HI!"), (("hi", 3), "HI!!!"))
    def make_filter(self): return shout
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from types import FrameType
from typing import Any, ClassVar

import pytest

from orchestrator.sdk.testing.base import Contract
from orchestrator.sdk.testing.checks import check, fail
from orchestrator.sdk.testing.purity import watch_purity
from orchestrator.sdk.testing.rubbish import NAME, RUBBISH, copied, is_plain, shown

SCRIPT = "<script>alert(1)</script>"
SIZES = (400, 1_600)
STEPS_ALLOWED = (
    8  # for four times the text: in proportion, with room; a loop within a loop takes sixteen times
)
LENGTH_ALLOWED = 20


class FilterContract(Contract):
    """All rules on template filters.

    `examples`: arguments, the value first, and what comes of them. `refuses`: types of values it may refuse, with
    ValueError or TypeError. `html`: it answers HTML, escaped by itself.
    """

    name: ClassVar[str] = ""
    examples: ClassVar[Sequence[tuple[tuple[Any, ...], Any]]] = ()
    refuses: ClassVar[tuple[type, ...]] = ()
    html: ClassVar[bool] = False

    def make_filter(self) -> Callable[..., Any]:
        """The filter, as it is registered."""
        raise NotImplementedError("Write make_filter(self): it answers the filter to be tested.")

    def test_declares_a_name(self) -> None:
        check(NAME.match(self.name) is not None, f"name is {self.name!r}: small letters, digits and _.")

    def test_is_found_by_its_module_and_name(self) -> None:
        function = self.make_filter()
        module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", "")
        found = getattr(import_module(module), name, None) if module and name.isidentifier() else None
        check(
            found is function, "Templates run in a process of their own: it must be a function of a module."
        )

    def test_examples_give_what_they_say(self) -> None:
        check(bool(self.examples), "Write examples: arguments, and what comes of them.")
        for arguments, wanted in self.examples:
            found = self.make_filter()(*copied(arguments))
            check(found == wanted, f"{arguments!r} gave {shown(found)} instead of {shown(wanted)}.")

    def test_answers_plain_values(self) -> None:
        for value, answer in self._answers():
            plain = str(answer) if self.html and hasattr(answer, "__html__") else answer
            check(is_plain(plain), f"{shown(value)} gave a {type(answer).__name__}, which is no plain value.")

    def test_nothing_breaks_it(self) -> None:
        for arguments in self._arguments():
            self._answer(copied(arguments))

    def test_the_same_value_gives_the_same_answer(self) -> None:
        first = [shown(answer) for _, answer in self._answers()]
        check(first == [shown(answer) for _, answer in self._answers()], "The same value gave two answers.")

    def test_reads_no_clock_no_chance_and_no_network(self) -> None:
        list(self._answers())  # what is loaded once is loaded now
        with watch_purity() as found:
            list(self._answers())
        check(not found, f"It read {found[0] if found else ''}: all it may use is its arguments.")

    def test_leaves_its_arguments_as_they_are(self) -> None:
        function = self.make_filter()
        for arguments in self._arguments():
            given = copied(arguments)
            with suppress(ValueError, TypeError):
                function(*given)
            check(given == arguments, f"It changed its argument {shown(arguments[0])}.")

    def test_lets_no_script_through(self) -> None:
        for arguments in [(SCRIPT, *rest) for (_, *rest), _ in self.examples]:
            answer = self._answer(arguments)
            if hasattr(answer, "__html__"):
                check(
                    self.html,
                    "It answers markup, which is not escaped any more: declare `html`, or answer text.",
                )
                check(
                    "<script" not in str(answer).lower(),
                    "It answers markup with somebody else's script in it.",
                )

    def test_takes_no_more_steps_than_the_text_is_long(self) -> None:
        if str in self.refuses:
            pytest.skip("it refuses texts")
        counts = []
        for size in SIZES:
            with count_steps() as steps:
                self._answer(("word " * (size // 5), *self._rest()))
            counts.append(len(steps))
        few, many = counts
        check(many <= STEPS_ALLOWED * few + 1_000, f"Four times the text took {few} and then {many} steps.")

    def test_its_answer_stays_within_bounds(self) -> None:
        if str in self.refuses:
            pytest.skip("it refuses texts")
        length = len(str(self._answer(("x" * 10_000, *self._rest()))))
        check(length <= LENGTH_ALLOWED * 10_000, f"10000 letters became {length}.")

    def _rest(self) -> tuple[Any, ...]:
        return self.examples[0][0][1:] if self.examples else ()

    def _arguments(self) -> Iterator[tuple[Any, ...]]:
        yield from (arguments for arguments, _ in self.examples)
        yield from ((value, *self._rest()) for value in RUBBISH)

    def _answers(self) -> Iterator[tuple[Any, Any]]:
        """(value, answer) for the examples and for everything odd that it does not refuse."""
        for arguments in self._arguments():
            answer = self._answer(copied(arguments))
            if answer is not _Refused:
                yield arguments[0], answer

    def _answer(self, arguments: tuple[Any, ...]) -> Any:
        try:
            return self.make_filter()(*arguments)
        except Exception as error:
            declared = type(arguments[0]) in self.refuses and isinstance(error, ValueError | TypeError)
            if declared:
                return _Refused
            fail(f"{shown(arguments[0])} raised {type(error).__name__}: a message would not be sent for it.")


class _Refused:
    """Stands for an answer where the value was refused, as declared."""


@contextmanager
def count_steps() -> Iterator[list[None]]:
    """One entry for each line of Python that runs inside. The count depends on the code alone, not on the machine."""
    steps: list[None] = []

    def line(frame: FrameType, event: str, value: Any) -> Any:
        if event == "line":
            steps.append(None)
        return line

    before = sys.gettrace()
    sys.settrace(line)
    try:
        yield steps
    finally:
        sys.settrace(before)

"""What the rules on steps stand on: the hooks an author writes, and how a step is asked about all kinds of people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar

import pytest
from pydantic import ValidationError

from orchestrator.sdk import Outcome, Park, Path, Send, StepFacts, StepKind, StepParams
from orchestrator.sdk.testing.base import Contract
from orchestrator.sdk.testing.checks import fail
from orchestrator.sdk.testing.rubbish import copied
from orchestrator.sdk.testing.step_facts import NOW, Watched, base, combined, oddities

Case = tuple[StepParams, StepFacts, datetime]


class StepBench(Contract):
    """The hooks of a step's contract.

    `examples`: steps as they stand in a journey, `{"wait": "2 days"}`, without an id. `refused`: such that must be
    refused. `attributes`: plausible values of the attributes it reads. `longest`: how long at most it holds somebody.
    """

    examples: ClassVar[Sequence[Mapping[str, Any]]] = ()
    refused: ClassVar[Sequence[Mapping[str, Any]]] = ()
    attributes: ClassVar[Mapping[str, Any]] = {}
    longest: ClassVar[timedelta] = timedelta(days=366)

    def make_step(self) -> StepKind[Any]:
        """A new step kind."""
        raise NotImplementedError("Write make_step(self): it answers a new step kind to be tested.")

    # How the rules are made

    @cached_property
    def _step(self) -> StepKind[Any]:
        return self.make_step()

    def _plain(self, example: Mapping[str, Any]) -> dict[str, Any]:
        """The example as the step's params get it: the value beside its name is the head's."""
        plain: dict[str, Any] = copied(dict(example))
        if self._step.name not in plain:
            fail(f"The example {example!r} has no `{self._step.name}`: write it as it stands in a journey.")
        head = plain.pop(self._step.name)
        return plain | ({self._step.head: head} if self._step.head and head is not None else {})

    def _read(self, plain: Mapping[str, Any]) -> StepParams:
        """Params as the engine reads them; ValidationError where they are refused."""
        try:
            return self._step.Params.model_validate(copied(dict(plain)))
        except ValidationError:
            raise
        except Exception as error:
            fail(
                f"Reading {plain!r} raised {type(error).__name__}: validators raise ValueError, nothing else."
            )

    @cached_property
    def _all_params(self) -> list[StepParams]:
        if not self.examples:
            fail("Write examples: at least one step as it stands in a journey.")
        return [self._read(self._plain(example)) for example in self.examples]

    def _base(self, params: StepParams) -> StepFacts:
        return base(self._step.rules(params), self.attributes)

    def _channels(self, params: StepParams) -> list[str]:
        named = [each.name for each in self._step.references(params) if each.kind == "channel"]
        return list(dict.fromkeys([*named, "email", "sms"]))[: max(2, len(named))]

    def _awaited(self, params: StepParams) -> list[str]:
        answer = self._decide(params, self._base(params), NOW)
        return [each.event for each in answer.awaited] if isinstance(answer, Park) else []

    def _attributes_read(self, params: StepParams) -> set[str]:
        watched = Watched(self._base(params).attributes)
        self._decide(params, replace(self._base(params), attributes=watched), NOW)
        return watched.asked | set(self.attributes)

    def _cases(self) -> Iterator[Case]:
        """All people of all examples."""
        for params in self._all_params:
            start, rounds = self._base(params), self._step.rounds(params)
            for facts in combined(start, self._channels(params), self._awaited(params), rounds):
                yield params, facts, NOW
            for facts, now in oddities(start, self._attributes_read(params)):
                yield params, facts, now

    def _decide(self, params: StepParams, facts: StepFacts, now: datetime) -> Outcome:
        """What the step answers; whatever it raises is told with the facts it raised on."""
        try:
            answer: Any = self._step.decide(params, facts, now)
        except Exception as error:
            fail(f"decide raised {type(error).__name__}: {error}, on {_told(facts)}: it answers an Outcome.")
        if not isinstance(answer, Outcome):
            fail(f"decide answered a {type(answer).__name__}, on {_told(facts)}: answer one of the outcomes.")
        return answer

    def _answers(self, kind: type[Outcome] | tuple[type[Outcome], ...]) -> Iterator[tuple[Case, Any]]:
        """Every answer of this kind; the rule does not apply to a step that never gives one."""
        some = False
        for params, facts, now in self._cases():
            answer = self._decide(params, facts, now)
            if isinstance(answer, kind):
                some = True
                yield (params, facts, now), answer
        if not some:
            names = [each.__name__ for each in (kind if isinstance(kind, tuple) else (kind,))]
            pytest.skip(f"it never answers {' or '.join(names)}")

    def _sends(self) -> Iterator[tuple[Case, Send]]:
        yield from self._answers(Send)

    def _at(self, plain: Any, path: Path) -> Any:
        """What stands at a path of the example; KeyError, IndexError or TypeError where nothing does."""
        for part in path:
            plain = plain[part]
        return plain


def _told(facts: StepFacts) -> str:
    """The facts in a sentence, without the attributes' values: they could fill a page."""
    parts = [f"rules={dict(facts.rules)}", f"tried={[(t.channel, t.state) for t in facts.tried]}"]
    parts += [f"reachable={sorted(facts.reachable)}", f"attributes of {sorted(facts.attributes)}"]
    parts += [f"events={[event.name for event in facts.events]}", f"round={facts.round}"]
    return ", ".join(parts)

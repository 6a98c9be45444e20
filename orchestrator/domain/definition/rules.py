"""The rule language: frozen, hashable trees of what can be true of a customer. Their truth is a fact, loaded by SQL."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from orchestrator.domain.definition.comparisons import Comparison
from orchestrator.domain.durations import Duration


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule. Equal rules have equal keys, whatever the order or spelling they were written in."""

    def plain(self) -> dict[str, Any]:
        """The rule as plain values, in its one canonical spelling; `parse_rule` reads it back to an equal rule."""
        raise NotImplementedError

    def sentence(self) -> str:
        """The rule in plain English, for `why`: "tier is gold"."""
        raise NotImplementedError

    def parts(self) -> tuple[Rule, ...]:
        """The rules directly inside; none for a rule that asks a fact."""
        return ()

    @property
    def key(self) -> str:
        """32 hex digits that name this rule for ever; the same for the same canonical spelling."""
        text = json.dumps(self.plain(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def leaves(self) -> Iterator[Rule]:
        """Every rule inside (or this one) that asks a fact, in written order."""
        work: list[Rule] = [self]
        while work:
            rule = work.pop()
            parts = rule.parts()
            if not parts and not isinstance(rule, (AllOf, AnyOf)):
                yield rule
            work.extend(reversed(parts))


@dataclass(frozen=True, slots=True)
class AllOf(Rule):
    """True when every part is."""

    rules: tuple[Rule, ...]

    def parts(self) -> tuple[Rule, ...]:
        return self.rules

    def plain(self) -> dict[str, Any]:
        return {"all": [rule.plain() for rule in self.rules]}

    def sentence(self) -> str:
        return " and ".join(_bracketed(rule) for rule in self.rules)


@dataclass(frozen=True, slots=True)
class AnyOf(Rule):
    """True when at least one part is."""

    rules: tuple[Rule, ...]

    def parts(self) -> tuple[Rule, ...]:
        return self.rules

    def plain(self) -> dict[str, Any]:
        return {"any": [rule.plain() for rule in self.rules]}

    def sentence(self) -> str:
        return " or ".join(_bracketed(rule) for rule in self.rules)


@dataclass(frozen=True, slots=True)
class Not(Rule):
    """True when its part is not."""

    rule: Rule

    def parts(self) -> tuple[Rule, ...]:
        return (self.rule,)

    def plain(self) -> dict[str, Any]:
        return {"not": self.rule.plain()}

    def sentence(self) -> str:
        return f"not ({self.rule.sentence()})"


@dataclass(frozen=True, slots=True)
class AttributeIs(Rule):
    """An attribute of the customer compares as written; `comparison.name` is the attribute."""

    comparison: Comparison

    def plain(self) -> dict[str, Any]:
        return {"attribute": self.comparison.name, **self.comparison.plain()}

    def sentence(self) -> str:
        return self.comparison.sentence()


@dataclass(frozen=True, slots=True)
class Happened(Rule):
    """Events of one name happened: at least once, or as often (`count`) and with amounts adding up (`total`) as said.

    `where` compares properties. `within` looks back from now; `since_entry` counts what happened after the
    enrollment began; `of` asks for events about the message of that step.
    """

    event: str
    where: tuple[Comparison, ...] = ()
    within: Duration | None = None
    count: tuple[Comparison, ...] = ()
    total: tuple[Comparison, ...] = ()
    since_entry: bool = False
    of: str = ""

    def plain(self) -> dict[str, Any]:
        parts: dict[str, Any] = {
            "event": self.event,
            "where": plain_where(self.where),
            "within": str(self.within) if self.within else "",
            "count": _bounds(self.count),
            "sum": _bounds(self.total),
            "since": "entry" if self.since_entry else "",
            "of": self.of,
        }
        return {name: value for name, value in parts.items() if value}

    def sentence(self) -> str:
        words = [f"{self.event} happened"]
        words += [_often(bound) for bound in self.count]
        words += [f"with amounts adding up to {_bound(bound)}" for bound in self.total]
        words += [f"in the last {self.within}"] if self.within else []
        words += ["since entry"] if self.since_entry else []
        words += [f"for the message of step {self.of}"] if self.of else []
        where = " and ".join(comparison.sentence() for comparison in self.where)
        return " ".join(words) + (f" (where {where})" if where else "")


@dataclass(frozen=True, slots=True)
class Received(Rule):
    """A message of this journey (and step, if given) was handed over to the customer's provider."""

    journey: str = ""
    step: str = ""
    within: Duration | None = None

    def plain(self) -> dict[str, Any]:
        parts = {"journey": self.journey, "step": self.step, "within": str(self.within or "")}
        return {"received": {name: value for name, value in parts.items() if value}}

    def sentence(self) -> str:
        words = ["received a message"]
        words += [f"of journey {self.journey}"] if self.journey else []
        words += [f"of step {self.step}"] if self.step else []
        words += [f"in the last {self.within}"] if self.within else []
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Consented(Rule):
    """The customer allows `purpose` by `channel`."""

    channel: str
    purpose: str = "marketing"

    def plain(self) -> dict[str, Any]:
        return {"consent": {"channel": self.channel, "purpose": self.purpose}}

    def sentence(self) -> str:
        return f"consented to {self.purpose} by {self.channel}"


@dataclass(frozen=True, slots=True)
class InSegment(Rule):
    """The customer is a member of the segment."""

    segment: str

    def plain(self) -> dict[str, Any]:
        return {"segment": self.segment}

    def sentence(self) -> str:
        return f"is in segment {self.segment}"


@dataclass(frozen=True, slots=True)
class EnteredBy(Rule):
    """This enrollment's entry key is `name`, or starts with `name:`."""

    name: str

    def plain(self) -> dict[str, Any]:
        return {"entered_by": self.name}

    def sentence(self) -> str:
        return f"entered by {self.name}"


def plain_where(where: tuple[Comparison, ...]) -> dict[str, Any]:
    """A `where` as plain values: `{category: {is: shoes}}`."""
    answer: dict[str, Any] = {}
    for comparison in where:
        answer.setdefault(comparison.name, {}).update(comparison.plain())
    return answer


def _bounds(bounds: tuple[Comparison, ...]) -> dict[str, Any]:
    return {op: value for bound in bounds for op, value in bound.plain().items()}


def _bound(bound: Comparison) -> str:
    (value,) = bound.plain().values()
    return str(value) if bound.op == "is" else f"{bound.op.replace('_', ' ')} {value}"


def _often(bound: Comparison) -> str:
    return (
        f"{'exactly ' if bound.op == 'is' else ''}{_bound(bound)} {'time' if bound.value == 1 else 'times'}"
    )


def _bracketed(rule: Rule) -> str:
    return f"({rule.sentence()})" if len(rule.parts()) > 1 else rule.sentence()

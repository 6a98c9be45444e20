"""Rules about scores: a score compares as written, or is among the highest or lowest of those who have one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from orchestrator.domain.definition.comparisons import Comparison
from orchestrator.domain.definition.rules import Rule


@dataclass(frozen=True, slots=True)
class ScoreIs(Rule):
    """A score of the customer compares as written; `comparison.name` is one of `scores.names.KNOWN`.

    A score that is not known satisfies `is_not`, `not_in` and `exists: false`, and nothing else, as with attributes.
    """

    comparison: Comparison

    def plain(self) -> dict[str, Any]:
        return {"score": self.comparison.name, **self.comparison.plain()}

    def sentence(self) -> str:
        return f"score {self.comparison.sentence()}"


@dataclass(frozen=True, slots=True)
class ScoreRanked(Rule):
    """The score is among the highest (`top`) or lowest (`bottom`) so many percent of all who have it, as of the last pass.

    Of equal values all are in: the share may come out larger than written.
    """

    name: str
    end: Literal["top", "bottom"]
    percent: int

    def plain(self) -> dict[str, Any]:
        return {"score": self.name, self.end: f"{self.percent}%"}

    def sentence(self) -> str:
        return f"score {self.name} is in the {self.end} {self.percent}%"


def asked_scores(rules: Iterable[Rule]) -> tuple[str, ...]:
    """The names of the scores that these ask for, each once."""
    leaves = [leaf for rule in rules for leaf in rule.leaves()]
    names = [leaf.comparison.name for leaf in leaves if isinstance(leaf, ScoreIs)]
    return tuple(sorted({*names, *(leaf.name for leaf in leaves if isinstance(leaf, ScoreRanked))}))

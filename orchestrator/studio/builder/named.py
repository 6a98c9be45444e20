"""A rule with the titles of the segments and journeys that it names, to be said; rules themselves name them by keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orchestrator.journeys.models import Journey
from orchestrator.segments.models import Segment
from orchestrator.studio.titles import title_of, titled

Titles = Mapping[tuple[str, str], str]


def titles_of(rule: Any) -> Titles:
    """What is called how, by kind and key: a query for segments and one for journeys, where any are named."""
    named = set(_named(rule))
    segments = [key for kind, key in named if kind == "segment"]
    journeys = [key for kind, key in named if kind == "journey"]
    found: dict[tuple[str, str], str] = {}
    if segments:
        rows = Segment.objects.filter(key__in=segments).exclude(title="").values_list("key", "title")
        found |= {("segment", key): title for key, title in rows}
    if journeys:
        told = titled(Journey.objects.filter(key__in=journeys))
        found |= {("journey", one.key): title_of(one) for one in told}
    return found


def with_titles(rule: Any, titles: Titles) -> Any:
    """The rule, with titles in the place of keys. Only to be said: no rule is read from it."""
    if isinstance(rule, Mapping):
        return {
            name: titles.get((name, part), part) if isinstance(part, str) else with_titles(part, titles)
            for name, part in rule.items()
        }
    return [with_titles(part, titles) for part in rule] if isinstance(rule, list) else rule


def _named(rule: Any) -> Iterator[tuple[str, str]]:
    if isinstance(rule, Mapping):
        for name, part in rule.items():
            if name in ("segment", "journey") and isinstance(part, str):
                yield name, part
            yield from _named(part)
    elif isinstance(rule, list):
        for part in rule:
            yield from _named(part)

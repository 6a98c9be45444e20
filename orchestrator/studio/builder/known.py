"""What a rule may name here: attributes and events as the newest rows have them, and all that the workspace has named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orchestrator import registry
from orchestrator.customers.models import Customer
from orchestrator.domain.definition.comparisons import OPERATORS, kind_of
from orchestrator.domain.definition.score_parser import ENDS, OPERATORS_OF
from orchestrator.domain.scores.names import KNOWN, Known
from orchestrator.events.models import Event
from orchestrator.journeys.models import Journey
from orchestrator.segments.models import Segment
from orchestrator.studio import scores, words
from orchestrator.studio.titles import title_of, titled

NEWEST_CUSTOMERS, NEWEST_EVENTS = 300, 2_000
MOST_NAMES, MOST_VALUES = 200, 12
_COLUMNS = ("country", "language", "time_zone")


def names() -> dict[str, Any]:
    """Everything that the inputs complete: five small queries, none over more rows than it says here."""
    return {
        "attributes": _attributes(),
        "events": _events(),
        "segments": list(Segment.objects.order_by("title", "key").values_list("key", "title")[:MOST_NAMES]),
        "journeys": [(one.key, title_of(one)) for one in titled(Journey.objects.all())[:MOST_NAMES]],
        "scores": [_score(name, known) for name, known in KNOWN.items()],
        "channels": [(name, words.channel(name)) for name in sorted(_channels())],
    }


def _score(name: str, known: Known) -> dict[str, Any]:
    """A score as the inputs offer it."""
    ends = list(ENDS) if known.ranked else []
    return {
        "name": name,
        "words": scores.name_of(name),
        "kind": known.compared_as if known.kind != "date" else "date",
        "operators": [op for op in OPERATORS if op in OPERATORS_OF[known.kind]] + ends,
        "values": [(word, scores.word(name, word)) for word in known.words],
    }


def _channels() -> set[str]:
    return {"email", "sms", "push"} | set(registry.current().channels)


def _attributes() -> dict[str, dict[str, Any]]:
    """By name: what kind of value it has, and some values that occur if they are few."""
    newest = Customer.objects.order_by("-pk").values_list("attributes", *_COLUMNS)[:NEWEST_CUSTOMERS]
    seen: dict[str, dict[str, Any]] = {}
    for attributes, *columns in newest:
        for name, value in (*zip(_COLUMNS, columns, strict=True), *dict(attributes or {}).items()):
            if value not in (None, ""):
                _note(seen, str(name), value)
    return _in_order(seen)


def _events() -> dict[str, dict[str, Any]]:
    """By name: the properties that its newest have, as attributes are told."""
    newest = Event.objects.order_by("-occurred_at").values_list("name", "amount", "properties")
    seen: dict[str, dict[str, Any]] = {}
    for name, amount, properties in newest[:NEWEST_EVENTS]:
        about = seen.setdefault(name, {})
        for key, value in _properties(amount, properties):
            _note(about, key, value)
    return {name: _in_order(about) for name, about in sorted(seen.items())[:MOST_NAMES]}


def _in_order(seen: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        name: {"kind": about["kind"], "values": sorted(about["values"]) if about["values"] else None}
        for name, about in sorted(seen.items())[:MOST_NAMES]
    }


def _properties(amount: Any, properties: Any) -> Iterator[tuple[str, Any]]:
    if amount is not None:
        yield "amount", float(amount)
    if isinstance(properties, dict):
        yield from ((str(key), value) for key, value in list(properties.items())[:50])


def _note(seen: dict[str, dict[str, Any]], name: str, value: Any) -> None:
    kind = kind_of(value)
    about = seen.setdefault(name, {"kind": kind, "values": []})
    values = about["values"]
    if values is not None and kind == "text" and len(value) <= 60 and value not in values:
        values.append(value)
        # A value that nearly everybody has for themselves is a name or a number, and nothing to choose from.
        about["values"] = None if len(values) > MOST_VALUES else values

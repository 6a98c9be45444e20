"""Reading single values out of a tree: each reader answers the value, or notes what is wrong and answers None."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import time

from orchestrator.domain import durations
from orchestrator.domain.definition.problems import Problems, listed, nearest, shown
from orchestrator.domain.definition.tree import Node
from orchestrator.domain.durations import Duration
from orchestrator.sdk import Path

KEY = re.compile(r"[a-z][a-z0-9_]{0,62}", re.ASCII)
EVENT = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*", re.ASCII)
PROPERTY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}", re.ASCII)
KEY_MEND = "Use a small letter, then small letters, digits and `_`, at most 63 in all."
EVENT_MEND = "Write a noun and what happened to it, such as `order.placed`."
LONGEST_EVENT = 100
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
_PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2}))?\s?%", re.ASCII)


@dataclass(frozen=True, slots=True)
class Spot:
    """A node on its way through the readers: itself, the path to it, and where problems go."""

    node: Node
    path: Path
    problems: Problems

    def refuse(self, code: str, what: str, mend: str = "", *, key: bool = False) -> None:
        """Note a problem here; with `key`, at the key that leads here."""
        self.problems.add(self.node, self.path, code, what, mend, key=key)

    def child(self, key: str | int) -> Spot | None:
        """The spot under `key`, or None."""
        node = self.node.child(key)
        return None if node is None else Spot(node, (*self.path, key), self.problems)

    def fields(self, known: Collection[str], what: str) -> dict[str, Spot] | None:
        """The spots of a mapping by key; unknown keys are noted and left out. None if it is no mapping."""
        if not isinstance(self.node.value, dict):
            self.refuse("not_a_mapping", f"{what} must be a mapping, not {shown(self.node.value)}")
            return None
        spots = {key: Spot(node, (*self.path, key), self.problems) for key, node in self.node.value.items()}
        for key in [key for key in spots if key not in known]:
            mend = nearest(key, known) or f"Known here: {listed(known)}."
            spots.pop(key).refuse("unknown_field", f"{shown(key)} is not a field of {what}", mend, key=True)
        return spots

    def items(self, what: str) -> list[Spot] | None:
        """The spots of a list. None, noted, if it is no list."""
        if not isinstance(self.node.value, list):
            self.refuse("not_a_list", f"{what} must be a list, not {shown(self.node.value)}")
            return None
        return [Spot(node, (*self.path, index), self.problems) for index, node in enumerate(self.node.value)]


def key_of(spot: Spot, what: str) -> str | None:
    """A key: `^[a-z][a-z0-9_]{0,62}$`."""
    return _matching(spot, KEY, f"{shown(spot.node.value)} cannot be {what}", KEY_MEND)


def event_name(spot: Spot) -> str | None:
    """The name of an event, `noun.past_participle`."""
    value = spot.node.value
    if isinstance(value, str) and len(value) > LONGEST_EVENT:
        spot.refuse("bad_name", f"{shown(value)} is longer than {LONGEST_EVENT} signs", EVENT_MEND)
        return None
    return _matching(spot, EVENT, f"{shown(value)} cannot be an event's name", EVENT_MEND)


def _matching(spot: Spot, pattern: re.Pattern[str], what: str, mend: str) -> str | None:
    value = spot.node.value
    if isinstance(value, str) and pattern.fullmatch(value):
        return value
    spot.refuse("bad_name", what, mend)
    return None


def choice(spot: Spot, allowed: Sequence[str], what: str) -> str | None:
    """One of `allowed`."""
    value = spot.node.value
    if isinstance(value, str) and value in allowed:
        return value
    mend = (nearest(value, allowed) if isinstance(value, str) else "") or f"Use {listed(allowed)}."
    spot.refuse("bad_choice", f"{shown(value)} cannot be {what}", mend)
    return None


def duration(spot: Spot) -> Duration | None:
    """A duration such as `2 days`."""
    try:
        return durations.parse(spot.node.value)
    except ValueError:
        spot.refuse("bad_duration", *duration_words(spot.node.value))
        return None


def duration_words(value: object) -> tuple[str, str]:
    """What is wrong with something that is no duration, and how to mend it."""
    mend = "Write a whole number and a unit, such as `2 days` or `48 hours`, up to `5 years`."
    return f"{shown(value)} is not a duration", mend


def clock(spot: Spot) -> time | None:
    """A local time of day, `09:00`."""
    value = spot.node.value
    if isinstance(value, str) and _CLOCK.fullmatch(value):
        return time.fromisoformat(value)
    spot.refuse(
        "bad_time", f"{shown(value)} is not a time of day", 'Write it like "09:00", from 00:00 to 23:59.'
    )
    return None


def integer(spot: Spot, low: int, high: int, what: str) -> int | None:
    """A whole number in a range."""
    value = spot.node.value
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
        return value
    spot.refuse("bad_number", f"{shown(value)} cannot be {what}", f"Use a whole number from {low} to {high}.")
    return None


def lacks(spot: Spot, spots: dict[str, Spot], key: str, what: str) -> bool:
    """Whether a required field is missing; if so it is noted."""
    if key in spots:
        return False
    spot.refuse("missing_field", f"{what} needs `{key}`", f"Add `{key}`.", key=True)
    return True


def percent(text: object) -> int | None:
    """Basis points of `12.5%` (1250), from 0% to 100%; None for anything else."""
    parts = _PERCENT.fullmatch(text) if isinstance(text, str) else None
    if parts is None:
        return None
    points = int(parts[1]) * 100 + int((parts[2] or "0").ljust(2, "0"))
    return points if points <= 10_000 else None

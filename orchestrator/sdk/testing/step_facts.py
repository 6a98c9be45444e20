"""The people a step is shown: every combination of what matters, and each oddity once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, combinations, product
from typing import Any
from zoneinfo import ZoneInfo

from orchestrator.sdk import ArrivedEvent, StepFacts, Tried
from orchestrator.sdk.testing.rubbish import RUBBISH, copied

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
WARSAW = ZoneInfo("Europe/Warsaw")
# A gap and an overlap of the clock in Warsaw, a leap day, both ends of what a calendar holds, before 1970.
MOMENTS = (
    datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, tzinfo=UTC),
    datetime(2100, 1, 1, tzinfo=UTC),
)
ZONES = (
    "UTC",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Australia/Lord_Howe",
)
# How a message ends, and why: the final states of the engine, with the reasons that steps tell apart.
ENDINGS = (
    ("accepted", "accepted"), ("unknown", "unknown_outcome"), ("rejected", "invalid_address"), ("rejected", "spam"),
    ("failed", "attempts_spent"), ("skipped", "no_consent"), ("skipped", "vetoed"), ("ghost", "held_out"),
    ("expired", "expired"), ("cancelled", "journey_ended"), ("render_failed", "render_error"), ("dead", "dead"),
)  # fmt: skip
CANARY = "canary-of-a-person"
MOST_RULES = 4


class Watched(dict[str, Any]):
    """A mapping that remembers which names it was asked for."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.asked.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """As a dict's, and remembered."""
        self.asked.add(name)
        return super().get(name, default)


def base(rules: Collection[str], attributes: Mapping[str, Any]) -> StepFacts:
    """Somebody ordinary: here for an hour, in the journey for a day, reachable by nothing, no rule true."""
    return StepFacts(
        arrived_at=NOW - timedelta(hours=1),
        entered_at=NOW - timedelta(days=1),
        zone=WARSAW,
        bucket=5_000,
        rules=dict.fromkeys(rules, False),
        attributes=copied(dict(attributes)),
    )


def truths(rules: Collection[str]) -> Iterator[dict[str, bool]]:
    """Which rules are true: all combinations of few, of many none, all, and each alone."""
    names = sorted(rules)
    few = len(names) <= MOST_RULES
    sizes = range(len(names) + 1) if few else sorted({0, 1, len(names)})
    for true in chain.from_iterable(combinations(names, size) for size in sizes):
        yield {name: name in true for name in names}


def histories(channels: Sequence[str]) -> Iterator[tuple[Tried, ...]]:
    """Nothing tried, the first channel with each ending, and all channels with each ending."""
    yield ()
    for state, reason in ENDINGS:
        tried = tuple(Tried(channel, state, reason, NOW) for channel in channels)
        yield from {tried[:1], tried}


def combined(
    start: StepFacts, channels: Sequence[str], awaited: Sequence[str], rounds: int
) -> Iterator[StepFacts]:
    """All combinations of rules, reach, history, events and round."""
    names = dict.fromkeys((*awaited, "something.else"))
    arrived = [(), *((ArrivedEvent(name, NOW, {}),) for name in names)]
    reaches = [frozenset(channels[:size]) for size in range(len(channels) + 1)]
    turns = sorted({0, rounds // 2, max(rounds - 1, 0), rounds})
    for rules, reach, tried, events, round_ in product(
        list(truths(start.rules)), reaches, list(histories(channels)), arrived, turns
    ):
        yield replace(start, rules=rules, reachable=reach, tried=tried, events=events, round=round_)


def oddities(start: StepFacts, attributes: Collection[str]) -> Iterator[tuple[StepFacts, datetime]]:
    """Each oddity once: moments, zones, buckets, visits, attributes that are missing or of any other shape."""
    for moment in MOMENTS:
        long_ago = replace(start, arrived_at=moment, entered_at=moment)
        yield from ((long_ago, moment), (long_ago, moment + timedelta(days=400)))
    for zone in ZONES:
        yield replace(start, zone=ZoneInfo(zone)), NOW
    yield from ((replace(start, bucket=bucket), NOW) for bucket in (0, 1, 9_999))
    yield replace(start, visit=1_000), NOW
    yield replace(start, attributes={}), NOW
    yield replace(start, events=(ArrivedEvent("something.else", NOW, {"rubbish": [None, {"x": -1}]}),)), NOW
    for name, value in product(sorted(attributes), RUBBISH):
        yield replace(start, attributes={**start.attributes, name: copied(value)}), NOW

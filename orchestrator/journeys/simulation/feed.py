"""FEED: what came after a simulation's beginning comes again, when it did.

Rows that are to come lie in staged tables, found by their time; each tick moves those whose time has come into the twins.
The engine looks at them as at any that have just come in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from orchestrator.customers.imports.report import batches
from orchestrator.journeys.simulation.asked import Asked
from orchestrator.journeys.simulation.said import say
from orchestrator.journeys.simulation.shares import EVERYBODY, Share
from orchestrator.journeys.simulation.start import CAME
from orchestrator.journeys.simulation.twins import Twins, as_moment

LEDGER = "consents_consentrecord"
SEGMENTS = ("segment.entered", "segment.left")  # the simulation finds out itself who comes and goes


@dataclass(frozen=True, slots=True)
class Coming:
    """Rows of a table, and when each comes, as SQL over `t`.

    `becomes`: what they are when they wait to come; `instead`: what stands in them when they have. `whose`: the column of
    whom they are about, "" where they are about everybody.
    """

    table: str
    comes: str
    where: str = ""
    params: Sequence[Any] = ()
    instead: Mapping[str, str] = field(default_factory=dict)
    whose: str = "t.customer_id"
    becomes: Mapping[str, str] = field(default_factory=dict)

    @property
    def staged(self) -> str:
        """The name under which they wait."""
        return f"coming_{self.table}"


OWN = ("events_event", "loyalty_pointsentry")
CHUNK, SOONEST = 1000, timedelta(microseconds=1)
_ACTED = """SELECT id, key FROM "{}" WHERE key LIKE 'step:%%'"""  # as `acting` names what a step did
_PASSAGES = """
SELECT e.id FROM {}.journeys_enrollment e JOIN journeys_journey j ON j.id = e.journey_id
WHERE e.id IN ({}) AND j.key IN ({})
"""
_SAID = """
SELECT customer_id, brand_id, channel, purpose, topic, state, recorded_at, id FROM "{}" WHERE {}
ORDER BY recorded_at, CASE state WHEN 'withdrawn' THEN 1 ELSE 0 END, number
"""


class Feed:
    """Knows how far it has come, and when something comes next."""

    def __init__(
        self,
        twins: Twins,
        asked: Asked,
        lived: Collection[str],
        coming: Sequence[Coming],
        share: Share = EVERYBODY,
    ) -> None:
        self._twins, self._asked, self._share = twins, asked, share
        self._upto, self._coming = asked.begins - SOONEST, coming
        self._ticks = {one.table: self._stage(one, lived) for one in self._coming}

    def next(self) -> datetime | None:
        """The tick at which something comes next."""
        return min((ticks[-1] for ticks in self._ticks.values() if ticks), default=None)

    def store(self, now: datetime) -> None:
        """Let in all that has come by `now`."""
        between, where = [self._upto, now], f"comes > {self._twins.moment} AND comes <= {self._twins.moment}"
        for one in self._coming:
            if not self._has_come(one.table, now):
                continue
            if one.table == LEDGER:
                say(self._twins.rows(_SAID.format(one.staged, where), between))
            else:
                self._twins.fill(one.table, where, between, source=f'"{one.staged}"', instead=one.instead)
        self._upto = now

    def _has_come(self, table: str, now: datetime) -> bool:
        ticks, come = self._ticks[table], False
        while ticks and ticks[-1] <= now:
            ticks.pop()
            come = True
        return come

    def _stage(self, one: Coming, lived: Collection[str]) -> list[datetime]:
        """Stage all that is to come of a table; the ticks at which something does, the last first."""
        span = [self._upto, self._asked.ends]
        where = self._share.within(one.whose, one.where) if one.whose else one.where
        self._twins.stage(one.staged, one.table, one.comes, span, where, one.params, one.becomes)
        if one.table in OWN:
            self._leave_out_own(one.staged, lived)
        found = self._twins.rows(f'SELECT DISTINCT comes FROM "{one.staged}"')
        return sorted({self._asked.ceiling(as_moment(at)) for (at,) in found}, reverse=True)

    def _leave_out_own(self, staged: str, lived: Collection[str]) -> None:
        """What the lived journeys' steps really did they do again here, and it must not come twice."""
        acted = [(id_, int(key.split(":")[1])) for id_, key in self._twins.rows(_ACTED.format(staged))]
        theirs = set[int]()
        for chunk in batches(sorted({passage for _, passage in acted}), CHUNK):
            asked = _PASSAGES.format(self._twins.real, marks(chunk), marks(lived))
            theirs |= {row[0] for row in self._twins.rows(asked, [*chunk, *lived])}
        for rows in batches([id_ for id_, passage in acted if passage in theirs], CHUNK):
            self._twins.run(f'DELETE FROM "{staged}" WHERE id IN ({marks(rows)})', rows)


def marks(values: Collection[Any]) -> str:
    """As many places in a statement."""
    return ", ".join(["%s"] * len(values))


def known(twins: Twins) -> str:
    """SQL over `t`: since when somebody is known: what they did may be known from before they were brought in."""
    first = f"(SELECT min(e.occurred_at) FROM {twins.real}.events_event e WHERE e.customer_id = t.id)"
    least = "LEAST" if twins.on_postgresql else "min"
    return f"{least}(created_at, COALESCE({first}, created_at))"


def as_it_came(twins: Twins, lived: Collection[str]) -> list[Coming]:
    """What comes in a replay, in the order in which one refers to another: who, what they said, what they did."""
    return [
        Coming("customers_customer", known(twins), instead={"changed_pending": "TRUE"}, whose="t.id"),
        Coming("consents_suppression", "created_at", whose=""),
        Coming(LEDGER, "recorded_at"),
        Coming("loyalty_pointsentry", "awarded_at"),
        Coming(
            "events_event",
            CAME,
            "name NOT IN (%s, %s)",
            SEGMENTS,
            {"pending": "TRUE", "backfilled": "FALSE"},
        ),
        Coming(
            "messaging_message",
            "counted_at",
            f"journey NOT IN ({marks(lived)})",
            tuple(lived),
            {"wake_pending": "FALSE"},
        ),
    ]

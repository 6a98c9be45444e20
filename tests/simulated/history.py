"""The history of the outbox: every commit is looked at from outside, and what may not be is noted with its invariant.

It reads the tables themselves, past the engine, and judges by rules of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from orchestrator.domain.outbox import MOVES, State
from tests.simulated import town
from tests.simulated.stage import Stage

_SENT_OR_MAYBE = {"handing_off", "uncertain", "accepted", "unknown"}
_NEVER_LEFT = {"rejected", "failed", "skipped", "ghost", "expired", "cancelled", "render_failed", "dead"}


class Row(NamedTuple):
    """A message as it stands."""

    id: int
    key: str
    state: str
    reason: str
    fence: int
    maybe_sent: int
    crash_count: int
    attempts: int
    number: int | None
    counted: int
    customer: int
    channel: str
    purpose: str
    topic: str
    journey: str
    address: str
    provider: str


_COLUMNS = (
    "id, key, state, reason, fence, maybe_sent, crash_count, attempts, number, counted_at IS NOT NULL, customer_id, channel, "
    "purpose, topic, journey, address_digest, provider"
)


@dataclass(frozen=True)
class HandOff:
    """A message that the gate let go: when (by the true clock), by whom, to whom."""

    row: Row
    at: datetime
    by: str
    skew: timedelta


class History:
    """All that was committed. `violations`: (invariant, what)."""

    def __init__(self, stage: Stage, wrapper: Any) -> None:
        self.stage = stage
        self.rows: dict[int, Row] = {}
        self.hand_offs: list[HandOff] = []
        self.violations: list[tuple[str, str]] = []
        self.holders: dict[int, tuple[str, int]] = {}  # message -> who holds it, under which fence
        self.clocks_agree = True
        self.rescued: list[tuple[str, datetime]] = []  # keys whose lease was lost, and when
        self._wrapper = wrapper
        self._seen = -1

    def look(self) -> None:
        """After a commit: what has changed, and whether it may."""
        changes = self._wrapper.connection.total_changes
        if changes == self._seen:
            return
        self._seen = changes
        for found in self._ask(f"SELECT {_COLUMNS} FROM messaging_message ORDER BY id"):
            row = Row(*found)
            before = self.rows.get(row.id)
            if before != row:
                self.rows[row.id] = row
                self._changed(before, row)

    def wrong(self, invariant: str, what: str) -> None:
        """Note a violation."""
        self.stage.tell(f"!! {invariant}: {what}")
        self.violations.append((invariant, what))

    def _ask(self, sql: str, *given: Any) -> list[tuple[Any, ...]]:
        answer: list[tuple[Any, ...]] = self._wrapper.connection.execute(sql, given).fetchall()
        return answer

    def _changed(self, before: Row | None, row: Row) -> None:
        name = f"{row.key[:6]} {row.journey}"
        if before is None:
            self.stage.tell(f"{name}: planned for {row.customer}")
            return
        if before.state != row.state or before.reason != row.reason:
            self.stage.tell(f"{name}: {before.state} -> {row.state} ({row.reason}) fence {row.fence}")
            self.stage.count[f"{before.state} -> {row.state}"] += before.state != row.state
        if before.state != row.state and State(row.state) not in MOVES.get(State(before.state), frozenset()):
            self.wrong("moves", f"{name}: {before.state} -> {row.state}")
        if row.fence < before.fence:
            self.wrong("I9", f"{name}: the fence fell from {before.fence} to {row.fence}")
        if row.crash_count > before.crash_count:
            self.rescued.append((row.key, self.stage.now))
        if row.crash_count > 5:
            self.wrong("I13", f"{name}: crashed {row.crash_count} workers")
        self._held(before, row, name)
        self._counted(row, name)
        if row.state == "handing_off" and before.state != "handing_off":
            self._left(row, name)

    def _held(self, before: Row, row: Row, name: str) -> None:
        """Only who holds a message passes its gate and settles it; nothing is written under a fence that is gone."""
        me = self.stage.current.name if self.stage.current else "-"
        if row.state == "leased" and before.state != "leased":
            if row.fence != before.fence + 1:
                self.wrong("I9", f"{name}: claimed without a fence of its own")
            self.holders[row.id] = me, row.fence
            return
        passes = "handing_off" in (before.state, row.state) and before.state != row.state
        if passes and row.fence == before.fence and self.holders.get(row.id) != (me, row.fence):
            self.wrong("I9", f"{name}: {before.state} -> {row.state} under a fence that is not {me}'s")

    def _counted(self, row: Row, name: str) -> None:
        if row.state in _SENT_OR_MAYBE and not row.counted:
            self.wrong("I10", f"{name}: {row.state}, and takes no slot")
        if row.state in _NEVER_LEFT and row.counted:
            self.wrong("I10", f"{name}: {row.state}, and still takes a slot")

    def _left(self, row: Row, name: str) -> None:
        """The gate has let it go: what forbids it now?"""
        self.stage.count["hand-offs"] += 1
        me = self.stage.current
        self.hand_offs.append(
            HandOff(row, self.stage.now, me.name if me else "-", me.skew if me else timedelta())
        )
        people = self._people()
        erased, into, zone = people[row.customer]
        if erased or into:
            self.wrong(
                "I8", f"{name}: handed off for {row.customer}, who is {'erased' if erased else 'merged'}"
            )
        if row.purpose == "marketing" and not erased:
            self._allowed(row, people, name)
        if row.purpose == "marketing" and row.channel == "sms" and not (me and me.skew):
            self._awake(zone, name)
        if self._ask("SELECT 1 FROM journeys_journey WHERE key = ? AND status = 'stopped'", row.journey):
            self.wrong("I12", f"{name}: handed off after its journey was stopped")

    def _allowed(self, row: Row, people: Mapping[int, tuple[Any, Any, str]], name: str) -> None:
        """What was last said by this person, whoever they were when they said it."""
        family = {row.customer} | {id_ for id_ in people if self._stands(id_, people) == row.customer}
        said = self._ask(
            "SELECT number, state, topic, customer_id FROM consents_consentrecord WHERE channel = ? "
            "AND purpose = 'marketing' AND json_extract(proof, '$.merged') IS NULL ORDER BY number",
            row.channel,
        )
        mine = [one for one in said if one[3] in family]
        channel = [(state, who) for _, state, topic, who in mine if not topic]
        about = [(state, who) for _, state, topic, who in mine if topic and topic == row.topic]
        if not self.clocks_agree and len(family) > 1:
            return  # which of two people's words came first, no clock can tell
        if not channel or channel[-1][0] != "granted":
            self.wrong("I7", f"{name}: handed off to {row.customer} without consent: {channel}")
        if about and about[-1][0] == "withdrawn":
            self.wrong("I7", f"{name}: handed off to {row.customer}, who has left the topic")

    def _awake(self, zone: str, name: str) -> None:
        start, end = (time.fromisoformat(one) for one in town.QUIET)
        there = self.stage.now.astimezone(ZoneInfo(zone or "Europe/Warsaw")).time()
        if there >= start or there < end:
            self.wrong("I11", f"{name}: handed off at {there:%H:%M:%S} in {zone}")

    def _people(self) -> dict[int, tuple[Any, Any, str]]:
        found = self._ask(
            "SELECT id, erased_at, merged_into_id, time_zone FROM customers_customer ORDER BY id"
        )
        return {id_: (erased, into, zone) for id_, erased, into, zone in found}

    def _stands(self, id_: int, people: Mapping[int, tuple[Any, Any, str]]) -> int:
        while people[id_][1]:
            id_ = people[id_][1]
        return id_

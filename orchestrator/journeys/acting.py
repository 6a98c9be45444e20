"""ACT: what steps do besides sending: change the customer, award points, record events, start other journeys.

Runs in the transaction that moves the enrollments, before any message is touched: customers are locked before
messages, here as everywhere. Each effect has a key of its own, so that a walk that is made again does nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from orchestrator.customers.change import NewFacts, change
from orchestrator.domain.walks import Acted, Walk
from orchestrator.events.record import NewEvent
from orchestrator.events.record import record as record_events
from orchestrator.journeys.enroll import HOPS, Candidate, enroll
from orchestrator.journeys.versions import Live, live
from orchestrator.loyalty.award import NewEntry, award
from orchestrator.sdk.steps import Award, Change, Emit, Start

if TYPE_CHECKING:
    from orchestrator.journeys.travel import Passenger


def act(
    passengers: Sequence[Passenger], walks: Mapping[int, Walk], versions: Mapping[int, Live], now: datetime
) -> None:
    """Do all that these walks lead to, kind by kind."""
    done = [(one, acted) for one in passengers for acted in walks[one.id].acted]
    if not done:
        return
    change(list(_changes(done)), now)
    award(list(_awards(done, versions)), now)
    record_events(list(_events(done, now)), now)
    if any(isinstance(acted.effect, Start) for _, acted in done):
        enroll(list(_starts(done, versions)), now)


Done = Sequence[tuple["Passenger", Acted]]


def _key(one: Passenger, acted: Acted) -> str:
    return f"step:{one.id}:{acted.step}:{acted.visit}:{acted.number}"


def _changes(done: Done) -> Iterator[NewFacts]:
    for one, acted in done:
        if isinstance(effect := acted.effect, Change):
            yield NewFacts(one.customer_id, effect.attributes, effect.add_tags, effect.remove_tags)


def _awards(done: Done, versions: Mapping[int, Live]) -> Iterator[NewEntry]:
    for one, acted in done:
        if isinstance(effect := acted.effect, Award):
            source = f"{versions[one.version_id].key}: {acted.step}"
            yield NewEntry(one.customer_id, effect.points, _key(one, acted), source, effect.why)


def _events(done: Done, now: datetime) -> Iterator[NewEvent]:
    for one, acted in done:
        if isinstance(effect := acted.effect, Emit):
            properties = {**effect.properties, HOPS: one.hops + 1}
            yield NewEvent(one.customer_id, effect.event, now, _key(one, acted), properties=properties)


def _starts(done: Done, versions: Mapping[int, Live]) -> Iterator[Candidate]:
    """To journeys that are live now; the step run of the one that starts them says what it asked for."""
    doors = {door.key: door for door in live()}
    for one, acted in done:
        if isinstance(effect := acted.effect, Start) and (door := doors.get(effect.journey)):
            key = effect.key or (_key(one, acted)[:100] if _many(door) else "")
            yield Candidate(
                door, one.customer_id, key, {**one.entry_properties, **effect.properties}, hops=one.hops + 1
            )


def _many(door: Live) -> bool:
    return door.definition.entry.again.kind == "always"

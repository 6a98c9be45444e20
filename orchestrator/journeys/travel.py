"""Set-based loading and writing around the pure walk: facts -> decide -> effects for a batch of enrollments.

Whoever moves people (the due loop, an arrived event) locks their enrollments and calls `travel`.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Q, QuerySet, Subquery

from orchestrator.apart import ask
from orchestrator.domain.advance import FAILED, advance, needed
from orchestrator.domain.catch_up import due_since
from orchestrator.domain.outbox import FINAL
from orchestrator.domain.walks import Missing, Parked, RuleAsked, Traveller, Walk
from orchestrator.journeys.effects import apply
from orchestrator.journeys.history import Asking, history
from orchestrator.journeys.models import Enrollment, Journey
from orchestrator.journeys.versions import Live, versions
from orchestrator.messaging.facts import PersonRow, read_people, zone_of
from orchestrator.messaging.models import Message
from orchestrator.messaging.reach import reachable
from orchestrator.sdk.steps import ArrivedEvent, Tried
from orchestrator.sdk.value import value
from orchestrator.segments.compile import ENROLLMENTS, Scope
from orchestrator.segments.known_scores import read_scores
from orchestrator.segments.matching import matching
from orchestrator.store.planner import once_found
from orchestrator.store.prepared import Given, prepared
from orchestrator.workspace.models import Workspace

log = logging.getLogger(__name__)


@value
class Passenger:
    """An enrollment's row, locked by the caller."""

    id: int
    version_id: int
    customer_id: int
    entry_key: str
    entry_properties: dict[str, Any]
    entered_at: datetime
    expires_at: datetime
    held_out: bool
    step: str
    visit: int
    hops: int
    arrived_at: datetime | None
    sending: bool
    due_at: datetime | None
    stale_before: datetime | None  # the journey's


COLUMNS: tuple[str, ...] = tuple(Passenger.__dataclass_fields__)


def as_passengers(found: QuerySet[Enrollment]) -> QuerySet[Enrollment]:
    """With what `COLUMNS` names of their journeys. They are not joined, as in `due.moving`."""
    journey = Journey.objects.filter(pk=OuterRef("journey"))
    return found.annotate(stale_before=Subquery(journey.values("stale_before")))


def travel(
    passengers: Sequence[Passenger],
    now: datetime,
    events: Mapping[int, Sequence[ArrivedEvent]] | None = None,
) -> dict[int, Walk]:
    """Walk a batch and write what comes of it. `events`: enrollment -> the events that woke it."""
    walks = look(passengers, now, events or {})
    if walks:
        live = versions(one.version_id for one in passengers)
        _tell_failures(passengers, walks, live)
        apply(passengers, walks, live, now)
    return walks


def look(
    passengers: Sequence[Passenger], now: datetime, events: Mapping[int, Sequence[ArrivedEvent]]
) -> dict[int, Walk]:
    """Where a batch would walk; nothing is written."""
    if not passengers:
        return {}
    live = versions(one.version_id for one in passengers)
    workspace = Workspace.get()
    people = read_people(
        {one.customer_id for one in passengers if live[one.version_id].definition.reads_people}
    )
    travellers = _travellers(passengers, live, people, workspace, events, now)
    return _walk(passengers, travellers, live, workspace, now)


def _tell_failures(
    passengers: Sequence[Passenger], walks: Mapping[int, Walk], live: Mapping[int, Live]
) -> None:
    """Steps that could not decide, each fault once a batch, however many people stand there."""
    told: dict[tuple[str, str, str], int] = defaultdict(int)
    for one in passengers:
        end = walks[one.id].end
        if isinstance(end, Parked) and end.park.note.startswith(FAILED):
            told[live[one.version_id].key, end.step, end.park.note.removeprefix(FAILED)] += 1
    for (journey, step, why), count in told.items():
        log.error("journey %s, step %s failed for %s people, who wait there: %s", journey, step, count, why)


def _travellers(
    passengers: Sequence[Passenger],
    live: Mapping[int, Live],
    people: Mapping[int, PersonRow],
    workspace: Workspace,
    events: Mapping[int, Sequence[ArrivedEvent]],
    now: datetime,
) -> dict[int, Traveller]:
    tried = _tried([one for one in passengers if one.sending])
    salts = {version.id: f"{workspace.salt}:{version.key}" for version in live.values()}
    nobody = zone_of(None, workspace)
    answer = {}
    for one in passengers:
        version, woke = live[one.version_id], events.get(one.id, ())
        person = people.get(one.customer_id)
        lives = zone_of(person, workspace) if person else nobody
        answer[one.id] = Traveller(
            enrollment=one.id,
            customer=one.customer_id,
            salt=salts[version.id],
            step=one.step,
            visit=one.visit,
            arrived_at=one.arrived_at or one.entered_at,
            entered_at=one.entered_at,
            zone=lives.zone,
            zone_rung=lives.rung,
            attributes=person.attributes if person else {},
            reachable=None,
            tried=tuple(tried.get((one.id, one.step, one.visit), ())) if one.sending else (),
            events=tuple(woke),
            entry=one.entry_properties,
            held_out=one.held_out,
            due_at=_due_at(one, version, woke, now),
        )
    return answer


def _due_at(one: Passenger, version: Live, events: Sequence[ArrivedEvent], now: datetime) -> datetime | None:
    """Since when they could have walked, where the journey asks how late that is."""
    if version.definition.catch_up is None and one.stale_before is None:
        return None
    if events:
        return min(event.occurred_at for event in events)
    came_in = one.step == version.definition.first and one.visit == 1 and one.due_at == one.arrived_at
    return due_since(one.due_at, one.entered_at if came_in else None, now)


def _reach(
    passengers: Sequence[Passenger], live: Mapping[int, Live]
) -> dict[tuple[int, int, str], frozenset[str]]:
    groups: dict[tuple[int, str], set[int]] = defaultdict(set)
    for one in passengers:
        version = live[one.version_id]
        groups[version.brand_id, version.definition.purpose].add(one.customer_id)
    return {
        (customer, brand, purpose): channels
        for (brand, purpose), customers in groups.items()
        for customer, channels in reachable(customers, brand, purpose).items()
    }


def _tried(passengers: Sequence[Passenger]) -> dict[tuple[int, str, int], list[Tried]]:
    """The final messages of the send steps people stand at, oldest first."""
    answer: dict[tuple[int, str, int], list[Tried]] = defaultdict(list)
    if not passengers:
        return answer
    for enrollment, step, visit, channel, state, reason, final_at, created_at in _final().rows(
        enrollments=[one.id for one in passengers]
    ):
        answer[enrollment, step, visit].append(Tried(channel, state, reason, final_at or created_at))
    return answer


@prepared
def _final() -> QuerySet[Any]:
    messages = Message.objects.filter(
        once_found(Q(state__in=FINAL)), enrollment_id__among=Given("enrollments")
    )
    columns = ("enrollment_id", "step", "visit", "channel", "state", "reason", "final_at", "created_at")
    return messages.order_by("id").values_list(*columns)


def _walk(
    passengers: Sequence[Passenger],
    travellers: dict[int, Traveller],
    live: Mapping[int, Live],
    workspace: Workspace,
    now: datetime,
) -> dict[int, Walk]:
    """Walk everybody; load what is missing, once a version and rule for all who need it; walk on."""
    truths: dict[int, dict[RuleAsked, bool]] = defaultdict(dict)
    walks: dict[int, Walk] = {}
    waiting = list(passengers)
    _load_first(passengers, travellers, truths, live, workspace, now)
    while waiting:
        needs: dict[tuple[int, RuleAsked], list[int]] = defaultdict(list)
        unreached: list[Passenger] = []
        asked_past: list[Asking] = []
        for one in waiting:
            before = walks[one.id].runs if one.id in walks else ()
            walk = advance(
                live[one.version_id].definition, travellers[one.id], truths[one.id], now, ask, before
            )
            walks[one.id] = walk
            if isinstance(walk.end, Missing):
                travellers[one.id] = walk.end.at
                unreached += [one] if walk.end.reach else []
                if walk.end.past is not None:
                    asked_past.append(Asking(one.id, one.customer_id, one.entered_at, *walk.end.past))
                for asked in walk.end.rules:
                    needs[one.version_id, asked].append(one.id)
        _load(needs, travellers, truths, live, workspace, now)
        _load_reach(unreached, travellers, live)
        _load_past(asked_past, travellers, now)
        waiting = [one for one in waiting if isinstance(walks[one.id].end, Missing)]
    return walks


def _load_first(
    passengers: Sequence[Passenger],
    travellers: dict[int, Traveller],
    truths: dict[int, dict[RuleAsked, bool]],
    live: Mapping[int, Live],
    workspace: Workspace,
    now: datetime,
) -> None:
    """What the steps ask for at which people stand, so that nobody sets out only to learn that it is missing."""
    needs: dict[tuple[int, RuleAsked], list[int]] = defaultdict(list)
    unreached: list[Passenger] = []
    for one in passengers:
        definition = live[one.version_id].definition
        if one.step not in definition:
            continue
        rules, reach = needed(definition.step(one.step), travellers[one.id], truths[one.id])
        unreached += [one] if reach else []
        for asked in rules:
            needs[one.version_id, asked].append(one.id)
    _load(needs, travellers, truths, live, workspace, now)
    _load_reach(unreached, travellers, live)


def _load_reach(
    passengers: Sequence[Passenger], travellers: dict[int, Traveller], live: Mapping[int, Live]
) -> None:
    reach = _reach(passengers, live)
    for one in passengers:
        version = live[one.version_id]
        channels = reach[one.customer_id, version.brand_id, version.definition.purpose]
        travellers[one.id] = travellers[one.id].reached(channels)


def _load_past(asked: Sequence[Asking], travellers: dict[int, Traveller], now: datetime) -> None:
    for (enrollment, visited), events in history(asked, now).items():
        past = {**travellers[enrollment].past, visited: events}
        travellers[enrollment] = replace(travellers[enrollment], past=past)


def _load(
    needs: Mapping[tuple[int, RuleAsked], list[int]],
    travellers: dict[int, Traveller],
    truths: dict[int, dict[RuleAsked, bool]],
    live: Mapping[int, Live],
    workspace: Workspace,
    now: datetime,
) -> None:
    _load_scores(needs, travellers, live)
    for (version_id, asked), ids in needs.items():
        version = live[version_id]
        scope = Scope(ENROLLMENTS, now, ZoneInfo(workspace.time_zone), version.brand_id)
        true = matching(Enrollment, ids, version.definition.rule(*asked), scope)
        for enrollment in ids:
            truths[enrollment][asked] = enrollment in true


def _load_scores(
    needs: Mapping[tuple[int, RuleAsked], list[int]],
    travellers: dict[int, Traveller],
    live: Mapping[int, Live],
) -> None:
    """Of whom a rule asks for a score: what it is now, so that `why` can name it; one query, and mostly none."""
    asking = {
        id_
        for (version_id, (step, _name)), ids in needs.items()
        if live[version_id].definition.step(step).scores
        for id_ in ids
    }
    if not asking:
        return
    found = read_scores({travellers[id_].customer for id_ in asking})
    for id_ in asking:
        travellers[id_] = replace(travellers[id_], scores=found.get(travellers[id_].customer, {}))

"""AHEAD of one customer: where they stand, the ways on, and the messages that would be next; nothing is written.

The messages are imagined, and asked of the gate with its own facts and checks as of `now`: all of them in one go.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from orchestrator.customers.models import Customer
from orchestrator.domain.ahead import Foreseen, Way, foresee, sends, ways
from orchestrator.domain.definition import DefinitionError
from orchestrator.journeys.launching import launched
from orchestrator.journeys.models import Enrollment, EntryTimer, Journey, Launch
from orchestrator.journeys.versions import Live, version
from orchestrator.messaging.facts import load
from orchestrator.messaging.rows import Claimed
from orchestrator.segments.compile import CUSTOMERS, Scope
from orchestrator.segments.matching import matching
from orchestrator.workspace.models import Workspace

MOST_PASSAGES = 10
MOST_TIMERS = 20
MOST_LAUNCHES = 10  # each asks once whether its audience includes the person
_NUMBERS = count(1)  # messages that are only imagined are told apart by these


@dataclass(frozen=True, slots=True)
class Onward:
    """A way on, with what would become of its next message as of now; None where it sends none."""

    way: Way
    message: Foreseen | None


@dataclass(frozen=True, slots=True)
class Inside:
    """A passage the person is in; `live` None where its version needs a plugin that is gone."""

    row: Enrollment
    live: Live | None
    ways: tuple[Onward, ...]


@dataclass(frozen=True, slots=True)
class Ahead:
    """All that is to come: inside journeys, by timers, and by launches that mean this person now."""

    passages: tuple[Inside, ...]
    timers: tuple[EntryTimer, ...]
    launches: tuple[Launch, ...]


def ahead(customer: Customer, now: datetime) -> Ahead:
    """What comes next for somebody; nothing for one who was erased or merged, or whose data may only be kept."""
    gone = customer.erased_at is not None or customer.merged_into_id is not None
    if gone or customer.restricted_at is not None:
        return Ahead((), (), ())
    return Ahead(_passages(customer, now), _timers(customer), tuple(_launches(customer, now)))


def _passages(customer: Customer, now: datetime) -> tuple[Inside, ...]:
    theirs = Enrollment.objects.filter(customer=customer, status=Enrollment.Status.ACTIVE)
    rows = theirs.prefetch_related("version")  # whoever tells of them reads what was published, once
    inside = [(row, _parsed(row.version_id)) for row in rows.order_by("-entered_at", "-id")[:MOST_PASSAGES]]
    told = {row.pk: ways(live.definition, row.step, row.visit) if live else () for row, live in inside}
    asked: dict[tuple[int, str], list[Claimed]] = {}
    for row, live in inside:
        for way in told[row.pk]:
            if live is not None and way.sends:
                asked[row.pk, way.arm] = list(_imagined(row, live, way.steps[-1], now))
    every = [message for messages in asked.values() for message in messages]
    facts = load(every, now).facts if every else {}
    seen = {
        place: foresee([(one.candidate, facts[one.id]) for one in messages], now)
        for place, messages in asked.items()
    }
    return tuple(
        Inside(row, live, tuple(Onward(way, seen.get((row.pk, way.arm))) for way in told[row.pk]))
        for row, live in inside
    )


def _parsed(version_id: int) -> Live | None:
    try:
        return version(version_id)
    except DefinitionError:
        return None


def _imagined(row: Enrollment, live: Live, step_id: str, now: datetime) -> Iterator[Claimed]:
    """The step's message by each of its channels, as the outbox would hold it if they came there now."""
    definition = live.definition
    step = definition.step(step_id)
    assert sends(step)
    params: Any = step.params
    priority = getattr(params, "priority", None)
    on_cap = getattr(params, "own_on_cap", "") or definition.on_cap
    marketing = definition.purpose == "marketing"
    for channel in params.via:
        yield Claimed(
            id=-next(_NUMBERS), key="", customer_id=row.customer_id, brand_id=live.brand_id, enrollment_id=row.pk,
            journey=live.key, version=live.number, step=step_id, template_version_id=0, channel=channel,
            purpose=definition.purpose, topic=getattr(params, "topic", "") or definition.topic,
            priority=definition.priority if priority is None else priority, journey_at=live.journey_at, parameters={},
            held_out=row.held_out, obeys_caps=marketing, counts_toward_caps=marketing, on_cap=on_cap, state="planned",
            reason="", created_at=now, due_at=now, expires_at=now + definition.expires.approximate, first_held_at=None,
            fence=0, maybe_sent=False, crash_count=0, attempts=0, counted_at=None, address="", address_digest="",
            provider="",
        )  # fmt: skip


def _timers(customer: Customer) -> tuple[EntryTimer, ...]:
    rows = EntryTimer.objects.filter(
        customer=customer, due_at__isnull=False, journey__status=Journey.Status.LIVE
    )
    return tuple(rows.order_by("due_at", "pk")[:MOST_TIMERS])


def _launches(customer: Customer, now: datetime) -> Iterator[Launch]:
    """The next launches whose audience includes the person as they are now; each asked by one query."""
    open_ = (Launch.State.PLANNED, Launch.State.RUNNING)
    rows = Launch.objects.filter(due_at__isnull=False, state__in=open_, journey__status=Journey.Status.LIVE)
    zone = ZoneInfo(Workspace.get().time_zone)
    for row in rows.select_related("journey").order_by("due_at", "pk")[:MOST_LAUNCHES]:
        live = _parsed(row.journey.current_id) if row.journey.current_id else None
        trigger = dict(launched(live)).get(row.trigger) if live else None
        if live is None or trigger is None:
            continue
        rules = [rule for rule in (trigger.who, live.definition.entry.only_if) if rule is not None]
        scope = Scope(CUSTOMERS, now, zone, live.brand_id)
        if all(matching(Customer, [customer.pk], rule, scope) for rule in rules):
            yield row

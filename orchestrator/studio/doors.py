"""What somebody lacks to come through one door of a journey."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum
from django.utils import formats
from django.utils.translation import gettext as _

from orchestrator.customers.models import Customer
from orchestrator.domain.definition.audiences import ApiTrigger, SegmentTrigger
from orchestrator.domain.definition.comparisons import all_match
from orchestrator.domain.definition.entries import (
    DateTrigger,
    EventTrigger,
    InactiveTrigger,
    MilestoneTrigger,
    Trigger,
)
from orchestrator.domain.definition.replenishment import ReplenishmentTrigger
from orchestrator.events.models import Event
from orchestrator.events.net import net
from orchestrator.journeys.arrivals import event_properties
from orchestrator.journeys.models import EntryTimer, Journey
from orchestrator.journeys.versions import Live
from orchestrator.studio import words
from orchestrator.studio.launches import say_launch
from orchestrator.studio.replenished import say_replenishment

Said = tuple[str, str]  # a code, and the sentence
MOST = 50


def say_door(
    customer: Customer, journey: Journey, place: int, trigger: Trigger, live: Live, now: datetime
) -> Iterator[Said]:
    """Why this trigger let nobody in, or when it will."""
    if isinstance(trigger, EventTrigger | SegmentTrigger):
        yield from _event(customer, journey, trigger, live, now)
    elif isinstance(trigger, MilestoneTrigger):
        yield from _milestone(customer, trigger, now)
    elif isinstance(trigger, ApiTrigger):
        yield "no_call", _("No program has called %(name)s for them.") % {"name": trigger.name}
    elif isinstance(trigger, ReplenishmentTrigger):
        yield from say_replenishment(customer, journey, place, trigger)
    elif isinstance(trigger, InactiveTrigger | DateTrigger):
        yield from _timer(customer, journey, place, trigger, now)
    else:
        yield from say_launch(customer, journey, place, trigger, live, now)


def _event(
    customer: Customer,
    journey: Journey,
    trigger: EventTrigger | SegmentTrigger,
    live: Live,
    now: datetime,
) -> Iterator[Said]:
    """The newest event that comes nearest to opening the door, and what was amiss with it."""
    events = Event.objects.filter(customer=customer, name=trigger.event, occurred_at__lte=now)
    newest = list(events.order_by("-occurred_at", "-id")[:MOST])
    if not newest:
        yield "no_event", _("%(event)s never happened to them.") % {"event": trigger.event}
        return
    fitting = [one for one in newest if all_match(trigger.where, event_properties(one))]  # type: ignore[arg-type]
    told = {"event": trigger.event, "when": words.moment((fitting or newest)[0].occurred_at)}
    if not fitting:
        yield "event_unlike", _("%(event)s happened last on %(when)s, but never as the entry asks.") % told
        return
    yield _amiss(fitting, journey, live, told)


def _amiss(fitting: list[Event], journey: Journey, live: Live, told: dict[str, str]) -> Said:
    if fitting[0].pending:
        return "event_pending", _(
            "%(event)s happened on %(when)s, and no worker has looked at it yet."
        ) % told
    if all(one.backfilled for one in fitting):
        return "event_imported", _(
            "%(event)s is known from imported history only (last: %(when)s): it starts nothing."
        ) % told
    published = journey.first_published_at
    fresh = next(one for one in fitting if not one.backfilled)
    told["when"] = words.moment(fresh.occurred_at)
    if published is not None and fresh.received_at < published:
        told["published"] = words.moment(published)
        return "event_before", _(
            "%(event)s happened last on %(when)s; the journey was first published on %(published)s"
        ) % told
    again = live.definition.entry.again
    if again.kind == "per_property" and fresh.properties.get(again.property) is None:
        told["property"] = again.property
        return "event_keyless", _(
            "%(event)s of %(when)s says no %(property)s, by which entries are told apart."
        ) % told
    return "event_refused", _(
        "%(event)s happened on %(when)s and did not let them in: the filter at the door said no, or the journey was not live."
    ) % told


def _milestone(customer: Customer, trigger: MilestoneTrigger, now: datetime) -> Iterator[Said]:
    events = Event.objects.filter(customer=customer, name=trigger.event, occurred_at__lte=now)
    total = _total(customer, trigger, events, now)
    left = [mark for mark in trigger.marks if Decimal(str(mark)) > total]
    told = {
        "event": trigger.event,
        "total": formats.localize(total.normalize() if total else 0),
        "marks": words.shown(left or list(trigger.marks)),
    }
    if not left:
        yield (
            "marks_passed",
            _("%(event)s: %(total)s so far; every mark (%(marks)s) was passed before the journey looked.")
            % told,
        )
    elif trigger.measure == "count":
        yield "mark_ahead", _("%(event)s happened %(total)s times so far; marks ahead: %(marks)s.") % told
    else:
        yield "mark_ahead", _("%(event)s: %(total)s in total so far; marks ahead: %(marks)s.") % told


def _total(customer: Customer, trigger: MilestoneTrigger, events: QuerySet[Event], now: datetime) -> Decimal:
    """As the journey counts: orders net of what was given back."""
    counted = trigger.measure == "count"
    if customer.pk in (found := net(trigger.event, [customer.pk], now)).changes:
        turns = found.turns(customer.pk)
        return sum((Decimal(one.count) if counted else one.amount for one in turns), Decimal(0))
    return Decimal(events.aggregate(total=Count("id") if counted else Sum("amount"))["total"] or 0)


def _timer(
    customer: Customer, journey: Journey, place: int, trigger: InactiveTrigger | DateTrigger, now: datetime
) -> Iterator[Said]:
    timer = EntryTimer.objects.filter(journey=journey, trigger=place, customer=customer).first()
    if timer is not None and timer.due_at is not None:
        yield "timer_set", _("Their time comes on %(when)s") % {"when": words.moment(timer.due_at)}
        return
    event = trigger.event if isinstance(trigger, InactiveTrigger) else trigger.anniversary_of
    if event:
        happened = Event.objects.filter(customer=customer, name=event, occurred_at__lte=now)
        found = net(event, [customer.pk], now)
        newest = happened.order_by("-occurred_at")[:MOST]
        last = next((one for one in newest if found.stands(one.pk)), None)
        if last is None:
            yield "no_event", _("%(event)s never happened to them.") % {"event": event}
            return
        told = {"event": event, "when": words.moment(last.occurred_at)}
        yield (
            "timer_passed",
            _(
                "%(event)s happened last on %(when)s; the moment it leads to had passed when the journey looked."
            )
            % told,
        )
    elif isinstance(trigger, DateTrigger) and customer.attributes.get(trigger.attribute) is None:
        yield (
            "no_attribute",
            _("Their %(attribute)s is not known.") % {"attribute": words.spaced(trigger.attribute)},
        )
    elif isinstance(trigger, DateTrigger):
        told = {"attribute": words.spaced(trigger.attribute)}
        yield "no_date", _("Their %(attribute)s is not read as a day yet, or is none.") % told

"""Why somebody is not in a journey, as far as data tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Max
from django.utils.translation import gettext as _

from orchestrator.customers.models import Customer
from orchestrator.domain.definition import Definition
from orchestrator.journeys.models import Enrollment, Journey
from orchestrator.journeys.versions import Live
from orchestrator.segments.compile import CUSTOMERS, Scope
from orchestrator.segments.matching import matching
from orchestrator.studio import doors, words
from orchestrator.studio.discreet import say_discreetly
from orchestrator.studio.doorsteps import say_doorsteps
from orchestrator.studio.entered import parsed
from orchestrator.workspace.models import Workspace


@dataclass(frozen=True, slots=True)
class Because:
    """One reason: its code, and the sentence."""

    code: str
    text: str


def say_absence(customer: Customer, journey: Journey, now: datetime) -> list[Because]:
    """Everything that keeps, or kept, them out; the gravest first."""
    told = [*_person(customer), *_journey(journey), *_doorsteps(customer, journey)]
    live = parsed(journey.current_id)
    if live is None:
        return told
    for place, trigger in enumerate(live.definition.entry.triggers):
        told += [
            Because(code, words.stopped(text))
            for code, text in doors.say_door(customer, journey, place, trigger, live, now)
        ]
    return told + list(_filter(customer, live, now))


def say_return(customer: Customer, journey: Journey, now: datetime) -> list[Because]:
    """Whether somebody who was in the journey may enter again."""
    live = parsed(journey.current_id)
    rows = Enrollment.objects.filter(customer=customer, journey=journey)
    if live is None:
        return []
    told = [*_person(customer), *_journey(journey), *_doorsteps(customer, journey)]
    again, active = live.definition.entry.again, rows.filter(status=Enrollment.Status.ACTIVE).exists()
    if again.kind == "never":
        told.append(Because("again_never", _("They do not enter a second time (again: never).")))
    elif again.kind == "after_exit" and active:
        told.append(
            Because("inside", _("They cannot enter again while they are inside (again: after exit)."))
        )
    elif again.kind == "after":
        told += _interval(live.definition, rows.aggregate(at=Max("entered_at"))["at"], now)
    elif again.kind in ("per_key", "per_property"):
        told.append(
            Because("again_per_key", _("They enter once for each key (again: %(again)s).") % {"again": again})
        )
    return told


def _doorsteps(customer: Customer, journey: Journey) -> Iterator[Because]:
    for code, text in say_doorsteps(customer, journey):
        yield Because(code, words.stopped(text))


def _interval(definition: Definition, last: datetime | None, now: datetime) -> Iterator[Because]:
    interval = definition.entry.again.interval
    if interval is None or last is None:
        return
    opens = interval.after(last, ZoneInfo(Workspace.get().time_zone))
    if opens > now:
        told = {"when": words.moment(opens), "again": definition.entry.again}
        yield Because("again_after", _("They may enter again from %(when)s (again: %(again)s).") % told)


def _person(customer: Customer) -> Iterator[Because]:
    if customer.erased_at is not None:
        yield Because("customer_erased", _("The customer was erased: nobody enters after that."))
    elif customer.merged_into_id is not None:
        told = {"id": customer.merged_into_id}
        yield Because(
            "customer_merged", _("The customer was merged into #%(id)s: ask about that one.") % told
        )


def _journey(journey: Journey) -> Iterator[Because]:
    if journey.current_id is None:
        yield Because("never_published", _("The journey has never been published."))
    elif journey.status == Journey.Status.PAUSED:
        yield Because("journey_paused", _("The journey is paused: nobody enters until it is resumed."))
    elif journey.status != Journey.Status.LIVE:
        yield Because("journey_not_live", _("The journey is not live: nobody enters."))


def _filter(customer: Customer, live: Live, now: datetime) -> Iterator[Because]:
    """What the filter at the door says at this moment; what it said then is not kept."""
    rule = live.definition.entry.only_if
    if rule is None:
        return
    workspace = Workspace.get()
    scope = Scope(CUSTOMERS, now, ZoneInfo(workspace.time_zone), live.brand_id)
    told = {"rule": say_discreetly(rule.plain(), workspace)}
    if matching(Customer, [customer.pk], rule, scope):
        yield Because("filter_true", _("The filter at the door would let them in now: %(rule)s.") % told)
    else:
        yield Because("filter_false", _("The filter at the door says no now: %(rule)s.") % told)

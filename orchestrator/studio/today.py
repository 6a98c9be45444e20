"""The first page: is everything well, and what goes out today?

Every number is read from the newest rows by primary key, so the page costs the same with a thousand customers and
with a million. Where older rows could have counted too, the words say what was looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orchestrator.consents.models import Consent, ConsentState
from orchestrator.customers.models import Address, Customer
from orchestrator.domain.outbox import State
from orchestrator.journeys.models import Enrollment, Journey
from orchestrator.messaging.breakers import Down, down
from orchestrator.messaging.models import Message
from orchestrator.studio import words
from orchestrator.studio.halted import alarms, say_workers
from orchestrator.studio.links import url_of
from orchestrator.studio.numbers import at_most, grouped, share
from orchestrator.studio.silent import Alarm, broken, silent
from orchestrator.studio.titles import title_of, titled
from orchestrator.workspace import heartbeats

NEWEST = 20_000
DAYS = 28
MOST_JOURNEYS = 25
_COMMON_REASONS = 8


@dataclass(frozen=True, slots=True)
class Live:
    """One row of the table of live journeys. `converted` is "" where the journey has no goal."""

    title: str
    url: str
    entered: str
    active: str
    completed: str
    converted: str
    rate: str


@dataclass(frozen=True, slots=True)
class Health:
    """How many of the people looked at lack something."""

    looked_at: str
    sampled: bool
    without_consent: str
    consent_share: str
    without_address: str
    address_share: str


@dataclass(frozen=True, slots=True)
class Today:
    """All that stands on the page."""

    sentence: str
    workers: str
    down: list[str]
    alarms: list[Alarm]
    live: list[Live]
    more_journeys: bool
    entries_sampled: bool
    skips: list[tuple[str, str, str]]
    skips_of: str
    health: Health | None


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's callback for the first page."""
    return {**context, "today": read_today(timezone.now()), "title": _("Today")}


def read_today(now: datetime) -> Today:
    """Read the page's numbers."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    window, _older = _window(Message)
    told = window.aggregate(
        accepted=Count("id", filter=Q(state=State.ACCEPTED, final_at__gte=midnight)),
        held=Count("id", filter=Q(state=State.PLANNED, first_held_at__isnull=False)),
        looked_at=Count("id"),
    )
    journeys = list(
        titled(Journey.objects.filter(status=Journey.Status.LIVE))
        .annotate(goal=F("current__definition__goal"))
        .order_by("-updated_at")[: MOST_JOURNEYS + 1]
    )
    heard = heartbeats.read(now)
    live, sampled = _live(journeys[:MOST_JOURNEYS], now)
    return Today(
        _sentence(told["accepted"], told["held"], len(journeys)),
        say_workers(heard, now),
        [_down(one) for one in down()],
        alarms(heard, now) + broken() + silent(journeys[:MOST_JOURNEYS], _window(Enrollment)[0], now, DAYS),
        live,
        len(journeys) > MOST_JOURNEYS,
        sampled,
        _skips(window),
        grouped(told["looked_at"]),
        _health(),
    )


def _window(model: Any) -> tuple[Any, bool]:
    """The newest rows of a table, as a range of its primary key, and whether there are older ones."""
    newest = model.objects.aggregate(newest=Max("id"))["newest"] or 0
    older = model.objects.filter(id__lte=newest - NEWEST).exists()
    return model.objects.filter(id__gt=newest - NEWEST), older


def _sentence(accepted: int, held: int, live: int) -> str:
    sent = ngettext(
        "%(count)s message was accepted today", "%(count)s messages were accepted today", accepted
    ) % {"count": grouped(accepted)}
    waiting = ngettext("%(count)s is held", "%(count)s are held", held) % {"count": grouped(held)}
    journeys = ngettext("%(count)s journey is live", "%(count)s journeys are live", live) % {
        "count": grouped(live)
    }
    return _("%(sent)s, %(waiting)s; %(journeys)s.") % {
        "sent": sent,
        "waiting": waiting,
        "journeys": journeys,
    }


def _down(one: Down) -> str:
    said = {
        "provider": one.provider,
        "since": date_format(timezone.localtime(one.since), "DATETIME_FORMAT"),
        # "8:15 p.m." ends the sentence, and would bring a full stop of its own.
        "until": date_format(timezone.localtime(one.until), "TIME_FORMAT").rstrip("."),
    }
    return _("The provider %(provider)s is down since %(since)s; it is tried again at %(until)s.") % said


def _live(journeys: list[Any], now: datetime) -> tuple[list[Live], bool]:
    since = now - timedelta(days=DAYS)
    window, older = _window(Enrollment)
    oldest = window.order_by("id").values_list("entered_at", flat=True).first() if older else None
    entered = {
        row["journey"]: row
        for row in window.filter(entered_at__gte=since, journey__in=[journey.pk for journey in journeys])
        .values("journey")
        .annotate(
            entered=Count("id"),
            completed=Count("id", filter=Q(status=Enrollment.Status.COMPLETED)),
            converted=Count("id", filter=Q(goal_met_at__isnull=False)),
        )
        .order_by()
    }
    sampled = oldest is not None and oldest > since
    return [_row(journey, entered.get(journey.pk, {})) for journey in journeys], sampled


def _row(journey: Any, counted: dict[str, int]) -> Live:
    entered, converted = counted.get("entered", 0), counted.get("converted", 0)
    return Live(
        title_of(journey),
        url_of("journeys_journey", journey.pk),
        grouped(entered),
        at_most(Enrollment.objects.filter(journey=journey, status=Enrollment.Status.ACTIVE)),
        grouped(counted.get("completed", 0)),
        grouped(converted) if journey.goal else "",
        share(converted, entered),
    )


def _skips(window: Any) -> list[tuple[str, str, str]]:
    rows = (
        window.filter(state=State.SKIPPED)
        .values_list("reason")
        .annotate(count=Count("id"))
        .order_by("-count", "reason")[:_COMMON_REASONS]
    )
    base = reverse("admin:messaging_message_changelist") + "?state__exact=skipped&reason__exact="
    return [(words.reason(reason) or "–", grouped(count), base + reason) for reason, count in rows]


def _health() -> Health | None:
    newest, older = _window(Customer)
    window = newest.filter(erased_at=None, merged_into=None)
    reachable = Exists(Address.objects.filter(customer=OuterRef("pk"), invalid_at=None))
    granted = Exists(Consent.objects.filter(customer=OuterRef("pk"), state=ConsentState.GRANTED))
    told = window.aggregate(
        people=Count("id"), mute=Count("id", filter=~reachable), silent=Count("id", filter=~granted)
    )
    people = told["people"]
    if not people:
        return None
    return Health(
        words.people(people),
        older,
        grouped(told["silent"]),
        share(told["silent"], people),
        grouped(told["mute"]),
        share(told["mute"], people),
    )

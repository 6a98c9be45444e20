"""Long work that is under way: launches, simulations, and segments that are looked at for the first time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from orchestrator.customers.models import Customer
from orchestrator.journeys.models import Launch, Simulation
from orchestrator.segments.models import Segment
from orchestrator.studio import words
from orchestrator.studio.links import url_of
from orchestrator.studio.numbers import grouped
from orchestrator.studio.titles import title_of, with_journeys

MOST = 10  # of each kind


@dataclass(frozen=True, slots=True)
class Work:
    """One piece: what, where it stands, and how far it is in percent; None where nobody can know."""

    name: str
    url: str
    state: str
    percent: int | None = None


def read() -> list[Work]:
    """Six queries at most, of the newest of each kind."""
    last = Customer.objects.aggregate(last=Max("id"))["last"] or 0
    return [*_launches(last), *_simulations(), *_segments(last)]


def _launches(last: int) -> Iterator[Work]:
    rows = Launch.objects.filter(state=Launch.State.RUNNING, due_at__isnull=False)
    for one in rows.prefetch_related(with_journeys()).order_by("due_at")[:MOST]:
        told = {"people": words.people(one.entered), "wave": one.wave + 1}
        state = _("%(people)s let in, wave %(wave)s") % told
        if one.waits_for:
            told = {"state": state, "count": grouped(one.waits_for)}
            state = _("%(state)s; it waits for %(count)s messages to go out first") % told
        yield Work(
            _("Launch: %(journey)s") % {"journey": title_of(one.journey)},
            url_of("journeys_launch", one.pk),
            state,
            _percent(one.cursor, last),
        )


def _simulations() -> Iterator[Work]:
    rows = Simulation.objects.filter(state__in=("planned", "running")).order_by("-id")
    for one in rows.defer("told").prefetch_related(with_journeys())[:MOST]:
        yield Work(
            _("Simulation: %(journey)s") % {"journey": title_of(one.journey)},
            url_of("journeys_simulation", one.pk),
            str(one.get_state_display()),
            _percent(one.done, Simulation.PARTS),
        )


def _segments(last: int) -> Iterator[Work]:
    rows = Segment.objects.filter(Q(cursor__gt=0) | Q(settled=False), due_at__isnull=False)
    for one in rows.only("key", "title", "cursor", "settled").order_by("due_at")[:MOST]:
        state = _("a look at everybody") if one.settled else _("its first look at everybody")
        name = _("Segment: %(segment)s") % {"segment": one}
        yield Work(name, url_of("segments_segment", one.pk), state, _percent(one.cursor, last))


def _percent(done: int, whole: int) -> int | None:
    return min(100, round(100 * done / whole)) if whole else None

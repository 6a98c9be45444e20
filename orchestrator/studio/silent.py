"""What is wrong, for the first page: journeys that fell silent, and steps that cannot be rendered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orchestrator.domain.silence import silent_for
from orchestrator.messaging.models import StepFault
from orchestrator.messaging.unrendered import IN_A_ROW
from orchestrator.studio.links import url_of
from orchestrator.studio.titles import title_of, titles_of


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is wrong, and where to look."""

    text: str
    url: str


def silent(journeys: Iterable[Any], entries: QuerySet[Any], now: datetime, days: int) -> list[Alarm]:
    """An alarm for each of these journeys that fell silent, by what they let in within so many days. One query."""
    entered: dict[int, set[date]] = defaultdict(set)
    known = {journey.pk: journey for journey in journeys}
    since = now - timedelta(days=days)
    rows = entries.filter(journey__in=known, entered_at__gte=since).order_by()
    for journey, day in rows.values_list("journey", TruncDate("entered_at")).distinct():
        entered[journey].add(day)
    today = timezone.localtime(now).date()
    found = [(known[pk], silent_for(on, today)) for pk, on in sorted(entered.items())]
    return [_alarm(journey, silence) for journey, silence in found if silence is not None]


def broken() -> list[Alarm]:
    """An alarm for each step whose messages are held because its template cannot be rendered. At most two queries."""
    faults = StepFault.objects.filter(in_a_row__gte=IN_A_ROW).order_by("journey", "step")
    where = reverse("admin:messaging_stepfault_changelist")
    shown = list(faults[:20])
    titles = titles_of(one.journey for one in shown)
    return [Alarm(_unrendered(one, titles[one.journey]), where) for one in shown]


def _unrendered(fault: StepFault, title: str) -> str:
    told = {"journey": title, "step": fault.step, "detail": fault.detail}
    return _("%(journey)s, step %(step)s: its messages cannot be rendered and wait. %(detail)s") % told


def _alarm(journey: Any, silence: int) -> Alarm:
    told = ngettext(
        "%(journey)s has let nobody in for %(count)s day, longer than usual: has its event been renamed?",
        "%(journey)s has let nobody in for %(count)s days, longer than usual: has its event been renamed?",
        silence,
    ) % {"journey": title_of(journey), "count": silence}
    return Alarm(told, url_of("journeys_journey", journey.pk))

"""Live journeys on the first page: who came in the last four weeks, day by day, and how it ended for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, IntegerField, Max, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import TruncDate
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from orchestrator.journeys.models import Enrollment, Journey
from orchestrator.studio import small
from orchestrator.studio.cells import divided
from orchestrator.studio.links import url_of
from orchestrator.studio.numbers import MOST as MOST_COUNTED
from orchestrator.studio.numbers import grouped
from orchestrator.studio.titles import title_of, titled

NEWEST = 20_000
DAYS = 28
MOST = 25
WIDTH, HEIGHT = 112, 24
# How many are under way in each journey, counted no further than matters, and for all journeys in one statement.
_ACTIVE = RawSQL(
    "SELECT COUNT(*) FROM (SELECT 1 FROM journeys_enrollment passage WHERE passage.journey_id = journeys_journey.id"
    " AND passage.status = %s LIMIT %s) counted",
    [Enrollment.Status.ACTIVE.value, MOST_COUNTED + 1],
    output_field=IntegerField(),
)


@dataclass(frozen=True, slots=True)
class Spark:
    """A line of so many points in a box of WIDTH × HEIGHT, zero at its foot, and what it says in words."""

    points: str
    said: str


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
    spark: Spark


@dataclass(frozen=True, slots=True)
class Living:
    """The table. `sampled`: the newest entries do not reach back the whole four weeks."""

    rows: list[Live]
    more: bool
    sampled: bool


@dataclass
class Counted:
    """Passages that began, and of them those that were completed and those that met the goal."""

    entered: int = 0
    completed: int = 0
    converted: int = 0


def read(now: datetime) -> Living:
    """Four queries, however many journeys there are."""
    journeys = list(
        titled(Journey.objects.filter(status=Journey.Status.LIVE))
        .annotate(goal=F("current__definition__goal"), active=_ACTIVE)
        .order_by("-updated_at")[: MOST + 1]
    )
    shown, today = journeys[:MOST], timezone.localtime(now).date()
    window, sampled = newest(today)
    counted = by_day(window, [one.pk for one in shown])
    rows = [_row(journey, counted[journey.pk], today) for journey in shown]
    return Living(rows, len(journeys) > MOST, sampled)


def by_day(window: QuerySet[Enrollment], journeys: Sequence[int]) -> dict[int, dict[date, Counted]]:
    """The entries of these journeys by day. One query."""
    rows = (
        window.filter(journey__in=journeys)
        .order_by()
        .annotate(day=TruncDate("entered_at", tzinfo=timezone.get_current_timezone()))
        .values("journey", "day")
        .annotate(
            entered=Count("id"),
            completed=Count("id", filter=Q(status=Enrollment.Status.COMPLETED)),
            converted=Count("id", filter=Q(goal_met_at__isnull=False)),
        )
    )
    found: dict[int, dict[date, Counted]] = defaultdict(dict)
    for row in rows:
        found[row["journey"]][row["day"]] = Counted(row["entered"], row["completed"], row["converted"])
    return found


def newest(today: date) -> tuple[QuerySet[Enrollment], bool]:
    """The entries of the last weeks, of the newest there are; `True` where those do not reach back so far."""
    top = Enrollment.objects.aggregate(newest=Max("id"))["newest"] or 0
    rows = Enrollment.objects.filter(id__gt=top - NEWEST)
    oldest = rows.order_by("id").values_list("entered_at", flat=True).first()
    first = datetime.combine(today - timedelta(days=DAYS - 1), datetime.min.time())
    midnight = timezone.make_aware(first)
    return rows.filter(entered_at__gte=midnight), top > NEWEST and oldest is not None and oldest > midnight


def _row(journey: Any, days: dict[date, Counted], today: date) -> Live:
    entered = sum(one.entered for one in days.values())
    converted = sum(one.converted for one in days.values())
    completed = sum(one.completed for one in days.values())
    told = divided(entered, {"converted": converted, "completed": completed})
    return Live(
        title_of(journey),
        url_of("journeys_journey", journey.pk),
        told.say("whole"),
        _active(journey.active),
        told.say("completed"),
        told.say("converted") if journey.goal else "",
        told.share("converted", "whole"),
        spark({day: one.entered for day, one in days.items()}, today),
    )


def _active(count: int) -> str:
    if count > MOST_COUNTED:
        return _("over %(count)s") % {"count": grouped(MOST_COUNTED)}
    return grouped(count)


def spark(counts: dict[date, int], today: date) -> Spark:
    """Entries a day, the last day today's."""
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    # A day of few people is drawn as one of nobody to whom it is hidden.
    values = [0 if small.hidden(count) else count for count in (counts.get(day, 0) for day in days)]
    most = max(values)
    step = WIDTH / (DAYS - 1)
    points = " ".join(
        f"{number * step:.1f},{HEIGHT - 1 - (HEIGHT - 2) * value / (most or 1):.1f}"
        for number, value in enumerate(values)
    )
    if not most:
        return Spark(points, _("nobody entered in 28 days"))
    told = {
        "most": grouped(most),
        "day": formats.date_format(days[values.index(most)], "MONTH_DAY_FORMAT"),
        "today": grouped(values[-1]),
    }
    return Spark(points, _("entries a day: at most %(most)s (%(day)s), today %(today)s") % told)

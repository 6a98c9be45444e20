"""The list of journeys: what stands in a row beside the title and the status, read for all rows of a page at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Max, QuerySet
from django.utils import timezone

from orchestrator.journeys.models import Enrollment, Journey
from orchestrator.studio import health, living, uplift, words
from orchestrator.studio.cells import parted
from orchestrator.studio.requests import name_of

NEWEST_NOTES = 5_000
NEAR = timedelta(minutes=11)  # drawing is noted once in ten minutes


@dataclass(frozen=True, slots=True)
class Told:
    """One row. `met` is "" where the journey has no goal; `held_out`: whether it holds anybody out; `who` is "" where
    nobody is known.
    """

    entered: str
    spark: living.Spark | None
    met: str
    rate: str
    held_out: bool
    lift: uplift.Lift | None
    signs: list[health.Sign]
    when: str
    who: str


def read(journeys: Sequence[Any], now: datetime) -> tuple[dict[int, Told], bool]:
    """The rows by journey, and whether older entries were left out of the count. The journeys come with `current`.

    A dozen queries at most, however many journeys there are.
    """
    today, keys = timezone.localtime(now).date(), [one.pk for one in journeys]
    window, sampled = living.newest(today)
    days = living.by_day(window, keys)
    entered = {key: sum(one.entered for one in days[key].values()) for key in keys}
    lifts, signs = _lifts(window, journeys), health.read(journeys, entered, sampled, now)
    who = _who(journeys)
    rows = {}
    for one in journeys:
        met = sum(day.converted for day in days[one.pk].values())
        told = parted(met, entered[one.pk])
        spark = living.spark({day: row.entered for day, row in days[one.pk].items()}, today)
        rows[one.pk] = Told(
            told.say("whole") if one.current else "",
            spark if entered[one.pk] else None,
            told.say("part") if _has(one, "goal") else "",
            told.share("part", "whole"),
            _has(one, "holdout"),
            lifts.get(one.pk),
            signs[one.pk],
            words.moment(one.updated_at),
            who.get(one.pk, ""),
        )
    return rows, sampled


def _has(journey: Any, field: str) -> bool:
    return bool(journey.current and journey.current.definition.get(field))


def _lifts(window: QuerySet[Enrollment], journeys: Sequence[Any]) -> dict[int, uplift.Lift]:
    measured = [one.pk for one in journeys if _has(one, "goal") and _has(one, "holdout")]
    return uplift.lifts(uplift.measured(window, measured)) if measured else {}


def _who(journeys: Sequence[Any]) -> Mapping[int, str]:
    """Who changed each last, by the newest notes of the journal; nobody where the last change was not noted there."""
    newest = LogEntry.objects.aggregate(newest=Max("id"))["newest"] or 0
    notes = LogEntry.objects.filter(
        id__gt=newest - NEWEST_NOTES,
        content_type=ContentType.objects.get_for_model(Journey),
        object_id__in=[str(one.pk) for one in journeys],
    )
    last = {int(note.object_id or 0): note for note in notes.select_related("user").order_by("id")}
    return {
        one.pk: name_of(last[one.pk].user)
        for one in journeys
        if one.pk in last and one.updated_at - last[one.pk].action_time < NEAR
    }

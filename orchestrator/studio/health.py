"""How live journeys do, each in a few words: what is wrong with it and the page that mends it, or that all is well."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from orchestrator.domain.alarms import Kind
from orchestrator.journeys.alarms.words import say
from orchestrator.journeys.approval import stands
from orchestrator.journeys.models import Journey, PublishRequest
from orchestrator.messaging.models import StepFault
from orchestrator.messaging.unrendered import IN_A_ROW
from orchestrator.studio.entered import raw_triggers
from orchestrator.studio.links import url_of
from orchestrator.studio.requests import told_whole
from orchestrator.workspace.models import Alarm

MOST = 50  # open alarms, and steps that fail, that are looked at
NEW_FOR = timedelta(days=1)  # so long nobody need have entered


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing about a journey. `tone` colours its mark, `icon` tells it apart without the colour; `url` may be ""."""

    text: str
    tone: str
    icon: str
    url: str = ""


def read(
    journeys: Sequence[Any], entered: Mapping[int, int], sampled: bool, now: datetime
) -> dict[int, list[Sign]]:
    """Signs by journey, the gravest first; [] of one that does not run and asks for nobody. Four queries at most.

    `entered`: how many came in the last 28 days, or, if `sampled`, among the newest entries of all journeys.
    """
    keys = [one.key for one in journeys]
    failing, alarms, asked = _failing(keys), _alarms(), _asked(journeys, now)
    found: dict[int, list[Sign]] = {}
    for one in journeys:
        signs = [*_troubles(failing[one.key], alarms[one.key])]
        silent = any(alarm.kind == Kind.JOURNEY for alarm in alarms[one.key])
        live = one.status == Journey.Status.LIVE
        if live and not entered.get(one.pk) and not silent:
            signs.append(_empty(one, sampled, now))
        if one.pk in asked:
            signs.append(_waits(one))
        if live and not signs:
            signs.append(Sign(_("all is well"), "success", "check_circle"))
        found[one.pk] = signs
    return found


def _waits(journey: Any) -> Sign:
    url = reverse("admin:journeys_journey_publish", args=[journey.pk])
    return Sign(_("waits for approval"), "info", "hourglass_top", url)


def _troubles(failing: list[str], alarms: list[Alarm]) -> Iterator[Sign]:
    for step in failing:
        text = _("step %(step)s fails: its template cannot be rendered") % {"step": step}
        yield Sign(text, "danger", "error", reverse("admin:messaging_stepfault_changelist"))
    for one in alarms:
        url = say(one.kind, one.subject, one.evidence).url
        yield Sign(str(one.get_kind_display()), "danger", "notifications_active", url)


def _empty(journey: Any, sampled: bool, now: datetime) -> Sign:
    since = journey.current.published_at if journey.current else None
    if since is not None and now - since < NEW_FOR:
        return Sign(_("just published: nobody has entered yet"), "info", "schedule")
    if _at_set_times(journey):
        return Sign(_("goes to a group at a set time"), "info", "schedule")
    text = (
        _("live, but it has none of the newest 20,000 entries")
        if sampled
        else _("live, but nobody entered in 28 days")
    )
    return Sign(text, "warning", "warning", url_of("journeys_journey", journey.pk))


def _at_set_times(journey: Any) -> bool:
    """Whether it lets people in on chosen days only: then nobody need have entered."""
    triggers = raw_triggers(journey.current.definition) if journey.current else []
    return bool(triggers) and all("audience" in one or "schedule" in one for one in triggers)


def _failing(keys: list[str]) -> dict[str, list[str]]:
    """Steps that fail for one person after the other, by journey."""
    faults = StepFault.objects.filter(journey__in=keys, in_a_row__gte=IN_A_ROW).order_by("journey", "step")
    found: dict[str, list[str]] = defaultdict(list)
    for journey, step in faults.values_list("journey", "step").distinct()[:MOST]:
        found[journey].append(step)
    return found


def _alarms() -> dict[str, list[Alarm]]:
    """Open alarms by the journey they name; of a failing step its fault tells, which is there at once."""
    rows = Alarm.objects.filter(closed_at=None).exclude(kind=Kind.STEP).order_by("id")[:MOST]
    found: dict[str, list[Alarm]] = defaultdict(list)
    for one in rows:
        found[str(one.evidence.get("journey", ""))].append(one)
    return found


def _asked(journeys: Sequence[Any], now: datetime) -> set[int]:
    """The journeys for which somebody waits to be let publish what the draft still is."""
    waiting = PublishRequest.objects.filter(
        state=PublishRequest.State.WAITING, journey__in=[one.pk for one in journeys]
    )
    rows = list(told_whole(waiting))
    stand = stands(rows, now)
    return {one.journey_id for one in rows if stand[one.pk] == PublishRequest.State.WAITING}

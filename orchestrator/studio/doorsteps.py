"""Who waits at a journey's door, or was turned away there, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orchestrator.customers.models import Customer
from orchestrator.journeys.models import Doorstep, Journey
from orchestrator.studio import words
from orchestrator.studio.rules import say_rate

MOST = 5
_REASONS = {
    "entries": gettext_lazy("the limit of %(limit)s was reached"),
    "at_once": gettext_lazy("it was full (%(limit)s inside at once)"),
    "in_line": gettext_lazy("others were before them"),
    "per_customer": gettext_lazy("they had come in as often as they may (%(limit)s)"),
    "most_journeys": gettext_lazy("they were in as many journeys as they may be at once (%(limit)s)"),
    "waited": gettext_lazy("no place became free while they waited"),
    "journey_stopped": gettext_lazy("the journey was stopped while they waited"),
    "only_if": gettext_lazy("the filter said no when their turn came"),
    "": gettext_lazy("the filter said no, and is asked again"),
}


def say_reason(row: Doorstep) -> str:
    """What keeps them out, with its figure."""
    limit = row.evidence.get("limit", "")
    said = say_rate(limit) if isinstance(limit, str) else words.shown(limit)
    return str(_REASONS.get(row.reason, words.spaced(row.reason))) % {"limit": said}


def say_state(row: Doorstep) -> tuple[str, str]:
    """Whether they wait, for a place or for an attribute, or were turned away: code and words."""
    if row.turned_away_at is not None:
        return "turned_away", _("turned away")
    return ("line", _("in line")) if row.in_line else ("waits", _("waits"))


def say_brought(row: Doorstep) -> dict[str, Any]:
    """What brought them to the door, and when."""
    candidate = row.candidate
    when = {_("happened"): candidate.get("occurred_at"), _("begins"): candidate.get("begins_at")}
    return {**when, **dict(candidate.get("properties") or {})}


def say_doorsteps(customer: Customer, journey: Journey) -> Iterator[tuple[str, str]]:
    """Code and sentence of each time they stand at the door or were turned away there, newest first."""
    rows = Doorstep.objects.filter(customer=customer, journey=journey).exclude(reason="").order_by("-id")
    for row in rows[:MOST]:
        told = {"why": say_reason(row), "when": words.moment(row.turned_away_at or row.until)}
        if row.turned_away_at is not None:
            yield row.reason, _("They did not enter on %(when)s: %(why)s.") % told
        else:
            yield row.reason, _("They wait at the door, until %(when)s at most: %(why)s.") % told

"""The alarms of the first page: what is kept as open, and what the page sees for itself, each once and in the same words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from orchestrator.domain.alarms import Key, Kind, Severity, severity, without_lesser
from orchestrator.domain.liveness import AtWork
from orchestrator.journeys.alarms.facts import at_once
from orchestrator.journeys.alarms.words import say
from orchestrator.studio import telling, words
from orchestrator.workspace.models import Alarm, Workspace

MOST = 50
LOOKED_LATELY = timedelta(minutes=5)
_ORDER = {kind: place for place, kind in enumerate(Kind)}
_SAYS_SINCE = (Kind.HALTED, Kind.PROVIDER)  # in its sentence
_ICONS = {
    Kind.HALTED: "pan_tool",
    Kind.WORKERS: "monitor_heart",
    Kind.PROVIDER: "electrical_services",
    Kind.DELIVERY: "trending_down",
    Kind.STOPPED: "front_hand",
    Kind.MANY_COMPLAINTS: "report",
    Kind.COMPLAINTS: "report",
    Kind.CAMPAIGN: "schedule",
    Kind.STEP: "article",
    Kind.JOURNEY: "route",
    Kind.BUDGET: "savings",
    Kind.REQUEST_LATE: "gavel",
    Kind.REQUEST_DUE: "gavel",
    Kind.WEBHOOK: "webhook",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One alarm: the sentence, since when, and the button to the page that mends it. `grave`: somebody must look now."""

    text: str
    since: str
    url: str
    button: str
    icon: str
    grave: bool
    journey: str = ""


def alarms(now: datetime, heard: AtWork) -> list[Shown]:
    """All that are open, the gravest first."""
    kept = {
        (one.kind, one.subject): one for one in Alarm.objects.filter(closed_at=None).order_by("id")[:MOST]
    }
    found: dict[Key, Mapping[str, Any]] = {key: one.evidence for key, one in kept.items()}
    found |= {sign.key: sign.evidence for sign in at_once(now, heard)}
    open_ = sorted(without_lesser(found), key=lambda key: (_ORDER[Kind(key[0])], key[1]))
    shown = [_shown(key, found[key], kept[key].opened_at if key in kept else None) for key in open_]
    return sorted(shown, key=lambda one: not one.grave)


def untold(now: datetime, heard: AtWork) -> Iterator[str]:
    """What the page says of telling: whom nobody could tell, and that nobody looks."""
    yield from telling.failing()
    next_at = Workspace.get().alarms_at
    if heard.last is not None and next_at is not None and now - next_at > LOOKED_LATELY:
        told = {"when": words.moment(next_at)}
        yield (
            _("Nobody has looked for alarms since %(when)s: workers do, and tell whoever is to be told.")
            % told
        )


def _shown(key: Key, evidence: Mapping[str, Any], opened_at: datetime | None) -> Shown:
    said = say(key[0], key[1], evidence)
    told = opened_at is None or key[0] in _SAYS_SINCE
    since = "" if told else _("since %(when)s") % {"when": words.moment(opened_at)}
    return Shown(
        said.text,
        since,
        said.url,
        said.button,
        _ICONS[Kind(key[0])],
        severity(key[0]) is Severity.GRAVE,
        str(evidence.get("journey", "")),
    )

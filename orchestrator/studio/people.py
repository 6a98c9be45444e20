"""The page "People by hand" of a journey: see whom a list concerns, then let them in or take them out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orchestrator.customers.models import Customer
from orchestrator.journeys.by_hand import (
    HELD_OUT,
    INSIDE,
    LET_IN,
    NOT_INSIDE,
    TAKEN_OUT,
    TURNED_AWAY,
    UNKNOWN,
    Answer,
    concerned,
    let_in_by_hand,
    take_out,
)
from orchestrator.journeys.enter import EnterError
from orchestrator.journeys.models import Journey
from orchestrator.studio import words
from orchestrator.studio.lists import BadList, read_ids
from orchestrator.studio.numbers import grouped
from orchestrator.studio.titles import title_of
from orchestrator.workspace.audit import Action, note

RIGHTS = {"add": "journeys.add_enrollment", "remove": "journeys.change_enrollment"}
SHOWN = 200
_SAID = {
    LET_IN: gettext_lazy("let in"),
    INSIDE: gettext_lazy("already inside"),
    HELD_OUT: gettext_lazy("held out: they pass through and get nothing"),
    UNKNOWN: gettext_lazy("not known"),
    TURNED_AWAY: gettext_lazy("turned away"),
    TAKEN_OUT: gettext_lazy("taken out"),
    NOT_INSIDE: gettext_lazy("not inside"),
}
_WHY = {
    "only_if": gettext_lazy("the filter at the door says no"),
    "again": gettext_lazy("they were here before, and may not come again yet"),
    "per_customer": gettext_lazy("they came as often as they may"),
    "most_journeys": gettext_lazy("they are in as many journeys as they may be at once"),
    "entries": gettext_lazy("the journey's limit of entries is reached"),
    "at_once": gettext_lazy("the journey is full"),
    "in_line": gettext_lazy("others wait before them"),
}
_REFUSED = {
    "not_live": gettext_lazy("The journey is not live: publish it first."),
    "needs_properties": gettext_lazy(
        "Whoever enters must bring properties, which a list does not: let them in by the API."
    ),
    "bad_key": gettext_lazy("The form is too old: open the page again."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line's answer."""

    external_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a list: counted, the first lines, and all of them to be copied."""

    text: str
    counts: list[tuple[str, str]]
    lines: list[Line]
    all_lines: str


def may(user: Any, act: str) -> bool:
    """Whether somebody may do this."""
    return bool(user.has_perm(RIGHTS[act]))


def page(request: HttpRequest, journey: Journey, context: dict[str, Any]) -> HttpResponse:
    """The form; then whom it concerns; then what became of each."""
    given = request.POST if request.method == "POST" else request.GET
    act = "remove" if given.get("act") == "remove" else "add"
    context |= {
        "title": _("People by hand: %(journey)s") % {"journey": title_of(journey)},
        "journey": journey,
        "act": act,
        "ids": given.get("ids", ""),
        "key": given.get("key") or uuid4().hex,
        "may": {name: may(request.user, name) for name in RIGHTS},
    }
    if request.method == "POST":
        context |= _posted(request, journey, act, context["key"])
    return TemplateResponse(request, "studio/people.html", context)


def _posted(request: HttpRequest, journey: Journey, act: str, key: str) -> dict[str, Any]:
    if not may(request.user, act):
        return {"problem": _("Your account may not do this; ask for the right to change people in journeys.")}
    try:
        ids = read_ids(request.POST.get("ids", ""), request.FILES.get("file"))
        seen = {"ids": "\n".join(ids)}
        if "do" not in request.POST:
            return seen | {"concerned": say_concerned(journey, ids, act)}
        return seen | {"done": _do(request.user, journey, ids, act, key, timezone.now()), "key": uuid4().hex}
    except BadList as error:
        return {"problem": str(error)}
    except EnterError as error:
        return {"problem": str(_REFUSED.get(error.code, error))}


def say_concerned(journey: Journey, ids: Sequence[str], act: str) -> str:
    """How many people it is about, before it is done."""
    seen = concerned(journey, ids)
    told = {
        "known": words.people(seen.known),
        "unknown": grouped(seen.unknown),
        "inside": words.people(seen.inside),
        "messages": grouped(seen.messages),
    }
    if act == "remove":
        leaves = (
            _("%(inside)s would leave the journey; unsent messages to be cancelled: %(messages)s.") % told
        )
        on_it = _("On the list: %(known)s; ids not known: %(unknown)s.") % told
        return f"{leaves} {on_it}"
    return _("On the list: %(known)s; already inside: %(inside)s; ids not known: %(unknown)s.") % told


def _do(user: Any, journey: Journey, ids: Sequence[str], act: str, key: str, now: datetime) -> Done:
    if act == "add":
        answers = let_in_by_hand(journey.key, ids, key, now)
        done = _done(answers, "")
    else:
        out = take_out(journey, ids, now)
        answers = out.answers
        told = {"cancelled": grouped(out.cancelled), "under_way": grouped(out.under_way)}
        done = _done(
            answers, _("Messages cancelled: %(cancelled)s; with a worker just now: %(under_way)s.") % told
        )
    _log(user, journey, answers, key, done)
    return done


def _done(answers: Sequence[Answer], more: str) -> Done:
    counts = Counter(one.said for one in answers)
    told = [(str(_SAID[said]), grouped(count)) for said, count in counts.items()]
    summary = words.stopped(", ".join(f"{name}: {count}" for name, count in told))
    text = f"{summary[:1].upper()}{summary[1:]} {more}".strip()
    lines = [Line(one.external_id, say_answer(one)) for one in answers]
    return Done(text, told, lines[:SHOWN], "\n".join(f"{one.external_id}; {one.text}" for one in lines))


def say_answer(answer: Answer) -> str:
    """What became of one, and why."""
    said = str(_SAID[answer.said])
    return f"{said}: {_WHY.get(answer.reason, words.reason(answer.reason))}" if answer.reason else said


@transaction.atomic
def _log(user: Any, journey: Journey, answers: Sequence[Answer], key: str, done: Done) -> None:
    """In the admin's log: of the journey, how many; of each person who came in or went, that they did."""
    LogEntry.objects.log_actions(
        user.pk,
        Journey.objects.filter(pk=journey.pk),
        CHANGE,
        f"{done.text} ({key})"[:2000],
        single_object=True,
    )
    counts: dict[str, Any] = Counter(one.said for one in answers)
    came = bool(counts[LET_IN] or counts[HELD_OUT])
    if came or counts[TAKEN_OUT]:
        note(Action.LET_IN if came else Action.TAKEN_OUT, user, journey, key=key, **counts)
    for said, text in (
        ((LET_IN, HELD_OUT), _("Let into “%(journey)s” by hand")),
        ((TAKEN_OUT,), _("Taken out of “%(journey)s” by hand")),
    ):
        ids = sorted({one.customer for one in answers if one.said in said and one.customer is not None})
        if ids:
            told = text % {"journey": title_of(journey)}
            LogEntry.objects.log_actions(user.pk, Customer.objects.filter(pk__in=ids), CHANGE, told)

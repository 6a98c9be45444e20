"""The form of the preference page: what it offers, and what was changed on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import get_language_info, gettext

from orchestrator.tracking import preferences, why, wishes, words
from orchestrator.tracking.letter import Letter
from orchestrator.tracking.preferences import Place
from orchestrator.tracking.wishes import Asked


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch as it stands."""

    name: str
    on: bool
    topic: str
    text: str


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a choice, in words; `more` explains it in a sentence."""

    value: str
    text: str
    chosen: bool
    more: str = ""


def context(letter: Letter, customer: int, now: datetime) -> dict[str, object]:
    """Everything the page shows, as it stands now."""
    standing = wishes.read(customer, now)
    until = standing.paused_until
    return {
        "channels": _channels(letter, customer),
        "limits": _options(standing.own_limit, {value: str(text) for value, text in words.LIMITS.items()}),
        "personal": _personal(standing.personalization),
        "languages": _options(standing.language, {code: _language(code) for code in standing.languages}),
        "standing": standing,
        "paused_until": why.day(until) if until else "",
        "off": words.all_channels(letter),
        "objection": words.objection(),
        "why": why.read(letter, customer),
    }


def switched(request: HttpRequest) -> dict[Place, bool]:
    """What was switched on the page: a switch's position now, where it is not the one it was shown in.

    A page that lay open while consent was withdrawn elsewhere shows an old tick; saving it grants nothing.
    """
    ticked = set(request.POST.getlist("on"))
    was_on, was_off = set(request.POST.getlist("was_on")), set(request.POST.getlist("was_off"))
    changed = dict.fromkeys(was_on - ticked, False) | dict.fromkeys(was_off & ticked, True)
    return {(name.partition(":")[0], name.partition(":")[2]): on for name, on in changed.items()}


def asked(request: HttpRequest) -> Asked:
    """What else was changed on the page, likewise: a value that is not the one it was shown with."""
    given = {name: request.POST[name] for name in wishes.FIELDS if name in request.POST}
    return Asked({name: text for name, text in given.items() if text != request.POST.get(f"was_{name}")})


def _channels(letter: Letter, customer: int) -> list[dict[str, object]]:
    titles = words.topic_titles()
    return [
        {
            "title": words.channel_title(channel.channel),
            "switches": [
                Switch(":".join(place), on, place[1], words.switch(letter, *place, titles))
                for place, on in channel.places()
            ],
        }
        for channel in preferences.read(letter, customer)
    ]


def _options(chosen: str, texts: dict[str, str]) -> list[Option]:
    return [Option(value, text, value == chosen) for value, text in texts.items()]


def _personal(chosen: str) -> list[Option]:
    return [
        Option(value, str(text), value == chosen, str(more))
        for value, (text, more) in words.PERSONALIZATION.items()
    ]


def _language(code: str) -> str:
    """A language by its own name, which its speakers look for."""
    if not code:
        return gettext("not chosen")
    try:
        return str(get_language_info(code)["name_local"])
    except KeyError:
        return code

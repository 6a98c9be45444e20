"""OUTCOMES: whether what a step answered can be carried out, before anybody else's batch depends on it.

A plugin's answer is written together with those of hundreds of people who stand elsewhere. What no row can hold, or
what the journey does not know, would fail the transaction of them all; here it is found first, and only who stands
at the step waits. The answer is copied: whatever its plugin does to it later changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from orchestrator.domain.on_cap import ON_CAP
from orchestrator.sdk.steps import (
    Act,
    Awaited,
    Award,
    Change,
    Continue,
    Effect,
    Emit,
    Enter,
    Leave,
    Outcome,
    Park,
    Send,
    Start,
)

MOST_POINTS = 1_000_000
_NAME, _EVENT, _REASON, _WORDS, _PLAIN = 63, 100, 40, 200, 50_000  # characters, as wide as their columns


def sound(
    answer: object, templates: Collection[str], now: datetime, trusted: bool
) -> tuple[Outcome | None, str]:
    """What a step answered, or None with what is wrong with it; a copy of what one of a plugin's did.

    `templates`: those that the journey has; `trusted`: the step is of our own package.
    """
    if not isinstance(answer, Outcome):
        return None, f"its answer is a {type(answer).__name__}"
    if trusted:
        return answer, ""
    fault = next(_faults(answer, templates, now), "")
    return (None, fault) if fault else (deepcopy(answer), "")


def _faults(answer: Outcome, templates: Collection[str], now: datetime) -> Iterator[str]:
    match answer:
        case Continue():
            yield from _text("its note", answer.note, _WORDS * 10)
        case Enter():
            yield from _text("its arm", answer.arm, _NAME)
            yield from _text("its note", answer.note, _WORDS * 10)
        case Leave():
            yield from _text("its reason", answer.reason, _REASON)
        case Park():
            yield from _park(answer, now)
        case Send():
            yield from _send(answer, templates)
        case Act():
            yield from _act(answer)


def _park(park: Any, now: datetime) -> Iterator[str]:
    if not isinstance(park.until, datetime) or park.until.tzinfo is None:
        yield f"it waits until {park.until!r}, which is no moment with a time zone"
    elif park.until <= now:  # it would be asked again at once, for ever
        yield "it waits until a moment that is over"
    if not isinstance(park.awaited, list | tuple) or not all(
        isinstance(one, Awaited) for one in park.awaited
    ):
        yield "what it awaits is no tuple of Awaited"
        return
    for one in park.awaited:
        yield from _text("the event it awaits", one.event, _EVENT)
    yield from _text("its note", park.note, _WORDS * 10)


def _send(send: Send, templates: Collection[str]) -> Iterator[str]:
    yield from _text("its channel", send.channel, 31)
    yield from _text("its topic", send.topic, _NAME)
    if not isinstance(send.template, str) or send.template not in templates:
        yield f"it sends the template {send.template!r}, to which no step of the journey refers"
    if send.priority is not None and not _whole(send.priority, 0, 100):
        yield f"its priority is {send.priority!r}, not 0 to 100"
    if send.on_cap not in ("", *ON_CAP):
        yield f"its on_cap is {send.on_cap!r}, not one of {', '.join(ON_CAP)}"


def _act(act: Any) -> Iterator[str]:
    if not isinstance(act.effects, list | tuple):
        yield f"its effects are a {type(act.effects).__name__}"
        return
    for effect in act.effects:
        if isinstance(effect, Effect):
            yield from _effect(effect)
        else:
            yield f"one of its effects is a {type(effect).__name__}"
    yield from _text("its note", act.note, _WORDS * 10)


def _effect(effect: Effect) -> Iterator[str]:
    match effect:
        case Change():
            yield from _plain("the attributes it sets", effect.attributes)
            for tag in (*effect.add_tags, *effect.remove_tags):
                yield from _text("a tag", tag, _WORDS)
        case Emit():
            yield from _text("the event it records", effect.event, _EVENT)
            yield from _plain("its event's properties", effect.properties)
        case Award():
            yield from _text("why it awards points", effect.why, _EVENT)
            if not _whole(effect.points, -MOST_POINTS, MOST_POINTS):
                yield f"it awards {effect.points!r} points"
        case Start():
            yield from _text("the journey it starts", effect.journey, _NAME)
            yield from _text("the key it starts a journey with", effect.key, _EVENT)
            yield from _plain("the properties it starts a journey with", effect.properties)


def _text(what: str, value: Any, longest: int) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{what} is a {type(value).__name__}, not text"
    elif len(value) > longest:
        yield f"{what} has {len(value)} characters, more than {longest}"
    elif "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        yield f"{what} holds a character that no database can"


def _plain(what: str, value: Any) -> Iterator[str]:
    """Names with plain JSON: text, finite numbers, yes or no, lists, mappings."""
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        yield f"{what} are no names with values"
        return
    try:
        written = json.dumps(dict(value), allow_nan=False, ensure_ascii=False)
        written.encode()
    except (TypeError, ValueError, RecursionError) as error:
        yield f"{what} cannot be kept: {error}"
        return
    if "\\u0000" in written or len(written) > _PLAIN:
        yield f"{what} hold a character that no database can, or are longer than {_PLAIN} characters"


def _whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most

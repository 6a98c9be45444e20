"""WHAT COMES NEXT for somebody, in words: where they stand and wait, what follows in each case, and what is to open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orchestrator.customers.models import Customer
from orchestrator.domain.ahead import Way
from orchestrator.journeys.ahead import Inside, Onward, ahead
from orchestrator.journeys.models import EntryTimer, Journey, Launch
from orchestrator.studio import outline, rules, words
from orchestrator.studio.entered import raw_triggers
from orchestrator.studio.foreseen import Message, say_foreseen
from orchestrator.studio.letters import Letter, read_waiting
from orchestrator.studio.links import url_of
from orchestrator.studio.numbers import grouped
from orchestrator.studio.passage import say_waiting
from orchestrator.studio.titles import title_of, titled

MOST_STEPS = 4  # of a way; what lies behind them is told when they come nearer


@dataclass(frozen=True, slots=True)
class Case:
    """A way on: when it is taken, what follows, and what would become of its message as of now."""

    arm: str
    when: str
    then: str
    ends: bool
    message: Message | None

    @property
    def text(self) -> str:
        """All of it in one sentence, and one more for the message."""
        told = words.stopped(f"{self.when}: {self.then}")
        return f"{told} {self.message.text}" if self.message else told


@dataclass(frozen=True, slots=True)
class Stands:
    """A passage they are in. `waiting`: its messages that are not final."""

    enrollment: int
    journey: str
    title: str
    url: str
    step: str
    does: str
    since: datetime | None
    until: datetime | None
    awaits: str
    held_out: bool
    text: str
    out_url: str
    waiting: tuple[Letter, ...]
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """A journey that time will open for them: by their own timer, or by a launch that means them."""

    code: str
    journey: str
    title: str
    url: str
    at: datetime | None
    text: str


@dataclass(frozen=True, slots=True)
class Next:
    """All of it; `text` says it in one sentence."""

    text: str
    passages: tuple[Stands, ...]
    openings: tuple[Opening, ...]


def read_next(customer: Customer, now: datetime) -> Next:
    """What comes next, as of now; nothing is written. A fixed number of queries, and one for each launch to come."""
    found = ahead(customer, now)
    ids = {one.row.journey_id for one in found.passages} | {one.journey_id for one in found.timers}
    ids |= {one.journey_id for one in found.launches}
    journeys = {one.pk: one for one in titled(Journey.objects.filter(pk__in=ids)).select_related("current")}
    letters = read_waiting(customer.pk, now) if found.passages else {}
    passages = tuple(_stands(one, journeys, letters, customer.external_id) for one in found.passages)
    openings = (*_timers(found.timers, journeys, now), *_launches(found.launches, journeys, now))
    return Next(_headline(passages, openings), passages, openings)


def _headline(passages: tuple[Stands, ...], openings: tuple[Opening, ...]) -> str:
    if passages:
        told = ngettext("Inside %(count)s journey.", "Inside %(count)s journeys.", len(passages))
        return told % {"count": grouped(len(passages))}
    return _("Inside no journey; time will open one.") if openings else _("Nothing is on its way to them.")


def by_hand_url(journey_id: int, external_id: str | None, act: str) -> str:
    """The journey's page on which this person is let in or taken out; "" for one without an external id."""
    if not external_id:
        return ""
    asked = urlencode({"act": act, "ids": external_id})
    return f"{reverse('admin:journeys_journey_people', args=[journey_id])}?{asked}"


def _stands(
    one: Inside,
    journeys: Mapping[int, Any],
    letters: Mapping[tuple[int, str, int], list[Letter]],
    external_id: str | None,
) -> Stands:
    row, journey = one.row, journeys.get(one.row.journey_id)
    definition = row.version.definition if one.live is not None else {}
    does = outline.sentences(definition)
    return Stands(
        row.pk,
        journey.key if journey else "",
        title_of(journey) if journey else f"#{row.journey_id}",
        url_of("journeys_enrollment", row.pk),
        row.step,
        does[row.step].text if row.step in does else words.spaced(row.step),
        row.arrived_at,
        row.due_at,
        row.awaits,
        row.held_out,
        _where(one, journey),
        by_hand_url(row.journey_id, external_id, "remove"),
        tuple(letters.get((row.pk, row.step, row.visit), ())),
        tuple(_case(row, onward, does) for onward in one.ways),
    )


def _where(one: Inside, journey: Any) -> str:
    told = say_waiting(one.row)
    if one.live is None:
        told += "; " + _("the journey needs a plugin that is not here")
    if journey is not None and journey.status == Journey.Status.PAUSED:
        told += "; " + _("the journey is paused: nobody moves on until it is resumed")
    if one.row.held_out:
        told += "; " + _("held out: they pass through and get nothing, to measure what messages earn")
    return words.stopped(told)


def _case(row: Any, onward: Onward, does: Mapping[str, outline.Row]) -> Case:
    way = onward.way
    message = say_foreseen(onward.message) if onward.message is not None else None
    return Case(way.arm, _when(row, way), _then(way, does), way.ends, message)


def _when(row: Any, way: Way) -> str:
    until = {"when": words.moment(row.due_at)}
    if way.arm == "then":
        return _("If it happens")
    if way.arm == "otherwise":
        return _("If it has not happened by %(when)s") % until if row.due_at else _("Otherwise")
    if way.arm == "capped":
        return _("If a cap is full")
    if way.arm:
        return _("In the arm “%(arm)s”") % {"arm": words.spaced(way.arm)}
    if row.sending:
        return _("Once the message is final")
    return _("On %(when)s") % until if row.due_at else _("Then")


def _then(way: Way, does: Mapping[str, outline.Row]) -> str:
    """ "Wait 2 days → Send “nudge” by SMS"; the end of the journey where nothing is left to do."""
    steps = way.steps[:MOST_STEPS]
    told = [does[step].text if step in does else words.spaced(step) for step in steps]
    if len(way.steps) > MOST_STEPS:
        told.append(does[way.steps[-1]].text if way.sends and way.steps[-1] in does else "…")
    if way.ends:
        told.append(_("the journey ends"))
    return " → ".join(told)


def _timers(timers: tuple[EntryTimer, ...], journeys: Mapping[int, Any], now: datetime) -> Iterator[Opening]:
    for timer in timers:
        journey = journeys.get(timer.journey_id)
        if journey is None:
            continue
        rule = _trigger(journey, timer.trigger)
        told = {"when": words.moment(timer.due_at), "journey": title_of(journey), "rule": rule}
        if timer.part:
            told["rule"] += f" ({timer.part})"
        text = _("On %(when)s “%(journey)s” looks whether to let them in: %(rule)s") % told
        yield _opening("timer", journey, timer.due_at, text)


def _launches(launches: tuple[Launch, ...], journeys: Mapping[int, Any], now: datetime) -> Iterator[Opening]:
    for launch in launches:
        journey = journeys.get(launch.journey_id)
        if journey is None:
            continue
        told = {"when": words.moment(launch.opens_at), "journey": title_of(journey)}
        if launch.state == Launch.State.RUNNING:
            text = _("“%(journey)s” is being launched since %(when)s, and means them as they are now") % told
        else:
            text = _("“%(journey)s” is launched on %(when)s, and means them as they are now") % told
        yield _opening("launch", journey, launch.opens_at, text)


def _opening(code: str, journey: Any, at: datetime | None, text: str) -> Opening:
    url = url_of("journeys_journey", journey.pk)
    return Opening(code, journey.key, title_of(journey), url, at, words.stopped(text))


def _trigger(journey: Any, place: int) -> str:
    written = raw_triggers(journey.current.definition) if journey.current is not None else []
    return rules.say_trigger(written[place]) if place < len(written) else "–"

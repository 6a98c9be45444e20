"""What a simulation says, in the reader's words: the sentence first, then volume, what stood in the way, and whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orchestrator.customers.models import Customer
from orchestrator.journeys.models import Journey, Simulation
from orchestrator.journeys.simulation.forecast import AGAIN
from orchestrator.studio import amounts, assumed, small, what_if, words
from orchestrator.studio.cells import Cells, charted
from orchestrator.studio.links import url_of
from orchestrator.studio.numbers import grouped

Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of a chart: its name, its number, its length against the longest in hundredths, and what it is made of.

    `whom`: some people it is about, with their pages. `band`: it lies in what the chart is about, such as quiet hours;
    `parts` says so in words.
    """

    name: str
    shown: str
    share: int
    parts: str = ""
    whom: tuple[tuple[str, str], ...] = ()
    band: bool = False


@dataclass(frozen=True, slots=True)
class Walk:
    """One person's way, moment by moment."""

    name: str
    url: str
    ended: str
    moments: list[tuple[str, str, str]]


def page(one: Simulation, named: bool = True) -> dict[str, Any]:
    """All that the page of a finished simulation shows; `named`: whether this reader may see who it is about."""
    told: Told = one.told
    if not told:
        return {"simulation": one}
    return {
        "simulation": one,
        "headline": headline(told),
        "rest": list(_rest(told)),
        "days": _bars(told["by_day"], _day),
        "hours": _bars(told["by_hour"], lambda when: f"{when}:00"),
        "holds": _reasons(told["holds"], named),
        "losses": _reasons(told["losses"], named),
        "collisions": list(_collisions(told["collisions"])),
        "walks": _walks(told["examples"]) if named else [],
    }


def asked(one: Simulation) -> str:
    """ "the last 30 days + other journeys, the cap “a week” is 3"."""
    if one.question == Simulation.Question.FORECAST:
        days = ngettext("the next %(days)s day", "the next %(days)s days", one.days) % {"days": one.days}
    else:
        days = ngettext("the last day", "the last %(days)s days", one.days) % {"days": one.days}
    beside = f" + {_('other journeys')}" if one.beside else ""
    return ", ".join([days + beside, *what_if.told(one.changed)])


def finished(journey_id: int, written: str) -> Simulation | None:
    """The journey's simulation of this number, as an address names it, if it has said something."""
    if not (written.isascii() and written.isdecimal() and len(written) < 19):
        return None
    found = Simulation.objects.filter(
        pk=int(written), journey=journey_id, state=Simulation.State.DONE
    ).first()
    return found if found is not None and found.told else None


def headline(told: Told) -> str:
    """ "In these 30 days 4,310 people would have entered and got 9,120 messages." """
    people = ngettext(
        "%(count)s person would have entered", "%(count)s people would have entered", told["entered_people"]
    ) % {"count": grouped(told["entered_people"])}
    sent = ngettext(
        "%(count)s message would have gone out", "%(count)s messages would have gone out", told["sent"]
    )
    sent %= {"count": grouped(told["sent"])}
    whole = _("%(people)s of the %(known)s you know, and %(sent)s, to %(receivers)s of them.") % {
        "people": people,
        "known": grouped(told["people"]),
        "sent": sent,
        "receivers": grouped(told["sent_people"]),
    }
    return whole[:1].upper() + whole[1:]


def _rest(told: Told) -> Iterator[str]:
    """What else a reader should know before the charts."""
    span = {"begins": _when(told["begins"]), "ends": _when(told["ends"])}
    if told.get("question") == "forecast":
        yield (
            _(
                "A forecast from %(begins)s to %(ends)s: the days before come again, on today's attributes and consents, and"
                " their newcomers as people you do not know yet."
            )
            % span
        )
        yield from assumed.lines(told["assumed"])
    else:
        yield _("It was lived from %(begins)s to %(ends)s, as those days happened.") % span
    if told["sent"]:
        yield _("Nobody would have got more than %(most)s of its messages.") % {"most": told["most_for_one"]}
    if told["held_out"]:
        yield _("Kept back to measure: %(count)s.") % {"count": grouped(told["held_out"])}
    if told["cost"] is not None:
        cost = amounts.shown(Decimal(told["cost"]), told["currency"])
        yield _("Its messages would have cost %(cost)s.") % {"cost": cost}
    if told.get("parts") and any(one["channel"] == "sms" for one in told["by_day"]):
        yield _("In SMS that would have been %(count)s parts.") % {"count": grouped(told["parts"])}
    yield from assumed.limits(told)


def _bars(volumes: Sequence[Mapping[str, Any]], name: Any) -> list[Bar]:
    by: dict[str, dict[str, int]] = defaultdict(dict)
    for one in volumes:
        by[one["when"]][one["channel"]] = one["messages"]
    told = charted(by)
    return [
        Bar(name(when), told.say(when), told.length(when, by), _channels(told, when, counts))
        for when, counts in by.items()
    ]


def _channels(told: Cells, when: str, counts: Mapping[str, int]) -> str:
    return ", ".join(f"{words.channel(name)} {told.say((when, name))}" for name in sorted(counts))


def _reasons(reasons: Sequence[Mapping[str, Any]], named: bool) -> list[Bar]:
    names = _names(person for one in reasons if named for person in one.get("whom", ()))
    longest = max((one["people"] for one in reasons), default=0)
    return [
        Bar(
            words.reason(one["reason"] or one["outcome"]),
            words.people(one["people"]),
            0 if small.hidden(one["people"]) else _share(one["people"], longest),
            ngettext("%(count)s message", "%(count)s messages", small.plural(one["messages"]))
            % {"count": grouped(one["messages"])},
            tuple(_person(person, names) for person in one.get("whom", ()) if named),
        )
        for one in reasons
    ]


def _share(count: int, longest: int) -> int:
    return round(100 * count / longest) if longest else 0


def _collisions(collisions: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    keys = {one[side] for one in collisions for side in ("yields", "to")}
    titles = dict(Journey.objects.filter(key__in=keys).values_list("key", "title"))
    for one in collisions:
        told = {
            "yields": titles.get(one["yields"], one["yields"]),
            "to": titles.get(one["to"], one["to"]),
            "count": grouped(one["messages"]),
            "reason": words.reason(one["reason"]),
        }
        yield _("%(count)s of “%(yields)s” gave way to “%(to)s”: %(reason)s") % told


def _walks(examples: Sequence[Mapping[str, Any]]) -> list[Walk]:
    names = _names(one["person"] for one in examples)
    return [
        Walk(
            *_person(one["person"], names),
            words.reason(one["reason"]) if one["reason"] else words.outcome(one["status"]),
            [_moment(happened) for happened in one["happened"]],
        )
        for one in examples
    ]


def _names(people: Iterable[int]) -> dict[int, str]:
    """By their real ids: of a newcomer in a forecast, the one they are like."""
    ids = {person % AGAIN for person in people}
    return {one.pk: str(one) for one in Customer.objects.filter(pk__in=ids)}


def _person(person: int, names: Mapping[int, str]) -> tuple[str, str]:
    """How they are called, and their page, "" where there is none any more."""
    real = person % AGAIN
    if real not in names:
        return f"#{real}", ""
    name = names[real] if person == real else _("somebody new, like %(name)s") % {"name": names[real]}
    return name, url_of("customers_customer", real)


def _moment(happened: Mapping[str, Any]) -> tuple[str, str, str]:
    if happened["channel"]:
        what = f"{words.channel(happened['channel'])}: {words.reason(happened['reason'] or happened['what'])}"
    else:
        what = words.step_outcome(happened["what"])
    return _when(happened["at"]), happened["step"], what


def _when(written: str) -> str:
    return words.moment(datetime.fromisoformat(written))


def _day(written: str) -> str:
    return str(formats.date_format(date.fromisoformat(written), "SHORT_DATE_FORMAT"))

"""What a simulation says, in the reader's words: the sentence first, then volume, what stood in the way, and whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orchestrator.customers.models import Customer
from orchestrator.journeys.models import Journey, Simulation
from orchestrator.studio import amounts, words
from orchestrator.studio.links import url_of
from orchestrator.studio.numbers import grouped

Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of a chart: its name, its number, its length against the longest in hundredths, and what it is made of."""

    name: str
    shown: str
    share: int
    parts: str = ""


@dataclass(frozen=True, slots=True)
class Walk:
    """One person's way, moment by moment."""

    name: str
    url: str
    ended: str
    moments: list[tuple[str, str, str]]


def page(one: Simulation) -> dict[str, Any]:
    """All that the page of a finished simulation shows."""
    told: Told = one.told
    if not told:
        return {"simulation": one}
    return {
        "simulation": one,
        "headline": headline(told),
        "rest": list(_rest(told)),
        "days": _bars(told["by_day"], _day),
        "hours": _bars(told["by_hour"], lambda when: f"{when}:00"),
        "holds": _reasons(told["holds"]),
        "losses": _reasons(told["losses"]),
        "collisions": list(_collisions(told["collisions"])),
        "walks": _walks(told["examples"]),
    }


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
    yield _("It was lived from %(begins)s to %(ends)s, as those days happened.") % span
    if told["sent"]:
        yield _("Nobody would have got more than %(most)s of its messages.") % {"most": told["most_for_one"]}
    if told["held_out"]:
        yield _("Kept back to measure: %(count)s.") % {"count": grouped(told["held_out"])}
    if told["cost"] is not None:
        cost = amounts.shown(Decimal(told["cost"]), told["currency"])
        yield _("Its messages would have cost %(cost)s.") % {"cost": cost}
    for one in told["busiest"]:
        yield _("In its fullest hour %(provider)s would have been given %(count)s messages (%(when)s).") % {
            "provider": one["provider"],
            "count": grouped(one["messages"]),
            "when": _when(one["at"]),
        }


def _bars(volumes: Sequence[Mapping[str, Any]], name: Any) -> list[Bar]:
    by: dict[str, dict[str, int]] = defaultdict(dict)
    for one in volumes:
        by[one["when"]][one["channel"]] = one["messages"]
    longest = max((sum(counts.values()) for counts in by.values()), default=0)
    return [
        Bar(
            name(when),
            grouped(sum(counts.values())),
            _share(sum(counts.values()), longest),
            _channels(counts),
        )
        for when, counts in by.items()
    ]


def _channels(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{words.channel(name)} {grouped(count)}" for name, count in sorted(counts.items()))


def _reasons(reasons: Sequence[Mapping[str, Any]]) -> list[Bar]:
    longest = max((one["people"] for one in reasons), default=0)
    return [
        Bar(
            words.reason(one["reason"] or one["outcome"]),
            words.people(one["people"]),
            _share(one["people"], longest),
            ngettext("%(count)s message", "%(count)s messages", one["messages"])
            % {"count": grouped(one["messages"])},
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
    names = {one.pk: str(one) for one in Customer.objects.filter(pk__in=[one["person"] for one in examples])}
    return [
        Walk(
            names.get(one["person"], f"#{one['person']}"),
            url_of("customers_customer", one["person"]) if one["person"] in names else "",
            words.reason(one["reason"]) if one["reason"] else words.outcome(one["status"]),
            [_moment(happened) for happened in one["happened"]],
        )
        for one in examples
    ]


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

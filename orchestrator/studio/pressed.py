"""The page "Pressure": how much people got lately, who is at a cap, what another cap would do, and at what hours we write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orchestrator.customers.models import Customer
from orchestrator.domain.cells import Sum
from orchestrator.domain.frequency import CapRule, Counted
from orchestrator.domain.outbox import State
from orchestrator.domain.pressure import (
    MOST,
    SAMPLE,
    Hour,
    Pressure,
    by_hour,
    lately,
    more_held,
    sample,
    under,
)
from orchestrator.messaging.limits import cap_rule, quiet_hours
from orchestrator.messaging.models import FrequencyCap, Message, QuietHoursRule
from orchestrator.messaging.past import counted as past_counted
from orchestrator.studio import words
from orchestrator.studio.cells import cells, listed, parted
from orchestrator.studio.links import url_of
from orchestrator.studio.numbers import grouped
from orchestrator.studio.rules import say_duration
from orchestrator.studio.simulated import Bar
from orchestrator.workspace.models import Workspace

LONGEST = timedelta(days=32)  # a calendar month
NEWEST_MESSAGES = 20_000
MOST_RULES = 20
MOST_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Cap:
    """A cap as it stands: who is at it, and what another number would do, where one was asked about."""

    id: int
    name: str
    url: str
    rule: str
    at_it: str
    limit: int
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Quiet hours: what left in them, and the day by hours."""

    id: int
    name: str
    url: str
    sentence: str
    bars: list[Bar]


def read(asked: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """All that the page shows. `asked`: `cap` and `limit`, of what is being tried. Nine queries at most."""
    people, sampled = _people()
    counted = _counted(people, now)
    week, month = lately(counted, now, 7), lately(counted, now, 30)
    caps = list(FrequencyCap.objects.filter(enabled=True).select_related("topic").order_by("id")[:MOST_RULES])
    zone = ZoneInfo(Workspace.get().time_zone)
    return {
        "people": words.people(week.people),
        "sampled": sampled,
        "sentence": _sentence(week),
        "week": _bars(week),
        "month": _bars(month),
        "caps": [_cap(one, under(_rule(one), counted, now, zone), asked) for one in caps],
        "quiets": _quiets(now),
    }


def _people() -> tuple[list[int], bool]:
    """The customers that are looked at: all, or some spread evenly over all; and whether there are more."""
    living = Customer.objects.filter(erased_at=None, merged_into=None)
    # Few may have high numbers with gaps between them: they are all taken, and no number is guessed.
    few = list(living.order_by("id").values_list("id", flat=True)[: SAMPLE + 1])
    if len(few) <= SAMPLE:
        return few, False
    newest = Customer.objects.aggregate(newest=Max("id"))["newest"] or 0
    return list(living.filter(id__in=list(sample(newest))).values_list("id", flat=True)), True


def _counted(people: Sequence[int], now: datetime) -> list[list[Counted]]:
    """What the gate counts of each person, by the index that it counts by."""
    found: dict[int, list[Counted]] = {one: [] for one in people}
    rows: Any = Message.objects.filter(
        customer_id__in=people, counted_at__gt=now - LONGEST, counts_toward_caps=True
    ).values_list("customer_id", "counted_at", "channel", "topic", "brand_id")
    for customer, at, channel, topic, brand in rows:
        found[customer].append(Counted(at, channel, topic, str(brand)))
    for customer, one in past_counted(people, now - LONGEST):
        found[customer].append(one)
    return list(found.values())


def _rule(cap: FrequencyCap) -> CapRule:
    topic = cap.topic.key if cap.topic else None
    calendar: Any = cap.calendar
    return cap_rule(cap.name, cap.limit, cap.rolling, calendar, cap.channels, topic, cap.brand_id)


def _sentence(week: Pressure) -> str:
    some = parted(week.at_least(1), week.people)
    told = {
        "some": words.people(week.at_least(1)) if "part" not in some.gone else _("some people"),
        "share": some.share("part", "whole"),
        "messages": grouped(week.messages),
    }
    return _("In the last 7 days %(some)s (%(share)s) got %(messages)s marketing messages.") % told


def _bars(pressure: Pressure) -> list[Bar]:
    """From none to the most anybody got."""
    if not pressure.people:
        return []
    bars = pressure.bars()
    counts: dict[Any, int] = dict(bars)
    counts |= {"all": pressure.people, "some": pressure.at_least(1)}
    names = [count for count, _people in bars]
    sums = [Sum("all", tuple(names)), Sum("some", tuple(count for count in names if count))]
    told = cells(counts, sums)
    return [Bar(_name(one), told.say(one), told.length(one, names), told.share(one, "all")) for one in names]


def _name(count: int) -> str:
    if count == MOST:
        return _("%(count)s or more") % {"count": MOST}
    return ngettext("%(count)s message", "%(count)s messages", count) % {"count": count}


def _cap(cap: FrequencyCap, pressure: Pressure, asked: Mapping[str, str]) -> Cap:
    at_it = pressure.at_least(cap.limit)
    parts = parted(at_it, pressure.people)
    told = {
        "people": words.people(at_it) if "part" not in parts.gone else _("some people"),
        "of": parts.say("whole"),
        "share": parts.share("part", "whole"),
    }
    said = _("%(people)s of %(of)s are at it now: %(share)s.") % told
    tried = asked.get("limit", "") if asked.get("cap") == str(cap.pk) else ""
    limit = int(tried) if tried.isascii() and tried.isdecimal() and len(tried) < 6 else 0
    answer = _answer(cap, pressure, limit) if 1 <= limit <= MOST_LIMIT else ""
    return Cap(
        cap.pk,
        cap.name,
        url_of("messaging_frequencycap", cap.pk),
        _said(cap),
        said,
        limit or cap.limit,
        answer,
    )


def _answer(cap: FrequencyCap, pressure: Pressure, limit: int) -> str:
    told = {
        "instead": limit,
        "limit": cap.limit,
        "window": _window(cap),
        "messages": grouped(pressure.messages),
        "more": grouped(more_held(pressure, cap.limit, limit)),
        "people": words.people(pressure.at_least(cap.limit)),
    }
    if limit == cap.limit:
        return _("That is what it is now.")
    if limit < cap.limit:
        return (
            _(
                "With %(instead)s instead of %(limit)s in %(window)s, %(more)s more of %(messages)s messages would have been "
                "held."
            )
            % told
        )
    return _("With %(instead)s instead of %(limit)s in %(window)s, %(people)s could have got more.") % told


def _said(cap: FrequencyCap) -> str:
    """ "at most 3 messages in any 7 days"."""
    count = ngettext("%(count)s message", "%(count)s messages", cap.limit) % {"count": cap.limit}
    return _("at most %(messages)s in %(window)s") % {"messages": count, "window": _window(cap)}


def _window(cap: FrequencyCap) -> str:
    if cap.calendar:
        return _("each %(window)s") % {"window": cap.get_calendar_display()}
    return _("any %(window)s") % {"window": say_duration(cap.rolling)}


def _quiets(now: datetime) -> list[Quiet]:
    """Each rule with what left on its channel, on the clocks of those who got it."""
    rules = list(QuietHoursRule.objects.filter(enabled=True).order_by("id")[:MOST_RULES])
    newest = Message.objects.aggregate(newest=Max("id"))["newest"] or 0
    rows: Any = Message.objects.filter(
        id__gt=newest - NEWEST_MESSAGES,
        state=State.ACCEPTED,
        final_at__gte=now - timedelta(days=30),
        test=False,
    ).values_list("channel", "purpose", "zone", "final_at")
    walls: dict[tuple[str, str], list[datetime]] = {}
    zones: dict[str, ZoneInfo] = {}
    ours = Workspace.get().time_zone
    for channel, purpose, name, at in rows if rules else ():
        zone = zones.setdefault(name, ZoneInfo(name or ours))
        walls.setdefault((channel, purpose), []).append(at.astimezone(zone).replace(tzinfo=None))
    return [_quiet(one, walls.get((one.channel, one.purpose), [])) for one in rules]


def _quiet(row: QuietHoursRule, walls: Sequence[datetime]) -> Quiet:
    hours = by_hour(walls, quiet_hours(row.ranges, row.holidays))
    sent, inside = sum(one.messages for one in hours), sum(one.quiet for one in hours)
    told = {"channel": words.channel(row.channel), "sent": grouped(sent), "inside": grouped(inside)}
    sentence = (
        _("%(channel)s: %(inside)s of %(sent)s messages of the last 30 days left in quiet hours.") % told
    )
    sentence = sentence[:1].upper() + sentence[1:]
    by: dict[Any, int] = {one.hour: one.messages for one in hours}
    shown = listed(by)
    bars = [
        Bar(
            f"{one.hour:02}:00",
            shown.say(one.hour),
            shown.length(one.hour, by),
            _band(one),
            band=one.days > 0,
        )
        for one in hours
    ]
    return Quiet(row.pk, row.name, url_of("messaging_quiethoursrule", row.pk), sentence, bars)


def _band(hour: Hour) -> str:
    if hour.days == 7:
        return _("quiet")
    if not hour.days:
        return ""
    return ngettext("quiet on %(count)s day a week", "quiet on %(count)s days a week", hour.days) % {
        "count": hour.days
    }

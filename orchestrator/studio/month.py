"""The calendar's page: a month as weeks, each day in a few words, and one day in full."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from orchestrator.domain.quiet import names_of_holidays
from orchestrator.journeys.models import Launch
from orchestrator.studio import small, words
from orchestrator.studio.cells import Cells, charted
from orchestrator.studio.links import url_of
from orchestrator.studio.numbers import grouped
from orchestrator.studio.planned import Coming, Planned, read
from orchestrator.studio.titles import titles_of
from orchestrator.workspace.models import Workspace

_MONTH, _DAY = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])"), re.compile(r"20\d\d-\d\d-\d\d")
_MOST_LINES = 4


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a day: what goes out, and the page behind it ("" where there is none). `estimate`: nobody knows yet."""

    text: str
    url: str = ""
    estimate: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the month, or one around it. `short`: what its cell says; `more` lines are left out."""

    on: date
    name: str
    url: str
    inside: bool
    today: bool
    chosen: bool
    holiday: str
    short: list[Line]
    more: int


def page(request: HttpRequest, context: dict[str, Any], now: datetime) -> HttpResponse:
    """The month that is asked for, else this one; below it the day that is asked for."""
    today = timezone.localtime(now).date()
    chosen = _day(request.GET.get("day", ""))
    first = _month(request.GET.get("month", "")) or (chosen or today).replace(day=1)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    seen = read(first, last, now)
    titles = titles_of(seen.keys)
    holidays = names_of_holidays(Workspace.get().country, first.year, (get_language() or "en")[:2])
    context |= {
        "title": _("Calendar"),
        "month": formats.date_format(first, "YEAR_MONTH_FORMAT"),
        "before": f"{first - timedelta(days=1):%Y-%m}",
        "after": f"{last + timedelta(days=1):%Y-%m}",
        "weekdays": [(WEEKDAYS_ABBR[number], WEEKDAYS[number]) for number in range(7)],
        "weeks": [
            [_shown(on, first, today, chosen, holidays, seen, titles) for on in week]
            for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
        ],
        "more": seen.more,
    }
    if chosen is not None and first <= chosen <= last:
        context |= {
            "chosen": formats.date_format(chosen, "DATE_FORMAT"),
            "holiday": holidays.get(chosen, ""),
            "lines": list(_lines(chosen, seen, titles)),
        }
    return TemplateResponse(request, "studio/calendar.html", context)


def _shown(
    on: date,
    first: date,
    today: date,
    chosen: date | None,
    holidays: Any,
    seen: Planned,
    titles: dict[str, str],
) -> Day:
    inside = (on.year, on.month) == (first.year, first.month)
    lines = list(_short(on, seen, titles)) if inside else []
    url = f"{reverse('admin:journeys_journey_calendar')}?month={first:%Y-%m}&day={on}#day"
    name = formats.date_format(on, "DATE_FORMAT")
    holiday = holidays.get(on, "") if inside else ""
    shown, more = lines[:_MOST_LINES], max(0, len(lines) - _MOST_LINES)
    return Day(on, name, url, inside, on == today, on == chosen, holiday, shown, more)


def _short(on: date, seen: Planned, titles: dict[str, str]) -> Iterator[Line]:
    """The launches by name, then messages by channel, then what nobody knows yet."""
    for one in seen.launches:
        if one.on == on:
            yield Line(_launch(one, titles), estimate=one.guess)
    told, by = _told(on, seen)
    for channel in sorted(by):
        yield Line(f"{words.channel(channel)} {told.say(channel)}")
    for counts, say in ((seen.passages, _passing), (seen.timers, _firing)):
        people = sum(count for (day, _channel, _key), count in counts.items() if day == on)
        if people:
            yield Line(say(people), estimate=True)


def _lines(on: date, seen: Planned, titles: dict[str, str]) -> Iterator[Line]:
    """All of a day, each with its journey."""
    for one in seen.launches:
        if one.on == on:
            yield Line(_launch(one, titles), _url(one), one.guess)
    shown, by = _told(on, seen)
    for channel, of in sorted(by.items()):
        for key, count in sorted(of.items()):
            said = shown.say((channel, key))
            told = {"journey": titles[key], "channel": words.channel(channel), "count": said}
            text = ngettext(
                "%(journey)s: %(count)s message planned by %(channel)s",
                "%(journey)s: %(count)s messages planned by %(channel)s",
                small.LEAST if (channel, key) in shown.gone else count,
            )
            yield Line(text % told, reverse("admin:messaging_message_changelist") + f"?q={key}")
    for counts, say in ((seen.passages, _passing), (seen.timers, _firing)):
        for (day, _channel, key), count in sorted(counts.items()):
            if day == on:
                yield Line(f"{titles[key]}: {say(count)}", estimate=True)


def _told(on: date, seen: Planned) -> tuple[Cells, dict[str, dict[str, int]]]:
    """A day's messages by channel and journey: the grid tells the sums of what the day tells one by one."""
    by: dict[str, dict[str, int]] = {}
    for (day, channel, key), count in seen.messages.items():
        if day == on:
            by.setdefault(channel, {})[key] = count
    return charted(by), by


def _launch(one: Coming, titles: dict[str, str]) -> str:
    told = {"journey": titles[one.key], "by": ", ".join(words.channel(code) for code in one.channels)}
    name = _("%(journey)s (%(by)s)") % told if one.channels else told["journey"]
    state = "" if one.state in ("planned", "done") else f", {Launch.State(one.state).label}"
    if one.people is None:
        return _("%(launch)s: nobody knows yet to how many") % {"launch": name} + state
    told = {"launch": name, "people": words.people(one.people)}
    return (
        _("%(launch)s: as last time, %(people)s") if one.guess else _("%(launch)s: %(people)s")
    ) % told + state


def _url(one: Coming) -> str:
    return url_of("journeys_launch", one.launch) if one.launch else ""


def _passing(count: int) -> str:
    return ngettext(
        "%(count)s person reaches their next step",
        "%(count)s people reach their next step",
        small.plural(count),
    ) % {"count": grouped(count)}


def _firing(count: int) -> str:
    return ngettext("%(count)s person may enter", "%(count)s people may enter", small.plural(count)) % {
        "count": grouped(count)
    }


def _month(written: str) -> date | None:
    found = _MONTH.fullmatch(written)
    return date(int(found[1]), int(found[2]), 1) if found else None


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if _DAY.fullmatch(written) else None
    except ValueError:
        return None

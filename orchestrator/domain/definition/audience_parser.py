"""From a tree to an audience, a schedule, a segment's door or a call."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from typing import Any, TypeVar

from orchestrator.domain.definition.audiences import (
    CUSTOMER,
    ApiTrigger,
    AudienceTrigger,
    ScheduleTrigger,
    SegmentTrigger,
)
from orchestrator.domain.definition.problems import listed, shown
from orchestrator.domain.definition.reading import (
    PROPERTY,
    Spot,
    choice,
    clock,
    duration,
    integer,
    key_of,
    lacks,
    percent,
)
from orchestrator.domain.definition.rule_parser import RuleContext, parse_rule
from orchestrator.domain.definition.rules import AllOf, InSegment, Not, Rule
from orchestrator.domain.schedules import MOST_PERIODS, WEEKDAYS, Recurrence
from orchestrator.domain.waves import MEASURES, MOST_WAVES, Pace
from orchestrator.domain.zones import find_zone

WHO = ("segment", "who", "except")
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]((?:[01][0-9]|2[0-3]):[0-5][0-9])", re.ASCII)
_EVERY = re.compile(r"(?:([0-9]{1,2}) )?(day|week|month)s?", re.ASCII)
_MOST_DAYS = 31
T = TypeVar("T")


def parse_audience(spot: Spot, context: RuleContext) -> AudienceTrigger | None:
    """`{segment: club, except: {segment: staff}, at: "2026-03-09 10:00", zone: customer, pace: {…}}`."""
    spots = spot.fields([*WHO, "at", "zone", "pace", "as"], "`audience`")
    if spots is None or lacks(spot, spots, "at", "`audience`"):
        return None
    if not {"segment", "who"} & set(spots):
        what = "`audience` does not say who it is"
        spot.refuse("missing_field", what, "Add `segment`, or `who` with a rule.", key=True)
        return None
    who, moment = _who(spots, context), _moment(spots["at"])
    zone = _read(spots, "zone", _zone, "")
    pace = _read(spots, "pace", parse_pace, None)
    name = _read(spots, "as", lambda one: key_of(one, "a name"), "audience")
    if who is None or moment is None or zone is None or name is None:
        return None
    return AudienceTrigger(who, *moment, zone, pace, name)


def parse_schedule(spot: Spot, context: RuleContext) -> ScheduleTrigger | None:
    """`{every: 2 weeks, on: [monday], at: "10:00", zone: customer, segment: club}`."""
    spots = spot.fields([*WHO, "every", "on", "at", "from", "until", "zone", "as"], "`schedule`")
    if spots is None or lacks(spot, spots, "every", "`schedule`"):
        return None
    recurrence = _recurrence(spot, spots)
    at = _read(spots, "at", clock, time(9))
    zone = _read(spots, "zone", _zone, "")
    name = _read(spots, "as", lambda one: key_of(one, "a name"), "schedule")
    who = _who(spots, context) if set(WHO) & set(spots) else None
    if recurrence is None or at is None or zone is None or name is None:
        return None
    return ScheduleTrigger(recurrence, at, who, zone, name)


def parse_segment(spot: Spot, context: RuleContext) -> SegmentTrigger | None:
    """`{enters: vip}` or `{leaves: vip}`."""
    spots = spot.fields(["enters", "leaves"], "`segment`")
    if spots is None:
        return None
    if len(spots) != 1:
        what = "`segment` needs `enters` or `leaves`, one of them"
        spot.refuse("bad_segment", what, "Write `segment: {enters: vip}`.")
        return None
    ((word, inner),) = spots.items()
    segment = key_of(inner, "a segment's key")
    return SegmentTrigger(segment, word == "enters") if segment else None


def parse_api(spot: Spot, context: RuleContext) -> ApiTrigger | None:
    """`order_confirmed`, or `{name: order_confirmed, requires: [order_id]}`."""
    if not isinstance(spot.node.value, dict):
        name = key_of(spot, "the name of a call")
        return ApiTrigger(name) if name else None
    spots = spot.fields(["name", "requires"], "`api`") or {}
    if lacks(spot, spots, "name", "`api`"):
        return None
    name = key_of(spots["name"], "the name of a call")
    items = spots["requires"].items("`requires`") if "requires" in spots else []
    requires = [_property(item) for item in items or ()]
    return ApiTrigger(name, tuple(one for one in requires if one)) if name else None


def parse_pace(spot: Spot) -> Pace | None:
    """`{waves: [10%, 30%, 60%], every: 1 hour, stop_if: {complaints: 0.1%, bounces: 2%}}`."""
    spots = spot.fields(["waves", "every", "stop_if"], "`pace`")
    if spots is None or lacks(spot, spots, "waves", "`pace`") or lacks(spot, spots, "every", "`pace`"):
        return None
    waves, every = _waves(spots["waves"]), duration(spots["every"])
    stops = _stops(spots["stop_if"]) if "stop_if" in spots else ()
    return Pace(waves, every, stops) if waves and every else None


def _waves(spot: Spot) -> tuple[int, ...]:
    items = spot.items("`waves`")
    shares = [percent(item.node.value) for item in items or ()]
    if items is None:
        return ()
    if (
        not 1 <= len(shares) <= MOST_WAVES
        or None in shares
        or 0 in shares
        or sum(filter(None, shares)) != 10_000
    ):
        what = "the shares of `waves` must be percentages above 0% that add up to 100%"
        spot.refuse("bad_waves", what, f"Write them like [10%, 30%, 60%], at most {MOST_WAVES}.")
        return ()
    return tuple(share for share in shares if share)


def _stops(spot: Spot) -> tuple[tuple[str, int], ...]:
    answer = []
    for name, inner in (spot.fields(MEASURES, "`stop_if`") or {}).items():
        rate = percent(inner.node.value)
        if rate is None:
            inner.refuse("bad_rate", f"{shown(inner.node.value)} is not a rate", "Write it like `0.1%`.")
        else:
            answer.append((name, rate))
    return tuple(answer)


def _who(spots: dict[str, Spot], context: RuleContext) -> Rule | None:
    """Those in the segment and of whom the rule is true, and not those of the exception."""
    context = replace(context, inside="")
    rules: list[Rule | None] = []
    if "segment" in spots:
        key = key_of(spots["segment"], "a segment's key")
        rules.append(InSegment(key) if key else None)
    if "who" in spots:
        rules.append(parse_rule(spots["who"].node, context, spots["who"].path))
    if "except" in spots:
        exception = parse_rule(spots["except"].node, context, spots["except"].path)
        rules.append(Not(exception) if exception else None)
    read = tuple(rule for rule in rules if rule is not None)
    if len(read) < len(rules):
        return None
    return read[0] if len(read) == 1 else AllOf(read)


def _recurrence(spot: Spot, spots: dict[str, Spot]) -> Recurrence | None:
    value = spots["every"].node.value
    parts = _EVERY.fullmatch(value) if isinstance(value, str) else None
    every = int(parts[1] or 1) if parts else 0
    if parts is None or not 1 <= every <= MOST_PERIODS:
        mend = f"Write `day`, `week`, `month`, or a number of them up to {MOST_PERIODS}, like `2 weeks`."
        spots["every"].refuse("bad_every", f"{shown(value)} does not say how often", mend)
        return None
    unit: Any = parts[2]
    days = _days(spot, spots, unit)
    first = _read(spots, "from", _day, date(1970, 1, 5))
    last = _read(spots, "until", _day, None) if "until" in spots else None
    if days is None or first is None:
        return None
    return Recurrence(unit, every, days, first, last)


def _days(spot: Spot, spots: dict[str, Spot], unit: str) -> tuple[int, ...] | None:
    if unit == "day":
        if "on" in spots:
            spots["on"].refuse("out_of_place", "`on` has no meaning with days", "Leave it out.", key=True)
        return ()
    if lacks(spot, spots, "on", f"a schedule by {unit}s"):
        return None
    on = spots["on"]
    items = on.items("`on`") if isinstance(on.node.value, list) else [on]
    read = _weekday if unit == "week" else _month_day
    days = [read(item) for item in items or ()]
    return tuple(sorted({day for day in days if day is not None})) if days and None not in days else None


def _weekday(spot: Spot) -> int | None:
    name = choice(spot, WEEKDAYS, "a weekday")
    return WEEKDAYS.index(name) if name else None


def _month_day(spot: Spot) -> int | None:
    if spot.node.value == "last":
        return _MOST_DAYS
    return integer(spot, 1, _MOST_DAYS, "a day of the month, or `last`")


def _moment(spot: Spot) -> tuple[date, time] | None:
    value = spot.node.value
    parts = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    try:
        if parts:
            return date.fromisoformat(parts[1]), time.fromisoformat(parts[2])
    except ValueError:
        pass  # a day that never was
    spot.refuse("bad_moment", f"{shown(value)} is not a day and time", 'Write it like "2026-03-09 10:00".')
    return None


def _day(spot: Spot) -> date | None:
    value = spot.node.value
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass  # said below
    spot.refuse("bad_day", f"{shown(value)} is not a day", "Write it like 2026-03-09.")
    return None


def _zone(spot: Spot) -> str | None:
    value = spot.node.value
    if isinstance(value, str) and (value == CUSTOMER or find_zone(value)):
        return value
    mend = f"Write {listed([CUSTOMER])}, or a name like `Europe/Warsaw`; without it the workspace's counts."
    spot.refuse("bad_zone", f"{shown(value)} is not a time zone", mend)
    return None


def _property(spot: Spot) -> str | None:
    value = spot.node.value
    if isinstance(value, str) and PROPERTY.fullmatch(value):
        return value
    spot.refuse("bad_name", f"{shown(value)} cannot be a property's name", "Use letters, digits and `_`.")
    return None


def _read(spots: dict[str, Spot], name: str, reader: Callable[[Spot], T | None], default: T) -> T | None:
    return reader(spots[name]) if name in spots else default

"""When a message may leave: quiet hours, allowed days and holidays, all on the customer's own clock.

An instant is quiet if its local wall time is. So a repeated hour is as quiet the second time as the first, a
skipped one is nobody's, and a 23- or 25-hour day needs no rule of its own (SEMANTICS §3, invariant I11).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from orchestrator.domain.shown import shown
from orchestrator.domain.zones import as_instant, local

EVERY_DAY = frozenset(range(7))
LONGEST_SEARCH = timedelta(days=8)
_MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class Range:
    """A quiet stretch from `start` up to, not including, `end`; from 21:00 to 08:00 it wraps midnight.

    `weekdays` (0 = Monday … 6 = Sunday) are the days on which it starts. Equal ends are refused: nobody can
    tell whether never or always is meant. For a whole day leave it out of `QuietHours.allowed_days`.
    """

    weekdays: frozenset[int]
    start: time
    end: time

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise ValueError(
                f"quiet hours start and end at {self.start:%H:%M}; write two different times,"
                " or take the whole day out of the allowed days"
            )
        if self.start.tzinfo or self.end.tzinfo:
            raise ValueError("quiet hours are wall times; write them without a zone, the customer's is used")
        _check_days(self.weekdays, "quiet hours")

    def covers(self, wall: datetime) -> bool:
        """Whether this local wall time lies inside."""
        at, today = wall.time(), wall.weekday()
        if self.start < self.end:
            return today in self.weekdays and self.start <= at < self.end
        return (today in self.weekdays and at >= self.start) or (
            (today - 1) % 7 in self.weekdays and at < self.end
        )


@dataclass(frozen=True, slots=True)
class QuietHours:
    """One rule: quiet in any of `ranges`, on days not in `allowed_days`, and on public holidays of a country.

    `holidays_country` is an ISO 3166 code such as `PL` (source: the `holidays` package, its public category).
    """

    ranges: tuple[Range, ...] = ()
    holidays_country: str | None = None
    allowed_days: frozenset[int] = EVERY_DAY

    def __post_init__(self) -> None:
        _check_days(self.allowed_days, "the allowed days")
        if self.holidays_country is not None:
            holidays_of(self.holidays_country, 2026)

    def covers(self, wall: datetime) -> bool:
        """Whether nothing may be sent at this local wall time."""
        return (
            wall.weekday() not in self.allowed_days
            or any(quiet.covers(wall) for quiet in self.ranges)
            or (
                self.holidays_country is not None
                and wall.date() in holidays_of(self.holidays_country, wall.year)
            )
        )


@lru_cache(maxsize=1024)
def holidays_of(country: str, year: int) -> frozenset[date]:
    """Answer a country's public holidays in a year; ValueError with words for a country that is not known."""
    import holidays  # a tenth of a second that only those who use it pay

    if not (country.isascii() and len(country) == 2 and country.isupper()):
        raise ValueError(f"{shown(country)} is not a country; write its ISO 3166 code, such as `PL`")
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        raise ValueError(
            f"no holidays are known for {country}; leave the country out, or name another"
        ) from None


@lru_cache(maxsize=64)
def names_of_holidays(country: str, year: int, language: str) -> Mapping[date, str]:
    """A country's public holidays in a year by name, in `pl` or English where it is known; none of an unknown country."""
    import holidays

    try:
        return dict(
            holidays.country_holidays(country, years=year, language={"pl": "pl"}.get(language, "en_US"))
        )
    except NotImplementedError:
        return {}


def is_quiet(instant: datetime, rules: Sequence[QuietHours], zone: ZoneInfo) -> bool:
    """Whether any of the rules forbids sending at this instant."""
    wall = local(instant, zone)
    return any(rule.covers(wall) for rule in rules)


def quiet_stretches(instant: datetime, rules: Sequence[QuietHours], zone: ZoneInfo) -> list[str]:
    """The stretches of the day this instant lies in, like `21:00–08:00`; none where the whole day is quiet."""
    wall = local(instant, zone)
    covering = (quiet for rule in rules for quiet in rule.ranges if quiet.covers(wall))
    return list(dict.fromkeys(f"{quiet.start:%H:%M}–{quiet.end:%H:%M}" for quiet in covering))


def next_allowed(instant: datetime, rules: Sequence[QuietHours], zone: ZoneInfo) -> datetime | None:
    """Answer the earliest allowed instant at or after `instant` (UTC), or None if there is none in 8 days.

    Exact to the microsecond: it goes from edge to edge (ends of ranges, midnights, changes of the clocks),
    and between two edges nothing changes.
    """
    moment = start = as_instant(instant)
    if not is_quiet(moment, rules, zone):
        return moment
    edges = sorted(
        {_MIDNIGHT, *(edge for rule in rules for span in rule.ranges for edge in (span.start, span.end))}
    )
    while is_quiet(moment, rules, zone):
        moment = _next_edge(moment, edges, zone)
        if moment > start + LONGEST_SEARCH:
            return None
    return moment


def release_at(
    instant: datetime, rules: Sequence[QuietHours], zone: ZoneInfo, key: str, spread: timedelta
) -> datetime | None:
    """Answer when a message may leave: now if allowed, else the next allowed instant plus its jitter.

    Jitter that would reach into the next quiet hours is dropped. None: not within 8 days.
    """
    opens = next_allowed(instant, rules, zone)
    if opens is None or opens == instant:
        return opens
    jittered = opens + release_jitter(key, spread)
    return opens if is_quiet(jittered, rules, zone) else jittered


def release_jitter(key: str, spread: timedelta) -> timedelta:
    """Answer a delay from 0 up to, not including, `spread`; the same key always waits the same time.

    Spreads the crowd that quiet hours held back, so that eight o'clock is not a stampede.
    """
    if spread < timedelta(0):
        raise ValueError(f"the spread of a release cannot be negative, got {spread}")
    number = int.from_bytes(hashlib.sha256(f"release:{key}".encode("utf-8", "surrogatepass")).digest()[:8])
    return timedelta(microseconds=number * (spread // timedelta(microseconds=1)) >> 64)


def _next_edge(moment: datetime, edges: Sequence[time], zone: ZoneInfo) -> datetime:
    """Answer the next instant at which the wall clock shows an edge or jumps."""
    wall = local(moment, zone)
    later = (datetime.combine(wall.date(), edge) for edge in edges if edge > wall.time())
    edge = next(later, datetime.combine(wall.date() + timedelta(days=1), _MIDNIGHT))
    reached = moment + (edge - wall)
    return reached if local(reached, zone) == edge else _clock_change(moment, reached, zone)


def _clock_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Answer the first whole second in (before, after] with another UTC offset than `before` has."""
    offset = before.astimezone(zone).utcoffset()
    low, high = int(before.timestamp()), int(after.timestamp()) + 1
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def _check_days(days: frozenset[int], what: str) -> None:
    if not days or not days <= EVERY_DAY:
        raise ValueError(
            f"{what} need at least one weekday, from 0 (Monday) to 6 (Sunday), got {sorted(days)}"
        )

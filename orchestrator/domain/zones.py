"""Local wall time and UTC instants: the one place where the two meet.

An instant is an aware datetime in UTC; a wall time is a naive datetime. Nothing else crosses between the
modules of `domain`: arithmetic on datetimes that carry a zone is wall-clock arithmetic in disguise.
Rules (SEMANTICS §3): in a DST gap the wall time shifts forward by the length of the gap; in a fold the first
of the two instants is meant, so a time of day happens once per local date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from orchestrator.domain._countries import ZONE_OF_COUNTRY
from orchestrator.domain.shown import shown

# Upper-case first letter: keeps out `posix/…`, `right/…` (which counts leap seconds) and `localtime`.
_NAME = re.compile(r"[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


class Rung(StrEnum):
    """Where a customer's zone came from, best first; stored beside the zone."""

    ATTRIBUTE = "attribute"
    LAST_SEEN = "last_seen"
    COUNTRY = "country"
    WORKSPACE = "workspace"


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    """The zone to use, the rung it stands on, and the values on higher rungs that are no zone or country."""

    zone: ZoneInfo
    rung: Rung
    rejected: tuple[str, ...] = ()


@lru_cache(maxsize=2048)
def find_zone(name: str) -> ZoneInfo | None:
    """Answer the IANA zone of this name (`Europe/Warsaw`), or None where there is none."""
    if not _NAME.fullmatch(name) or name == "Factory":
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def parse_zone(value: object) -> ZoneInfo:
    """Answer the zone named by a setting or a file; ValueError with words for whoever wrote it."""
    zone = find_zone(value.strip()) if isinstance(value, str) else None
    if zone is None and find_zone("UTC") is None:
        raise ValueError("this machine has no time zone data; install the `tzdata` package")
    if zone is None:
        raise ValueError(
            f"{shown(value)} is not a time zone; write an IANA name such as `Europe/Warsaw` or `UTC`"
        )
    return zone


def resolve(wall: datetime, zone: ZoneInfo) -> datetime:
    """Answer the UTC instant of a naive wall time; a gap shifts forward, a fold means the first occurrence.

    `wall.fold` is ignored on purpose: a local date and time name one instant only.
    """
    if wall.tzinfo is not None:
        raise ValueError("resolve() takes a wall time without a zone; use astimezone for an instant")
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def local(instant: datetime, zone: ZoneInfo) -> datetime:
    """Answer the naive wall time of an instant in a zone (`fold` is 1 in the second of two passes)."""
    return as_instant(instant).astimezone(zone).replace(tzinfo=None)


def as_instant(value: datetime) -> datetime:
    """Answer the same instant in UTC; ValueError for a datetime without a zone, which is no instant."""
    if value.tzinfo is None:
        raise ValueError("an instant needs a zone: got a datetime without tzinfo")
    return value.astimezone(UTC)


def parse_time(value: object) -> time:
    """Read a time of day such as `09:00`; ValueError with words for whoever wrote it."""
    written = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if written is None:
        raise ValueError(
            f"{shown(value)} is not a time of day; write hours and minutes such as `09:00`, in quotes"
        )
    return time(int(written[1]), int(written[2]))


@lru_cache(maxsize=4096)  # a batch asks for one moment and few zones, once for each of its people
def next_local_time(instant: datetime, at: time, zone: ZoneInfo) -> datetime:
    """Answer the first instant at or after `instant` at which it is `at` o'clock in the zone.

    Once per local date: in a fold only the first pass counts, in a gap the shifted time counts.
    """
    start = as_instant(instant)
    today = local(start, zone).date()
    # One day back as well: a gap just before midnight moves a time into the next date.
    days = (today + timedelta(days=shift) for shift in (-1, 0, 1, 2))
    moments = (resolve(datetime.combine(day, at), zone) for day in days)
    return min(moment for moment in moments if moment >= start)


def choose_zone(attribute: object, last_seen: object, country: object, workspace: str) -> ZoneChoice:
    """Answer a customer's zone: their attribute, the one last seen, their country's only one, else ours.

    Missing values (None, "") pass silently to the next rung; values that are no zone or country pass too, and
    are named in `rejected`. A country with several clocks (US) is no mistake and is not named.
    A workspace zone that does not exist raises ValueError: there is no rung below it.
    """
    rejected: list[str] = []
    for rung, value in ((Rung.ATTRIBUTE, attribute), (Rung.LAST_SEEN, last_seen)):
        zone = find_zone(value.strip()) if isinstance(value, str) else None
        if zone is not None:
            return ZoneChoice(zone, rung, tuple(rejected))
        rejected += _reject(value)
    zone = zone_of_country(country)
    if zone is not None:
        return ZoneChoice(zone, Rung.COUNTRY, tuple(rejected))
    if not (isinstance(country, str) and re.fullmatch(r"\s*[A-Za-z]{2}\s*", country, re.ASCII)):
        rejected += _reject(country)
    return ZoneChoice(parse_zone(workspace), Rung.WORKSPACE, tuple(rejected))


def zone_of_country(country: object) -> ZoneInfo | None:
    """Answer the zone of a country (ISO 3166 two-letter code) in which all clocks agree, else None."""
    name = ZONE_OF_COUNTRY.get(country.strip().upper()) if isinstance(country, str) else None
    return find_zone(name) if name else None


def _reject(value: object) -> list[str]:
    missing = value is None or (isinstance(value, str) and not value.strip())
    return [] if missing else [value.strip()[:80] if isinstance(value, str) else shown(value)]

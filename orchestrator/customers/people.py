"""A person as a file, a form or a call describes them, and the checks before anything is stored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import phonenumbers

from orchestrator.customers.addresses import normalise
from orchestrator.customers.plain import check_text, make_plain
from orchestrator.domain.shown import shown
from orchestrator.domain.wording import Words, Wrong
from orchestrator.domain.zones import find_zone

_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2}|[A-Za-z]{4}|[0-9]{3}))?")
_NO_LANGUAGE = Words("%(given)s is no language code; write it like pl or pt-BR")
_NO_COUNTRY = Words("%(given)s is no country code; write two letters, like PL")
_NO_ZONE = Words("%(given)s is no time zone; write it like Europe/Warsaw")
# ISO 3166 codes that have no telephone prefix of their own, beside all that have one.
COUNTRIES = frozenset(phonenumbers.SUPPORTED_REGIONS) | {"AQ", "BV", "GS", "HM", "PN", "TF", "UM"}


@dataclass(frozen=True, slots=True)
class Person:
    """What is known about somebody. `external_id` None is always somebody new; an attribute of None is removed.

    `addresses`: channel -> address, in any spelling. `created_at`: since when they are known, default now.
    `time_zone`: the one they chose; `last_seen_zone`: that of the device they used last.
    """

    external_id: str | None = None
    language: str = ""
    country: str = ""
    time_zone: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)
    created_at: datetime | None = None
    last_seen_zone: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A value that was kept out while the rest was stored. `index` counts the people of the call from 0."""

    index: int
    field: str
    message: str


def check(person: Person, index: int = 0) -> tuple[Person, tuple[Problem, ...]]:
    """Answer the person as it will be stored, and what was kept out of it.

    Unknown languages, countries and zones are kept out and named: the next rung serves. ValueError, with words,
    for what must be mended first: text no database holds, addresses that are none, ids too long.
    """
    kept, problems = _check_place(person, index)
    addresses = {
        channel: normalise(channel, value, kept.country)
        for channel, value in person.addresses.items()
        if value.strip()
    }
    created_at = person.created_at
    if created_at is not None and created_at.tzinfo is None:
        raise Wrong("created_at %(created_at)s has no time zone; give an instant", created_at=str(created_at))
    return (
        replace(
            kept,
            external_id=_check_id(person.external_id),
            attributes={
                _check_name(name): make_plain(value, name) for name, value in person.attributes.items()
            },
            addresses=addresses,
            created_at=created_at.astimezone(UTC) if created_at else None,
        ),
        problems,
    )


def _check_place(person: Person, index: int) -> tuple[Person, tuple[Problem, ...]]:
    language, country, zone = _language(person.language), _country(person.country), _zone(person.time_zone)
    seen = _zone(person.last_seen_zone)
    wrong = (
        ("language", person.language, language, _NO_LANGUAGE),
        ("country", person.country, country, _NO_COUNTRY),
        ("time_zone", person.time_zone, zone, _NO_ZONE),
        ("last_seen_zone", person.last_seen_zone, seen, _NO_ZONE),
    )
    problems = tuple(
        Problem(index, name, words.fill(given=shown(given)))
        for name, given, kept, words in wrong
        if given.strip() and not kept
    )
    kept = replace(person, language=language, country=country, time_zone=zone, last_seen_zone=seen)
    return kept, problems


def _language(value: str) -> str:
    match = _LANGUAGE.fullmatch(value.strip())
    if not match:
        return ""
    region = match[2] or ""
    return match[1].lower() + (f"-{region.title() if len(region) == 4 else region.upper()}" if region else "")


def _country(value: str) -> str:
    code = value.strip().upper()
    return code if code in COUNTRIES else ""


def _zone(value: str) -> str:
    name = value.strip()
    return name if len(name) <= 64 and find_zone(name) else ""


def _check_id(value: str | None) -> str | None:
    if value is None:
        return None
    text = check_text(value, "the external id").strip()
    if not text or len(text) > 100:
        raise Wrong("the external id %(value)s must have 1 to 100 characters", value=shown(value))
    return text


def _check_name(name: str) -> str:
    check_text(name, "an attribute's name")
    if not name or len(name) > 100:
        raise Wrong("the attribute name %(name)s must have 1 to 100 characters", name=shown(name))
    return name

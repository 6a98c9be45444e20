"""FACTS: what of a chunk of people can be compared, in two statements whatever their number."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from orchestrator.customers.addresses import normalise_phone
from orchestrator.customers.models import Address, Customer
from orchestrator.domain.dates import Birthday, parse_birthday
from orchestrator.domain.duplicates import Facts
from orchestrator.domain.likeness import fold
from orchestrator.segments.matching import Whom
from orchestrator.store.prepared import prepared
from orchestrator.workspace.models import Workspace

# By which names an attribute may hold what: the shops', the files', and those of people who write them by hand.
FIRST, LAST, WHOLE = ("first_name",), ("last_name", "surname"), ("name", "full_name")
BIRTHDAY = ("birthday", "birth_date", "date_of_birth")
POSTCODE, CITY = ("postcode", "postal_code", "zip"), ("city", "town")
EMAIL, PHONE = ("email",), ("phone", "phone_number", "mobile")
LONGEST = 200  # letters of an attribute that are looked at
_CHANNELS = ("email", "sms", "push")
_E164 = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)


def load(whom: Whom) -> dict[int, Facts]:
    """Of those among them who are there: neither erased, nor merged into another, nor only kept (art. 18)."""
    people = _people(type(whom)).rows(**whom.given())
    reached: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for customer, channel, value, digest in _addresses(type(whom)).rows(**whom.given()):
        reached[customer][channel].append(digest if channel == "push" else value)
    home = Workspace.get().country if people else ""
    return {id_: facts_of(known, reached.get(id_, {}), country or home) for id_, country, known in people}


def facts_of(attributes: Any, reached: Mapping[str, Sequence[str]], country: str) -> Facts:
    """What can be compared of one person. `reached`: channel -> addresses; a device by its digest."""
    known: Mapping[str, Any] = attributes if isinstance(attributes, dict) else {}
    first, last = _words(known, FIRST), _words(known, LAST)
    return Facts(
        first if last else (),
        last if first else () if last else _words(known, WHOLE),
        _birthday(_said(known, BIRTHDAY)),
        "".join(_words(known, POSTCODE)),
        " ".join(_words(known, CITY)),
        frozenset(reached.get("email", ())),
        frozenset(one.strip().lower() for one in _each(known, EMAIL)),
        frozenset(reached.get("sms", ())),
        frozenset(filter(None, (_phone(one, country) for one in _each(known, PHONE)))),
        frozenset(reached.get("push", ())),
    )


def _each(known: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    for name in names:
        value = known.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and value and len(value) <= LONGEST:
            yield value


def _said(known: Mapping[str, Any], names: Sequence[str]) -> str:
    return next(_each(known, names), "")


def _words(known: Mapping[str, Any], names: Sequence[str]) -> tuple[str, ...]:
    said = _said(known, names)
    return fold(said) if said else ()


def _birthday(said: str) -> Birthday | None:
    """None where it is none: what people write there is theirs."""
    try:
        return parse_birthday(said) if said else None
    except ValueError:
        return None


def _phone(said: str, country: str) -> str:
    """In E.164, "" where it is none. One that is so already is not parsed, which would take as long as all else."""
    if _E164.fullmatch(said):
        return said
    try:
        return normalise_phone(said, country)
    except ValueError:
        return ""


@prepared
def _people(kind: type[Whom]) -> QuerySet[Any]:
    there = Customer.objects.filter(kind.where("pk"), erased_at=None, merged_into=None, restricted_at=None)
    return there.values_list("id", "country", "attributes")


@prepared
def _addresses(kind: type[Whom]) -> QuerySet[Any]:
    rows = Address.objects.filter(kind.where("customer"), channel__in=_CHANNELS)
    return rows.values_list("customer_id", "channel", "value", "digest")

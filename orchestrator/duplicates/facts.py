"""FACTS: what of a chunk of people can be compared, in two statements whatever their number."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
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
MEANS: Mapping[str, str] = {
    name: means
    for means, names in {
        "first": "first_name", "last": "last_name surname", "whole": "name full_name",
        "birthday": "birthday birth_date date_of_birth", "postcode": "postcode postal_code zip", "city": "city town",
        "email": "email", "phone": "phone phone_number mobile",
    }.items()
    for name in names.split()
}  # fmt: skip
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
    said: dict[str, list[str]] = {}
    for name, value in attributes.items() if isinstance(attributes, dict) else ():
        if (means := MEANS.get(name)) is not None and (text := _text(value)):
            said.setdefault(means, []).append(text)
    first, last = _name(said)
    phones = (_phone(one, country) for one in said.get("phone", ()))
    return Facts(
        first,
        last,
        _birthday(said["birthday"][0]) if "birthday" in said else None,
        "".join(fold(said["postcode"][0])) if "postcode" in said else "",
        " ".join(fold(said["city"][0])) if "city" in said else "",
        frozenset(reached.get("email", ())),
        frozenset([one.strip().lower() for one in said.get("email", ())]),
        frozenset(reached.get("sms", ())),
        frozenset(filter(None, phones)),
        frozenset(reached.get("push", ())),
    )


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value if len(value) <= LONGEST else ""
    return str(value) if type(value) is int and abs(value) < 10**18 else ""


def _name(said: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """First and last names; all of it as first ones where it is only known whole."""
    if "first" in said and "last" in said:
        return fold(said["first"][0]), fold(said["last"][0])
    return (fold(said["whole"][0]), ()) if "whole" in said else ((), ())


@lru_cache(maxsize=65_536)
def _birthday(said: str) -> Birthday | None:
    """None where it is none: what people write there is theirs."""
    try:
        return parse_birthday(said)
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

"""The form in which what is known of a person is corrected: each fact as it stands, to be written over."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from orchestrator.customers.models import Customer
from orchestrator.customers.rectify import Corrections
from orchestrator.studio import words

_ATTRIBUTE, _ADDRESS = "attribute:", "address:"
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Fact:
    """One input: its name in the form, its label, and what it holds."""

    name: str
    label: str
    value: str


def facts(customer: Customer) -> list[Fact]:
    """All that can be corrected; one query."""
    return [Fact("language", _("Language"), customer.language), *_addresses(customer), *_attributes(customer)]


def _addresses(customer: Customer) -> Iterator[Fact]:
    for row in customer.addresses.order_by("channel", "pk")[:50]:
        if row.channel != "push":  # a device's, which nobody writes by hand
            yield Fact(f"{_ADDRESS}{row.pk}", words.channel(row.channel), row.value)


def _attributes(customer: Customer) -> Iterator[Fact]:
    for name, value in sorted(customer.attributes.items()):
        yield Fact(f"{_ATTRIBUTE}{name}", words.spaced(name), _written(value))


def read(customer: Customer, posted: Mapping[str, str]) -> Corrections:
    """What differs from what is known; ValueError with words for what cannot be read."""
    attributes = dict(_changed(customer, posted))
    new = posted.get("new", "").strip()
    if new:
        attributes[new] = posted.get("new_value", "").strip()[:_LONGEST] or None
    known = {fact.name: fact.value for fact in _addresses(customer)}
    addresses = {
        int(name.removeprefix(_ADDRESS)): posted[name].strip()[:_LONGEST]
        for name, value in known.items()
        if name in posted and posted[name].strip() != value
    }
    language = posted.get("language", "").strip()
    return Corrections(language if language != customer.language else None, attributes, addresses)


def _changed(customer: Customer, posted: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for name, value in customer.attributes.items():
        said = posted.get(f"{_ATTRIBUTE}{name}")
        if said is not None and said.strip() != _written(value).strip():
            yield name, _value(name, said.strip(), value)


def _value(name: str, said: str, was: Any) -> Any:
    """In the kind of what stood there; nothing removes it."""
    if not said:
        return None
    if isinstance(was, str):
        return said[:_LONGEST]
    try:
        return json.loads(said)
    except ValueError:
        told = {"name": words.spaced(name), "like": _written(was)[:60]}
        raise ValueError(_("“%(name)s” is written like %(like)s.") % told) from None


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

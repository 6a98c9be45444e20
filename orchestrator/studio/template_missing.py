"""What a template needs of customers and how many lack it: counted among the newest, in one query."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.db.models.fields.json import KeyTransform

from orchestrator.customers.models import Customer
from orchestrator.messaging.content.advice.whole import Need

MOST = 10_000  # of the newest customers are looked at
MOST_NAMES = 40
_ALWAYS = frozenset({"language", "country"})  # columns, not attributes
_BASIC = frozenset({"first_name", "last_name"})  # what the basic personalization leaves


@dataclass(frozen=True, slots=True)
class Missing:
    """A customer's attribute that a text needs at a line, and how many of `looked` customers lack it."""

    channel: str
    language: str
    field: str
    line: int
    name: str
    lack: int
    looked: int


def missing(needed: Collection[Need]) -> Iterator[Missing]:
    """The needs that some of the newest customers do not meet."""
    attributes = {one: found for one in needed if (found := _attribute(one[3].name))}
    names = list(dict.fromkeys(attributes.values()))[:MOST_NAMES]
    lack, looked = _count(names) if names else (Counter[str](), 0)
    for (channel, language, field, use), name in attributes.items():
        if lack[name]:
            yield Missing(channel, language, field, use.line, use.name, lack[name], looked)


def _attribute(name: str) -> str:
    """`first_name` of `customer.first_name`; "" of what is no attribute. Of a nested one, the outermost."""
    root, _, rest = name.partition(".")
    first = rest.partition(".")[0]
    return first if root == "customer" and first and first not in _ALWAYS else ""


def _count(names: list[str]) -> tuple[Counter[str], int]:
    """Who lacks what, as a message would find it: a null is missing, and so is what a person keeps to themselves."""
    columns: dict[str, Any] = {f"one_{at}": KeyTransform(name, "attributes") for at, name in enumerate(names)}
    newest = Customer.objects.filter(erased_at=None, merged_into=None).order_by("-id")
    rows = newest.annotate(shared=F("personalization"), **columns).values_list("shared", *columns)[:MOST]
    lack: Counter[str] = Counter()
    looked = 0
    for shared, *values in rows:
        looked += 1
        for name, value in zip(names, values, strict=True):
            if value is None or shared == "none" or (shared == "basic" and name not in _BASIC):
                lack[name] += 1
    return lack, looked

"""KNOWN: who is meant by an id, be it the company's own, a browser's, or one that was given up.

Set-based: two or three queries for any number of ids, and as many again where some of them are new to us.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from orchestrator.customers.addresses import digest
from orchestrator.customers.keys import MARK, mark
from orchestrator.customers.models import Customer, Identity
from orchestrator.sdk.value import value
from orchestrator.store.arrays import literal
from orchestrator.store.prepared import Given, prepared
from orchestrator.store.statement import execute

EXTERNAL, ANONYMOUS = str(Identity.Kind.EXTERNAL), str(Identity.Kind.ANONYMOUS)
Place = tuple[str, str]  # kind and value of an id


@value
class Known:
    """Who stands for an id now. `named`: the company has an id of its own for them. `erased`: nothing is kept of them."""

    id: int
    named: bool
    erased: bool


def find(places: Collection[Place], *, held: bool = False) -> dict[Place, Known]:
    """Each of these ids that we know -> who it is, past all mergers. Ids of the erased are known by their hashes.

    `held`: as `standing` has it.
    """
    known = _users(places) if held and all(kind == EXTERNAL for kind, _ in places) else {}
    asked = [place for place in places if place not in known] if known else places
    if not asked:
        return known
    owners = _owners(asked)
    if missing := [place for place in asked if place not in owners]:
        marks = {(kind, mark_of(kind, value)): (kind, value) for kind, value in missing}
        owners |= {marks[place]: id_ for place, id_ in _owners(marks).items()}
    people = standing(set(owners.values()), held=held)
    return known | {place: people[id_] for place, id_ in owners.items() if id_ in people}


def _users(places: Collection[Place]) -> dict[Place, Known]:
    """What most calls ask for, by one query: users by their own ids, held; without those who were merged into others."""
    rows = _held_users([value for _, value in places])
    return {
        (EXTERNAL, external): Known(id_, True, erased is not None)
        for id_, external, into, erased in rows
        if into is None
    }


def standing(ids: Collection[int], *, held: bool = False) -> dict[int, Known]:
    """Each of these customers that exists -> who stands for them now.

    `held`: nobody is merged or erased until the transaction ends; others may hold the same customers too, so that two
    deliveries of events never wait for each other. Whoever meets a chain of mergers may meet a deadlock, and is run again.
    """
    rows: dict[int, tuple[str | None, int | None, bool]] = {}
    ahead = set(ids)
    while ahead:
        found = _held(sorted(ahead)) if held else _people().rows(ids=ahead)
        rows |= {id_: (external, into, at is not None) for id_, external, into, at in found}
        ahead = {into for _, _, into, _ in found if into is not None} - rows.keys()
    return {id_: _end(id_, rows) for id_ in ids if id_ in rows}


def mark_of(kind: str, value: str) -> str:
    """What stands in the place of an erased person's id of this kind."""
    return mark(value) if kind == EXTERNAL else MARK + digest("anonymous id", value)


def _end(id_: int, rows: Mapping[int, tuple[str | None, int | None, bool]]) -> Known:
    seen = {id_}
    while (into := rows[id_][1]) is not None and into in rows and into not in seen:
        seen.add(into)
        id_ = into
    external, _, erased = rows[id_]
    return Known(id_, external is not None, erased)


def _owners(places: Collection[Place]) -> dict[Place, int]:
    externals = [value for kind, value in places if kind == EXTERNAL]
    owners: dict[Place, int] = {}
    if externals:
        owners |= {(EXTERNAL, value): id_ for value, id_ in _customers().rows(values=externals)}
    if others := [place for place in places if place not in owners]:
        wanted = set(others)
        rows = _identities().rows(values=[value for _, value in others])
        owners |= {(kind, value): id_ for kind, value, id_ in rows if (kind, value) in wanted}
    return owners


@prepared
def _customers() -> QuerySet[Any]:
    return Customer.objects.filter(external_id__among=Given("values")).values_list("external_id", "id")


@prepared
def _identities() -> QuerySet[Any]:
    return Identity.objects.filter(value__among=Given("values")).values_list("kind", "value", "customer_id")


@prepared
def _people() -> QuerySet[Any]:
    rows = Customer.objects.filter(id__among=Given("ids"))
    return rows.values_list("id", "external_id", "merged_into_id", "erased_at")


# The ORM knows no FOR SHARE. On SQLite the transaction itself is the lock, taken at BEGIN.
_SHARED = """
SELECT id, external_id, merged_into_id, erased_at FROM customers_customer
WHERE {} ORDER BY id FOR SHARE
"""
_BY_ID, HELD_USERS = _SHARED.format("id = ANY(%s)"), _SHARED.format("external_id = ANY(%s)")


def _held(ids: Collection[int]) -> list[tuple[Any, ...]]:
    if connection.vendor != "postgresql":
        return _people().rows(ids=ids)
    return execute(_BY_ID, [literal(ids)])


def _held_users(values: Collection[str]) -> list[tuple[Any, ...]]:
    if connection.vendor != "postgresql":
        return _named().rows(values=values)
    return execute(HELD_USERS, [literal(values)])


@prepared
def _named() -> QuerySet[Any]:
    rows = Customer.objects.filter(external_id__among=Given("values"))
    return rows.values_list("id", "external_id", "merged_into_id", "erased_at")

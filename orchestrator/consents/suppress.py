"""Addresses never to use: write and read the list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from orchestrator import outside
from orchestrator.consents.models import Suppression, SuppressionReason
from orchestrator.customers.locks import lock
from orchestrator.customers.models import Address
from orchestrator.customers.plain import check_text
from orchestrator.domain.outside import Fact, Kind
from orchestrator.store import bulk

TOLD = frozenset({Kind.SUPPRESSION_ADDED})
Place = tuple[str, str]  # channel, digest


@dataclass(frozen=True, slots=True)
class Entry:
    """An address, by its digest, that must not be used. `brand_id` None = by no brand."""

    channel: str
    digest: str
    reason: SuppressionReason | str
    brand_id: int | None = None
    detail: str = ""


def suppress(entries: Sequence[Entry], now: datetime) -> int:
    """Enter these addresses; answer how many were not on the list. The first reason entered stays.

    The customers who have one of them are locked first: a message to them has left before, or never leaves.
    """
    rows = [_row(entry, now) for entry in sorted(entries, key=lambda entry: (entry.channel, entry.digest))]
    with transaction.atomic():
        people = owners([(entry.channel, entry.digest) for entry in entries])
        lock({customer for all_ in people.values() for customer in all_})
        columns = ("brand", "channel", "digest", "reason", "detail", "created_at")
        told = ("id", "channel", "digest", "reason")
        made = bulk.insert(Suppression, columns, rows, ignore_conflicts=True, returning=told)
        outside.say(TOLD, lambda: _facts(made, people, now))
        return len(made)


def suppressed(
    addresses: Collection[tuple[str, str]], brand_id: int | None = None
) -> dict[tuple[str, str], str]:
    """Of these (channel, digest) those not to be used by the brand: -> the reason, in one query.

    A row without a brand counts for all of them, and its reason is the one told.
    """
    rows: Iterable[tuple[str, str, int | None, str]] = (
        Suppression.objects.filter(digest__in={digest for _, digest in addresses})
        .values_list("channel", "digest", "brand", "reason")
        .order_by("id")
    )
    found: dict[tuple[str, str], str] = {}
    for channel, digest, brand, reason in rows:
        if brand is None:
            found[channel, digest] = reason
        elif brand == brand_id:
            found.setdefault((channel, digest), reason)
    return {address: found[address] for address in addresses if address in found}


def customers_at(addresses: Collection[Place]) -> set[int]:
    """Every customer who has one of these (channel, digest): a withdrawal by link counts for all of them."""
    return {customer for people in owners(addresses).values() for customer in people}


def owners(addresses: Collection[Place]) -> dict[Place, set[int]]:
    """The same by address; those that nobody has are left out."""
    rows = Address.objects.filter(digest__in={digest for _, digest in addresses}).values_list(
        "customer", "channel", "digest"
    )
    wanted, found = set(addresses), defaultdict[Place, set[int]](set)
    for customer, channel, digest in rows:
        if (channel, digest) in wanted:
            found[channel, digest].add(customer)
    return found


def _facts(
    made: Sequence[tuple[Any, ...]], people: Mapping[Place, set[int]], now: datetime
) -> Iterator[Fact]:
    """One for everybody who has the address; of an address that nobody has nothing is told."""
    for id_, channel, digest, reason in made:
        for customer in sorted(people.get((channel, digest), ())):
            said = {"suppression": id_, "channel": channel, "reason": reason}
            yield Fact(Kind.SUPPRESSION_ADDED, now, customer, said)


def _row(entry: Entry, now: datetime) -> tuple[Any, ...]:
    detail = check_text(entry.detail, "the detail")[:200]
    return entry.brand_id, entry.channel, entry.digest, str(SuppressionReason(entry.reason)), detail, now

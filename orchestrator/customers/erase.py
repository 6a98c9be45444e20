"""ERASE: a person wants to be forgotten (art. 17 RODO). What is theirs goes; what remains names nobody.

There remain: the row, empty, with the hash of its external id, so that an import does not bring them back; the hashes of
their addresses among the suppressed; and what can be counted (messages by state, amounts, points).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from orchestrator.customers import erasing, joining
from orchestrator.customers.keys import mark
from orchestrator.customers.locks import lock
from orchestrator.customers.models import Address, Customer
from orchestrator.customers.survivors import survivors
from orchestrator.store import bulk, doorbells
from orchestrator.store.again import Busy, patiently
from orchestrator.workspace import sequence

BATCH = 200


class EraseError(ValueError):
    """Who could not be erased now, in words. Batches before have been; the same call goes on from there."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows of customers were erased now, those merged into them among them, and how many had been before."""

    now: int
    before: int


def erase(customer_ids: Collection[int], now: datetime) -> Erased:
    """Erase these people, and whoever is the same person by a merger; a few hundred in a transaction.

    Whatever is handed off has a smaller number than the erasure, drawn under the same locks. Run again, whole or in
    part, it takes away only what has come since. EraseError where workers do not let go of somebody for seconds.
    """
    wanted = sorted(_whole(customer_ids))
    done = before = 0
    for start in range(0, len(wanted), BATCH):
        fresh, old = _tried(wanted[start : start + BATCH], set(wanted), now)
        done, before = done + fresh, before + old
    return Erased(done, before)


def _whole(customer_ids: Collection[int]) -> set[int]:
    """These, whom they were merged into, and everybody who was merged into them."""
    found = set(customer_ids) | set(survivors(customer_ids).values())
    ahead = set(found)
    while ahead:
        merged = Customer.objects.filter(merged_into__in=ahead).values_list("id", flat=True)
        ahead = set(merged) - found
        found |= ahead
    return found


def _tried(ids: Sequence[int], known: set[int], now: datetime) -> tuple[int, int]:
    """Erase these; with whoever has become the same person since it was asked who that is."""
    try:
        done = patiently(lambda: _erase(ids, known, now))
    except Busy as error:
        raise EraseError("workers are moving these customers just now; try again in a minute") from error
    return _tried(sorted({*ids, *done}), known | done, now) if isinstance(done, set) else done


def _erase(ids: Sequence[int], known: set[int], now: datetime) -> tuple[int, int] | set[int]:
    """How many, or who else must be locked first: a merger may have come before our locks, and none comes after."""
    with transaction.atomic():
        there = lock(ids)
        if more := _whole(there) - known:
            return more
        fresh = Customer.objects.filter(id__in=there, erased_at=None).count()
        joining.hold(there)
        for handler in erasing.registered().values():
            handler.erase(there, now)
        doorbells.ring(doorbells.WALK)
    return fresh, len(there) - fresh


def handle() -> None:
    """Have people and their addresses erased."""
    erasing.register("customers", erasing.Handler(("customers.Customer", "customers.Address"), _empty))


def _empty(customer_ids: Collection[int], now: datetime) -> None:
    """The addresses go; the row stays, and says since when and with which number it is empty."""
    Address.objects.filter(customer__in=customer_ids).delete()
    people = Customer.objects.filter(id__in=customer_ids, erased_at=None).values_list("id", "external_id")
    bulk.update(Customer, _COLUMNS, list(_emptied(list(people), now)))


def _emptied(people: Sequence[tuple[int, str | None]], now: datetime) -> Iterable[tuple[object, ...]]:
    for (id_, external_id), number in zip(people, sequence.take(len(people)), strict=True):
        known = mark(external_id) if external_id else None
        yield id_, known, "", "", "", "", {}, "none", now, now, number, False


_COLUMNS = (
    "external_id", "language", "country", "time_zone", "last_seen_zone", "attributes", "personalization",
    "updated_at", "erased_at", "erased_number", "changed_pending",
)  # fmt: skip

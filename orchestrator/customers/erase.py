"""ERASE: a person wants to be forgotten (art. 17 RODO). What is theirs goes; what remains names nobody.

There remain: the row, empty, with the hash of its external id, so that an import does not bring them back; the hashes of
their addresses among the suppressed; and what can be counted (messages by state, amounts, points).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from orchestrator import outside
from orchestrator.customers import erasing, joining
from orchestrator.customers.audited import note_of_people
from orchestrator.customers.forgotten import forget, forget_ids
from orchestrator.customers.imports.asked import let_go
from orchestrator.customers.keys import mark
from orchestrator.customers.locks import lock
from orchestrator.customers.models import Address, Customer
from orchestrator.customers.survivors import whole
from orchestrator.domain.outside import Fact, Kind
from orchestrator.store import bulk, doorbells
from orchestrator.store.again import Busy, patiently
from orchestrator.workspace import sequence
from orchestrator.workspace.audit import Action

TOLD = frozenset({Kind.CUSTOMER_ERASED})
BATCH = 200


class EraseError(ValueError):
    """Who could not be erased now, in words. Batches before have been; the same call goes on from there."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows of customers were erased now, those merged into them among them, and how many had been before."""

    now: int
    before: int


def erase(customer_ids: Collection[int], now: datetime, by: Any = None) -> Erased:
    """Erase these people, and whoever is the same person by a merger; a few hundred in a transaction.

    Whatever is handed off has a smaller number than the erasure, drawn under the same locks. Run again, whole or in
    part, it takes away only what has come since. EraseError where workers do not let go of somebody for seconds.
    """
    wanted = sorted(whole(customer_ids))
    done = before = 0
    for start in range(0, len(wanted), BATCH):
        fresh, old = _tried(wanted[start : start + BATCH], set(wanted), now, by)
        done, before = done + fresh, before + old
    return Erased(done, before)


def _tried(ids: Sequence[int], known: set[int], now: datetime, by: Any) -> tuple[int, int]:
    """Erase these; with whoever has become the same person since it was asked who that is."""
    try:
        done = patiently(lambda: _erase(ids, known, now, by))
    except Busy as error:
        raise EraseError("workers are moving these customers just now; try again in a minute") from error
    return _tried(sorted({*ids, *done}), known | done, now, by) if isinstance(done, set) else done


def _erase(ids: Sequence[int], known: set[int], now: datetime, by: Any) -> tuple[int, int] | set[int]:
    """How many, or who else must be locked first: a merger may have come before our locks, and none comes after."""
    with transaction.atomic():
        there = lock(ids)
        if more := whole(there) - known:
            return more
        living = Customer.objects.filter(id__in=there, erased_at=None).order_by("id")
        fresh = list(living.values_list("id", flat=True))
        joining.hold(there)
        for handler in erasing.registered().values():
            handler.erase(there, now)
        doorbells.ring(doorbells.WALK)
        outside.say(TOLD, lambda: (Fact(Kind.CUSTOMER_ERASED, now, id_) for id_ in fresh))
        note_of_people(Action.ERASED, by, there, now, len(fresh))
    return len(fresh), len(there) - len(fresh)


def handle() -> None:
    """Have people, their addresses and what they asked for erased."""
    models = (
        "customers.Customer",
        "customers.Address",
        "customers.Identity",
        "customers.PrivacyRequest",
        "customers.PrivacyComment",
        "customers.ImportPart",
        "customers.ImportProblem",
    )
    erasing.register("customers", erasing.Handler(models, _empty))


def _empty(customer_ids: Collection[int], now: datetime) -> None:
    """The addresses go; the row stays, and says since when and with which number it is empty."""
    forget(customer_ids, now)
    forget_ids(customer_ids)
    Address.objects.filter(customer__in=customer_ids).delete()
    let_go(now)
    people = Customer.objects.filter(id__in=customer_ids, erased_at=None).values_list("id", "external_id")
    bulk.update(Customer, _COLUMNS, list(_emptied(list(people), now)))


def _emptied(people: Sequence[tuple[int, str | None]], now: datetime) -> Iterable[tuple[object, ...]]:
    for (id_, external_id), number in zip(people, sequence.take(len(people)), strict=True):
        known = mark(external_id) if external_id else None
        yield id_, known, "", "", "", "", {}, "none", "", None, None, now, now, number, None, False


_COLUMNS = (
    "external_id", "language", "country", "time_zone", "last_seen_zone", "attributes", "personalization",
    "own_limit", "paused_until", "restricted_at", "updated_at", "erased_at", "erased_number", "erase_due_at",
    "changed_pending",
)  # fmt: skip

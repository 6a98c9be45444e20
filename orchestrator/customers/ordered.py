"""ORDERED: an erasure that was asked for is carried out, whatever happens to whoever asked.

The order is a commit of its own: from then on nothing is sent, and whoever dies, or cannot lock somebody, leaves the rest to
the workers, who look for orders in every round. `erase` runs as often as it takes, and what it has done it finds done.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from orchestrator.customers.audited import note_of_people
from orchestrator.customers.erase import Erased, EraseError, erase
from orchestrator.customers.locks import lock
from orchestrator.customers.models import Customer
from orchestrator.customers.survivors import whole
from orchestrator.store.again import again
from orchestrator.workspace.audit import Action

BATCH = 20
LEASE = timedelta(minutes=2)  # longer than one person's erasure may take
AGAIN_AFTER = timedelta(minutes=1)


def erase_for_sure(customer_ids: Collection[int], now: datetime, by: Any = None) -> Erased:
    """Order it, then do it. EraseError: it is ordered, and workers do it within minutes."""
    again(lambda: order(customer_ids, now + LEASE, now, by))
    try:
        return erase(customer_ids, now, by)
    except EraseError:
        _put_off(customer_ids, now)
        raise


@transaction.atomic
def order(customer_ids: Collection[int], due_at: datetime, now: datetime, by: Any = None) -> int:
    """Note that these are to be erased, and whoever is the same person; of the erased there is nothing to note.

    Their data is only kept until then: the send gate holds what a restriction holds. Who ordered it is noted, as it may be
    a worker that erases.
    """
    there = Customer.objects.filter(id__in=lock(sorted(whole(customer_ids))), erased_at=None)
    kept = Coalesce(F("restricted_at"), now)
    count = there.update(erase_due_at=due_at, restricted_at=kept, updated_at=now)
    note_of_people(Action.ERASURE_ORDERED, by, customer_ids, now, count)
    return count


def carry_out(now: datetime, limit: int = BATCH) -> int:
    """Erase those whose order is due; answers how many orders were looked at. Two workers never share one.

    One order at a time: one that fails, whyever, holds up nobody else's.
    """
    for count in range(limit):
        id_ = _claimed(now)
        if id_ is None:
            return count
        try:
            erase([id_], now)
        except EraseError:
            _put_off([id_], now)
    return limit


@transaction.atomic
def _claimed(now: datetime) -> int | None:
    due = Customer.objects.filter(erase_due_at__lte=now).order_by("erase_due_at")
    rows = due.select_for_update(skip_locked=True, no_key=True).values_list("id", flat=True)
    id_ = rows.first()
    if id_ is not None:
        Customer.objects.filter(id=id_).update(erase_due_at=now + LEASE)
    return id_


def _put_off(customer_ids: Collection[int], now: datetime) -> None:
    waiting = Customer.objects.filter(id__in=customer_ids, erase_due_at__isnull=False)
    again(lambda: waiting.update(erase_due_at=now + AGAIN_AFTER))

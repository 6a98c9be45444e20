"""The lock that every change of what a customer may get goes through."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection, transaction

from orchestrator.customers.models import Customer


def lock(customer_ids: Collection[int]) -> list[int]:
    """Lock these customers' rows until the transaction ends; answer the ids that exist, rising.

    Always in the order of ids, so that two batches wait for each other and never in a circle. The lock is
    FOR NO KEY UPDATE: holders exclude one another, while rows that merely point to a customer can still be
    inserted. On SQLite the transaction itself is the lock, taken at BEGIN.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("lock() must be called within transaction.atomic()")
    rows = Customer.objects.filter(id__in=set(customer_ids)).order_by("id")
    if connection.vendor == "postgresql":
        rows = rows.select_for_update(no_key=True)
    return list(rows.values_list("id", flat=True))


def lock_chain(customer_ids: Collection[int]) -> dict[int, int | None]:
    """Lock these customers and everybody they were merged into; each that exists -> into whom.

    In the order of ids, but for a link that only the lock has shown: such a one may meet a deadlock, and is run again.
    """
    wanted = set(customer_ids)
    while wanted:
        there = lock(wanted)
        into = dict(Customer.objects.filter(id__in=there).values_list("id", "merged_into"))
        onward = {to for to in into.values() if to is not None}
        if onward <= wanted:
            return into
        wanted |= onward
    return {}

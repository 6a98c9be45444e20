"""The one order in which the delivery side locks: customers by id, shared addresses by key, budgets by id, messages.

Whoever takes locks of these kinds takes them here, in this order, so that no two workers can wait for each other.
On SQLite the transaction itself is the lock (IMMEDIATE), and these read nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from orchestrator.customers.models import Customer
from orchestrator.messaging.models import Budget, Message, Spending, Subject
from orchestrator.store import bulk
from orchestrator.store.prepared import Given, prepared


def lock_people(customer_ids: Iterable[int], address_digests: Iterable[str]) -> None:
    """Lock customers, then the subject rows of the addresses they would be reached at."""
    if connection.vendor == "sqlite":
        return
    customers = sorted(set(customer_ids))
    _customers().rows(ids=customers)
    keys = sorted({f"address:{digest}" for digest in address_digests if digest})
    if not keys:
        return
    bulk.insert(Subject, ["key"], [(key,) for key in keys], ignore_conflicts=True)
    _subjects().rows(keys=keys)


@prepared
def _customers() -> QuerySet[Any]:
    theirs = Customer.objects.filter(id__among=Given("ids"))
    return theirs.order_by("id").select_for_update().values_list("id")


@prepared
def _subjects() -> QuerySet[Any]:
    theirs = Subject.objects.filter(key__among=Given("keys"))
    return theirs.order_by("key").select_for_update().values_list("key")


def lock_budgets(ids: Collection[int], spendings: Collection[int] = ()) -> None:
    """Lock budgets, and those whose rows of Spending these are. A budget's own row is there before any period's."""
    if connection.vendor == "sqlite" or not (ids or spendings):
        return
    owners = Spending.objects.filter(id__in=spendings).values("budget")
    wanted = Budget.objects.filter(Q(id__in=ids) | Q(id__in=owners)).order_by("id")
    list(wanted.select_for_update(no_key=True).values_list("id"))


def lock_messages(ids: Iterable[int]) -> None:
    """Lock messages by id; people, where needed, have been locked before."""
    if connection.vendor != "sqlite":
        wanted = sorted(set(ids))
        list(Message.objects.filter(id__in=wanted).order_by("id").select_for_update().values_list("id"))

"""Whom and what a call names: customers by external id, following merges, and how rows name them back."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from orchestrator.api.problems import Refused
from orchestrator.customers.models import Customer
from orchestrator.customers.survivors import named


def find_customer(external_id: str) -> Customer | None:
    """Who has this id; of somebody merged, who stands for them."""
    id_ = named([external_id]).get(external_id)
    return Customer.objects.filter(pk=id_).first() if id_ is not None else None


def customer_of(external_id: str) -> Customer:
    """The same. Refused (404) where nobody has it."""
    customer = find_customer(external_id)
    if customer is None:
        raise no_customer(external_id)
    return customer


def no_customer(external_id: str) -> Refused:
    """Nobody has this id."""
    return Refused("no_customer", f"There is no customer with the external id “{external_id[:100]}”.", 404)


def names_of(ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """How rows name these customers: number and external id; of the erased the number alone. One query."""
    rows = Customer.objects.filter(id__in=set(ids)).values_list("id", "external_id", "erased_at")
    known = {id_: external if erased is None else None for id_, external, erased in rows}
    return {id_: {"id": id_, "external_id": known.get(id_)} for id_ in ids}

"""BODY: what a call says, made anew at every attempt from what its row holds: for a whole batch in two queries at most.

A customer is named as the API names them; of one who was erased since it is the number alone. So the body of a later
attempt is another only where somebody was erased, merged or given an id meanwhile; the `webhook-id` is the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from orchestrator.customers.models import Customer
from orchestrator.webhooks.models import WebhookDelivery
from orchestrator.workspace.models import Brand

NAMED = ("customer", "merged")  # what is a customer's number in `data`
Said = Mapping[str, Any]


def bodies(rows: Sequence[WebhookDelivery]) -> list[Said]:
    """Of each row, in their order."""
    people = _people({one.data[name] for one in rows for name in NAMED if name in one.data})
    brands = _brands({one.data["brand"] for one in rows if "brand" in one.data})
    return [_body(one, people, brands) for one in rows]


def written(body: Said) -> bytes:
    """As it goes over the wire, and as it is signed."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _body(one: WebhookDelivery, people: Mapping[int, Any], brands: Mapping[int, str]) -> Said:
    data = dict(one.data)
    for name in NAMED:
        if name in data:
            data[name] = {"id": data[name], "external_id": people.get(data[name])}
    if "brand" in data:
        data["brand"] = brands.get(data["brand"])
    at = one.happened_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {"type": one.kind, "timestamp": at, "data": data}


def _people(ids: set[int]) -> dict[int, str | None]:
    if not ids:
        return {}
    living = Customer.objects.filter(id__in=ids, erased_at=None)
    return dict(living.values_list("id", "external_id"))


def _brands(ids: set[int]) -> dict[int, str]:
    return dict(Brand.objects.filter(id__in=ids).values_list("id", "key")) if ids else {}

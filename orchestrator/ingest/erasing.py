"""Calls that are kept word for word go with whoever they name."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from orchestrator.customers.erasing import Handler, register
from orchestrator.customers.known import EXTERNAL, mark_of
from orchestrator.customers.models import Address, Customer, Identity
from orchestrator.ingest.models import DeadLetter, LiveCall

AT_ONCE = 20  # addresses looked for in one statement


def handle() -> None:
    """Have them go in an erasure, while it is still known by which ids they name somebody."""
    register("ingest", Handler(("ingest.DeadLetter", "ingest.LiveCall"), erase, before=True))


def erase(customer_ids: Collection[int], now: datetime) -> None:
    """All that name these people, by any of their ids, or write one of their addresses."""
    for model in (DeadLetter, LiveCall):
        theirs(model, customer_ids).delete()
        model.objects.filter(pk__in=writing(model, customer_ids)).delete()


def theirs(model: Any, customer_ids: Collection[int]) -> QuerySet[Any]:
    """The rows that name these people by one of their ids; they are told of these, and of no others."""
    named = Customer.objects.filter(id__in=customer_ids, external_id__isnull=False)
    ids = [(EXTERNAL, one) for one in named.values_list("external_id", flat=True)]
    ids += Identity.objects.filter(customer__in=customer_ids).values_list("kind", "value")
    marks = [mark_of(kind, str(value)) for kind, value in ids]
    return model.objects.filter(Q(user_mark__in=marks) | Q(browser_mark__in=marks))  # type: ignore[no-any-return]


def writing(model: Any, customer_ids: Collection[int]) -> set[int]:
    """The numbers of the rows in which one of their addresses is written, whoever the call names.

    It may stand anywhere in it, and in no index: all rows are read for every twenty addresses. Calls that were not taken
    are few where clients are in order.
    """
    if not model.objects.exists():
        return set()
    rows = Address.objects.filter(customer__in=customer_ids).order_by("id").values_list("channel", "value")
    wanted = [_written(channel, value) for channel, value in rows]
    return {
        number
        for start in range(0, len(wanted), AT_ONCE)
        for number in model.objects.filter(reduce(or_, wanted[start : start + AT_ONCE])).values_list(
            "pk", flat=True
        )
    }


def _written(channel: str, value: str) -> Q:
    """An address as JSON writes it, in small or large letters, and no part of a longer one; a phone number with whatever
    stands between its digits."""
    if channel == "sms":
        return Q(payload__regex="[^0-9]{0,3}".join(_digits(value)) + "(?![0-9])")
    written = re.escape(json.dumps(value)[1:-1])
    return Q(payload__iregex=rf"(^|[^a-z0-9._%+-]){written}(?![a-z0-9-]|\.[a-z0-9])")


def _digits(value: str) -> list[str]:
    """The last nine: a country's code may be left out, or be written with two zeros."""
    return [one for one in value if one.isdigit()][-9:]

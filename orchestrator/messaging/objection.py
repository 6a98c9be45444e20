"""OBJECTION: somebody wants no marketing and no profiling at all (RODO art. 21), from any brand on any channel."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from orchestrator.consents.models import Consent, ConsentRecord, ConsentState
from orchestrator.consents.record import Statement
from orchestrator.customers.models import Address, Customer
from orchestrator.customers.survivors import lock_survivors
from orchestrator.messaging import withdraw
from orchestrator.store import doorbells
from orchestrator.workspace.models import Brand

SOURCE = "objection"
Reached = tuple[int, str]  # brand, channel


def objected(
    customer_id: int,
    now: datetime,
    *,
    text: str = "",
    text_version: str = "",
    language: str = "",
    proof: Mapping[str, Any] | None = None,
    also: Collection[Reached] = (),
) -> int:
    """Withdraw everything and turn personalization off, in one commit; answers how many rows the ledger gets.

    Every brand and channel that the person was ever asked about, or has an address on, and `also` these. It is theirs
    alone: others at the address and messages about orders are not touched, as a suppression would. Again changes
    nothing, and granting again later simply works. Nothing for somebody who is erased or does not exist.
    """
    with transaction.atomic():
        survivor = lock_survivors({customer_id}).get(customer_id)
        if survivor is None:
            return 0
        person = Customer.objects.filter(pk=survivor, erased_at=None)
        if not person.exists():
            return 0
        statements = [
            Statement(
                survivor, channel, ConsentState.WITHDRAWN, SOURCE, brand_id=brand,
                text=text, text_version=text_version, language=language, proof=proof or {},
            )
            for brand, channel in sorted({*_reached(survivor), *also} - _objected_to(survivor))
        ]  # fmt: skip
        withdraw.record(statements, now)
        changed = person.exclude(personalization="none").update(
            personalization="none", updated_at=now, changed_pending=True
        )
        if changed:
            doorbells.ring(doorbells.WALK)
    return len(statements)


def _reached(customer_id: int) -> Iterator[Reached]:
    rows = ConsentRecord.objects.filter(customer=customer_id, purpose="marketing")
    yield from rows.values_list("brand", "channel").distinct()
    channels = list(Address.objects.filter(customer=customer_id).values_list("channel", flat=True).distinct())
    for brand in Brand.objects.values_list("id", flat=True):
        yield from ((brand, channel) for channel in channels)


def _objected_to(customer_id: int) -> set[Reached]:
    """What an objection stands for already."""
    rows = Consent.objects.filter(
        customer=customer_id,
        purpose="marketing",
        topic="",
        state=ConsentState.WITHDRAWN,
        record__source=SOURCE,
    )
    return set(rows.values_list("brand", "channel"))

"""What the merged said holds for the survivor: the latest word for each place, and of two at once the withdrawal.

The ledger is never rewritten: the merged one's records stay theirs, with their numbers. What stood of them is
recorded anew for the survivor, word for word, with a number of now. A moved record with an old number would make
whatever had left for the survivor meanwhile look as if it had left after a withdrawal.

Suppressions are by address: the addresses move, and what is kept of them goes with them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from orchestrator.consents.models import Consent, ConsentRecord
from orchestrator.consents.record import Statement, record
from orchestrator.customers import joining
from orchestrator.customers.joining import Handler, Into


def handle() -> None:
    """Have consents joined in a merge."""
    joining.register("consents", Handler(("consents.Consent", "consents.ConsentRecord"), join))


def join(into: Into, now: datetime) -> None:
    """Record for the survivors what stands of the merged, each statement once, however often they are merged."""
    standing = (
        Consent.objects.filter(customer_id__in=list(into)).select_related("record").order_by("record__number")
    )
    known = _known(into.values())
    fresh: dict[tuple[Any, ...], Statement] = {}
    for consent in standing:
        statement = _statement(consent.record, into[consent.customer_id])
        place = _place(statement)
        if place not in known:
            fresh.setdefault(place, statement)
    record(list(fresh.values()), now)


def _statement(one: ConsentRecord, survivor: int) -> Statement:
    return Statement(
        survivor,
        one.channel,
        one.state,
        one.source,
        one.purpose,
        one.topic,
        one.brand_id,
        one.recorded_at,
        one.text,
        one.text_version,
        one.language,
        one.legal_basis,
        {**one.proof, "merged": {"customer": one.customer_id, "number": one.number}},
    )


def _place(one: Statement) -> tuple[Any, ...]:
    return (
        one.customer_id, one.brand_id, one.channel, one.purpose, one.topic, str(one.state), one.recorded_at,
        one.source,
    )  # fmt: skip


def _known(survivors: Iterable[int]) -> set[tuple[Any, ...]]:
    """Where the survivors' ledger has a statement already."""
    rows = ConsentRecord.objects.filter(customer_id__in=set(survivors)).values_list(
        "customer", "brand", "channel", "purpose", "topic", "state", "recorded_at", "source"
    )
    return set(rows)

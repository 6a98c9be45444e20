"""ASK: a consent that waits for its confirmation is recorded, and the journey that sends the link hears of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from orchestrator.consents.models import Consent, ConsentState
from orchestrator.consents.record import Statement, default_brand_id, of_survivors, record_locked
from orchestrator.events.record import NewEvent
from orchestrator.events.record import record as record_events

ASKED = "consent.asked"
AGAIN_AFTER = timedelta(days=1)


def ask(statements: Sequence[Statement], now: datetime) -> int:
    """Record that these people were asked, and have them sent a link to confirm it; answers how many links.

    One link for each person, brand and channel. Nobody is asked for what they have granted already, nor again within
    a day: whoever types in another's address cannot fill their mailbox. The link is good for the address that the
    person's message then goes to.
    """
    with transaction.atomic():
        brand = default_brand_id()
        said = [replace(one, brand_id=one.brand_id or brand) for one in of_survivors(statements)]
        standing = _standing(said)
        fresh = [
            replace(one, state=ConsentState.PENDING, recorded_at=None)
            for one in said
            if _is_open(standing.get(_place(one)), now)
        ]
        events = list(_events(fresh, record_locked(fresh, now), now))
        return record_events(events, now).stored


def _place(one: Statement) -> tuple[Any, ...]:
    return one.customer_id, one.brand_id, one.channel, one.purpose, one.topic


def _standing(said: Iterable[Statement]) -> dict[tuple[Any, ...], tuple[str, datetime]]:
    rows = Consent.objects.filter(customer__in={one.customer_id for one in said})
    columns = ("customer", "brand", "channel", "purpose", "topic", "state", "changed_at")
    return {row[:5]: (row[5], row[6]) for row in rows.values_list(*columns)}


def _is_open(stands: tuple[str, datetime] | None, now: datetime) -> bool:
    if stands is None or stands[0] == ConsentState.WITHDRAWN:
        return True
    return stands[0] == ConsentState.PENDING and stands[1] + AGAIN_AFTER <= now


def _events(said: Sequence[Statement], ids: Sequence[int], now: datetime) -> Iterable[NewEvent]:
    """What the journey is told: the channel, what was shown, and which records the link will confirm."""
    links: dict[tuple[Any, ...], list[tuple[int, Statement]]] = {}
    for id_, one in zip(ids, said, strict=True):
        links.setdefault((one.customer_id, one.brand_id, one.channel), []).append((id_, one))
    for (customer, _, channel), rows in links.items():
        text = rows[0][1].text_version.partition("/")[0]
        properties = {"channel": channel, "text": text, "records": [id_ for id_, _ in rows]}
        yield NewEvent(customer, ASKED, now, f"{ASKED}:{rows[0][0]}", properties=properties)

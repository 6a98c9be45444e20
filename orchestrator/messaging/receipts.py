"""RECEIPTS: what providers report later is counted once, and what follows from it is written.

match (facts) -> domain/receipts.py: effects (decide) -> write, in one transaction
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.conf import settings
from django.db import transaction

from orchestrator.consents.suppress import Entry, suppress
from orchestrator.customers.locks import lock
from orchestrator.domain import receipts as rules
from orchestrator.domain.outbox import State
from orchestrator.domain.outside import Kind
from orchestrator.domain.receipts import About, Effects, Report
from orchestrator.messaging import said, told, withdraw
from orchestrator.messaging.answers import sound_receipt
from orchestrator.messaging.complaints import judge
from orchestrator.messaging.evidence import accept
from orchestrator.messaging.matching import Matched, match
from orchestrator.messaging.models import Message
from orchestrator.messaging.models import Receipt as ReceiptRow
from orchestrator.sdk.values import Receipt, ReceiptKind
from orchestrator.store import bulk
from orchestrator.store.again import again

log = logging.getLogger(__name__)
BATCH = 500
# For how long after it happened a report may be one of a message whose provider's id is not written down yet.
EARLY = timedelta(minutes=2)


class Reporter(Protocol):
    """Whoever reports: a provider; and we ourselves, of its messages."""

    @property
    def name(self) -> str:
        """The provider's."""

    @property
    def channel(self) -> str:
        """The provider's."""


@dataclass(frozen=True, slots=True)
class Received:
    """How many reports were new, how many we had already, how many were none, and how many came too early."""

    counted: int
    repeated: int
    refused: int = 0
    early: int = 0


def receive(provider: Reporter, receipts: Sequence[object], now: datetime) -> Received:
    """Count these reports of the provider once each, whoever delivers them again, and write what follows.

    A report that knows its message only by the provider's id may come before that id is written down. For two minutes
    it is left uncounted, while the provider has something in hand: it is wanted again.
    """
    sound = [one for one in (sound_receipt(receipt, now) for receipt in receipts) if one is not None]
    if len(sound) < len(receipts):
        log.error("%s gave %d receipts that are none", provider.name, len(receipts) - len(sound))
    counted = early = 0
    for start in range(0, len(sound), BATCH):
        chunk = sound[start : start + BATCH]
        done = again(lambda chunk=chunk: _receive(provider, chunk, now))  # type: ignore[misc]
        counted, early = counted + done.counted, early + done.early
    if any(one.kind is ReceiptKind.COMPLAINED for one in sound):
        judge(now)
    return Received(counted, len(sound) - counted - early, len(receipts) - len(sound), early)


def _receive(provider: Reporter, receipts: Sequence[Receipt], now: datetime) -> Received:
    with transaction.atomic():
        # Customers before messages, as everywhere. Who they are is read again under their locks.
        lock({person for one in match(provider.name, provider.channel, receipts) for person in one.people})
        matched = match(provider.name, provider.channel, receipts)
        early = _early(provider.name, matched, now)
        fresh = _count(provider.name, [one for one in matched if one.key not in early], now)
        _write(provider, fresh, now)
    return Received(len(fresh), 0, early=len(early))


def _early(provider: str, matched: Sequence[Matched], now: datetime) -> set[str]:
    """The keys of reports to be heard again. One without a time of its own is as of now, and never waits."""
    waiting = {
        one.key
        for one in matched
        if one.about is About.NOBODY
        and one.letter is None
        and one.receipt.reference
        and not one.receipt.message_key
        and now - EARLY < one.receipt.occurred_at < now
    }
    in_hand = Message.objects.filter(provider=provider, state=State.HANDING_OFF)
    return waiting if waiting and in_hand.exists() else set()


def _count(provider: str, matched: Sequence[Matched], now: datetime) -> list[Matched]:
    """Store those that are new; of two workers with the same one, the second waits here and finds it counted."""
    by_key = {one.key: one for one in reversed(matched)}
    rows = [
        (
            key, provider, one.receipt.kind.value, one.letter.id if one.letter else None,
            one.receipt.occurred_at, now, one.receipt.machine,
        )
        for key, one in sorted(by_key.items())
    ]  # fmt: skip
    columns = ("key", "provider", "kind", "message", "occurred_at", "received_at", "machine")
    stored = bulk.insert(ReceiptRow, columns, rows, ignore_conflicts=True, returning=("key",))
    new = {key for (key,) in stored}
    return [one for one in by_key.values() if one.key in new][::-1]


def _write(provider: Reporter, fresh: Sequence[Matched], now: datetime) -> None:
    letters = {one.letter.id for one in fresh if one.letter and one.about is About.MESSAGE}
    accept(_references(fresh, letters), now)
    sent = set(Message.objects.filter(id__in=letters, state=State.ACCEPTED).values_list("id", flat=True))
    decided = [(one, rules.effects(_report(one, sent))) for one in fresh]
    _suppress(provider, decided, now)
    withdraw.record(told.statements(provider.name, provider.channel, decided), now)
    delivered = _mark("delivered_at", [one for one, what in decided if what.delivered])
    bounced = _mark("bounced_at", [one for one, what in decided if what.bounced])
    told.record_events(provider.channel, decided, now)
    said.of_reports(decided, {Kind.MESSAGE_DELIVERED: delivered, Kind.MESSAGE_BOUNCED: bounced})


def _references(fresh: Sequence[Matched], letters: Collection[int]) -> dict[int, str]:
    """Each message with the provider's id for it, as far as a report gives it."""
    given = {one.letter.id: one.receipt.reference for one in fresh if one.letter and one.receipt.reference}
    return {id_: given.get(id_, "") for id_ in letters}


def _report(one: Matched, sent: Collection[int]) -> Report:
    receipt, letter = one.receipt, one.letter
    return Report(
        receipt.kind,
        one.about,
        letter is not None and letter.id in sent,
        receipt.machine,
        receipt.detail,
        receipt.detail.startswith((f"{settings.PUBLIC_URL}/u/", f"{settings.PUBLIC_URL}/p/")),
    )


def _suppress(provider: Reporter, decided: Sequence[tuple[Matched, Effects]], now: datetime) -> None:
    # The provider's words may quote the address, and this list outlives the person's erasure.
    entries = [
        Entry(provider.channel, one.digest, what.suppress, detail=provider.name)
        for one, what in decided
        if what.suppress and one.digest
    ]
    if entries:
        suppress(entries, now)


def _mark(column: str, matched: Sequence[Matched]) -> list[int]:
    """Set a moment that is not set yet, the first that was reported; answers of which messages it was not."""
    first: dict[int, datetime] = {}
    for one in matched:
        if one.letter is not None:
            first[one.letter.id] = min(
                one.receipt.occurred_at, first.get(one.letter.id, one.receipt.occurred_at)
            )
    return bulk.update(Message, (column,), sorted(first.items()), where=f"t.{column} IS NULL")

"""ENGAGED: somebody asked for a counted link, or for the picture of a message; told as a provider's report is.

Counted once a day for each link and each of person and machine, so that a machine's visit takes nothing from a person's,
and whoever has a link can fill no table with it. The price: who follows the same link twice in a day did so once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from orchestrator.customers.models import Customer
from orchestrator.customers.survivors import survivors
from orchestrator.domain.engagement import BURST, Seen, by_machine
from orchestrator.messaging import links
from orchestrator.messaging.models import Message, MessageBody
from orchestrator.messaging.models import Receipt as ReceiptRow
from orchestrator.messaging.receipts import receive
from orchestrator.sdk.values import Receipt, ReceiptKind


@dataclass(frozen=True, slots=True)
class Link:
    """A counted link: of which message, in which place among its links, and where it leads."""

    message: str
    place: int
    leads_to: str


@dataclass(frozen=True, slots=True)
class Visit:
    """A request: what asks, whether nobody has asked it to, and when."""

    agent: str
    prefetched: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class _Ours:
    """Ourselves, in the provider's place: what we see is said of its messages."""

    name: str
    channel: str


def find(token: str) -> Link | None:
    """The link of a token; None for a token that is none, and where the message's links are not known any more."""
    named = links.read_click(token)
    if named is None:
        return None
    key, place = named
    known = MessageBody.objects.filter(message__key=key).values_list("links", flat=True).first()
    return Link(key, place, known[place]) if known and place < len(known) else None


def clicked(link: Link, visit: Visit) -> None:
    """Count a click."""
    _count(link.message, ReceiptKind.CLICKED, f"{link.place}", link.leads_to, visit)


def opened(token: str, visit: Visit) -> None:
    """Count an opening, if the token is one."""
    if key := links.read("o", token):
        _count(key, ReceiptKind.OPENED, "", "", visit)


def _count(key: str, kind: ReceiptKind, place: str, detail: str, visit: Visit) -> None:
    message = (
        Message.objects.filter(key=key).only("id", "customer", "provider", "channel", "handed_off_at").first()
    )
    if message is None or not message.provider or not _may_be_counted(message.customer_id):
        return
    day = visit.at.astimezone(UTC).date().isoformat()
    names = {machine: f"ours:{kind}:{key}:{place}:{machine:d}:{day}" for machine in (False, True)}
    counted = {machine: _key(message.provider, name) for machine, name in names.items()}
    machine = by_machine(_seen(message, kind, visit, list(counted.values())))
    if ReceiptRow.objects.filter(key=counted[machine]).exists():
        return
    report = Receipt(names[machine], kind, visit.at, key, detail=detail, machine=machine)
    receive(_Ours(message.provider, message.channel), [report], visit.at)


def _may_be_counted(customer: int) -> bool:
    """Not of somebody erased, nor who has turned personalization off or had their data locked since."""
    owners = survivors({customer}).values()
    return Customer.objects.filter(pk__in=owners, restricted_at=None).exclude(personalization="none").exists()


def _seen(message: Message, kind: ReceiptKind, visit: Visit, same: list[str]) -> Seen:
    left = message.handed_off_at
    lately = ReceiptRow.objects.filter(
        message=message.pk, kind=ReceiptKind.CLICKED, received_at__gt=visit.at - BURST
    ).exclude(key__in=same)
    return Seen(
        message.channel,
        visit.agent,
        visit.prefetched,
        visit.at - left if left is not None else None,
        kind is ReceiptKind.CLICKED and lately.exists(),
    )


def _key(provider: str, name: str) -> str:
    """As a report's: see `matching`."""
    return hashlib.sha256(f"{provider}\0{name}".encode()).hexdigest()

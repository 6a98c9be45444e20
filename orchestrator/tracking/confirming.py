"""CONFIRM: who has the message that asked grants what it asked, for exactly the address it went to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max, QuerySet

from orchestrator.consents.models import Consent, ConsentRecord, ConsentState, SignupForm
from orchestrator.consents.record import Statement, record
from orchestrator.consents.suppress import suppressed
from orchestrator.customers.locks import lock
from orchestrator.customers.models import Address
from orchestrator.customers.survivors import survivors
from orchestrator.domain.confirming import Answer, judge, together
from orchestrator.events.record import NewEvent
from orchestrator.events.record import record as record_events
from orchestrator.messaging import links
from orchestrator.messaging.models import Message
from orchestrator.workspace.models import Brand

PURPOSE = "d"  # of the token: /d/<token>
SOURCE = "double_opt_in"
CONFIRMED = "consent.confirmed"
MOST = 50  # records one link may confirm


@dataclass(frozen=True, slots=True)
class Request:
    """What a link's message asked: of whom as they stand now, and which records. Empty where it leads nowhere."""

    message: Message
    customer_id: int
    brand: Brand
    asked: tuple[ConsentRecord, ...]


def look(token: str, now: datetime) -> tuple[Request | None, Answer]:
    """What the link would do now; nothing is changed."""
    request = _read(token)
    if request is None:
        return None, Answer.BROKEN
    return request, together([answer for _, answer in _judged(request, now)])


def confirm(token: str, proof: Mapping[str, Any], now: datetime) -> tuple[Request | None, Answer]:
    """Grant what is still open, under the customer's lock; CONFIRMED also where that was done before.

    Once: of two at the same moment the second finds it granted. What was withdrawn or has expired stays as it is.
    """
    with transaction.atomic():
        first = _read(token)
        if first is None:
            return None, Answer.BROKEN
        lock({first.customer_id, first.message.customer_id})
        request = _read(token)
        if request is None or request.customer_id != first.customer_id:
            return None, Answer.BROKEN  # merged or erased in this moment; once more, and it is found
        judged = _judged(request, now)
        answer = together([one for _, one in judged])
        if answer is not Answer.OPEN:
            return request, answer
        _grant(request, [row for row, one in judged if one is Answer.OPEN], proof, now)
        return request, Answer.CONFIRMED


def _read(token: str) -> Request | None:
    key = links.read(PURPOSE, token)
    message = Message.objects.filter(key=key, test=False).first() if key else None
    if message is None or not message.address_digest:
        return None
    customer = survivors({message.customer_id}).get(message.customer_id)
    if customer is None or not _is_still_theirs(message, customer):
        return None
    asked = _asked(message, customer)
    if not asked or suppressed([(message.channel, message.address_digest)], asked[0].brand_id):
        return None
    return Request(message, customer, asked[0].brand, asked)


def _is_still_theirs(message: Message, customer: int) -> bool:
    """Whether a message to them would go to that address today, as this one did."""
    usable = Address.objects.filter(customer=customer, channel=message.channel, invalid_at=None)
    return usable.order_by("-id").values_list("digest", flat=True).first() == message.address_digest


def _asked(message: Message, customer: int) -> tuple[ConsentRecord, ...]:
    """The records that the event named, as far as they are this person's, of this channel and of one brand."""
    event = message.parameters.get("event")
    ids = event.get("records") if isinstance(event, dict) else None
    if not isinstance(ids, list) or not all(type(one) is int and 0 < one < 2**63 for one in ids):
        return ()
    rows = ConsentRecord.objects.filter(
        id__in=ids[:MOST], channel=message.channel, state=ConsentState.PENDING
    ).select_related("brand")
    found = list(rows.order_by("id"))
    owners = survivors({row.customer_id for row in found})
    return tuple(
        row for row in found
        if owners.get(row.customer_id) == customer and row.brand_id == found[0].brand_id
    )  # fmt: skip


def _judged(request: Request, now: datetime) -> list[tuple[ConsentRecord, Answer]]:
    states = {
        (purpose, topic): state
        for purpose, topic, state in _theirs(Consent.objects.filter(customer=request.customer_id), request)
        .values_list("purpose", "topic", "state")
    }  # fmt: skip
    withdrawn = _withdrawals(request)
    return [
        (row, judge(_state(row, states), row.recorded_at, _latest(row, withdrawn), now))
        for row in request.asked
    ]


def _state(row: ConsentRecord, states: Mapping[tuple[str, str], str]) -> str:
    return states.get((row.purpose, row.topic), "")


def _latest(row: ConsentRecord, withdrawn: Mapping[tuple[str, str], datetime]) -> datetime | None:
    """When it was last withdrawn: this topic, or all of them."""
    times = [withdrawn.get((row.purpose, topic)) for topic in {row.topic, ""}]
    return max(filter(None, times), default=None)


def _withdrawals(request: Request) -> dict[tuple[str, str], datetime]:
    people = {request.customer_id, *(row.customer_id for row in request.asked)}
    rows = _theirs(ConsentRecord.objects.filter(customer__in=people), request)
    rows = rows.filter(state=ConsentState.WITHDRAWN).values("purpose", "topic").order_by()
    return {(row["purpose"], row["topic"]): row["last"] for row in rows.annotate(last=Max("recorded_at"))}


def _theirs(rows: QuerySet[Any], request: Request) -> QuerySet[Any]:
    return rows.filter(brand=request.brand, channel=request.message.channel)


def _grant(request: Request, rows: Sequence[ConsentRecord], proof: Mapping[str, Any], now: datetime) -> None:
    """Word for word what was asked, with the asking, the message and the click as its proof."""
    record(
        [
            Statement(
                request.customer_id, row.channel, ConsentState.GRANTED, SOURCE, row.purpose, row.topic,
                row.brand_id, text=row.text, text_version=row.text_version, language=row.language,
                legal_basis=row.legal_basis,
                proof={
                    "asked": {"record": row.pk, "at": row.recorded_at.isoformat(), "source": row.source},
                    "message": request.message.key, **proof,
                },
            )
            for row in rows
        ],
        now,
    )  # fmt: skip
    message = request.message
    Address.objects.filter(
        customer=request.customer_id, channel=message.channel, digest=message.address_digest, verified_at=None
    ).update(verified_at=now)
    properties = {"channel": message.channel, "text": rows[0].text_version.partition("/")[0]}
    event = NewEvent(request.customer_id, CONFIRMED, now, f"{CONFIRMED}:{rows[0].pk}", properties=properties)
    record_events([event], now)
    _count(rows)


def _count(rows: Sequence[ConsentRecord]) -> None:
    """One link more that was pressed, for the form that asked; last, for a form's row is everybody's."""
    sources = {row.source.removeprefix("form:") for row in rows if row.source.startswith("form:")}
    SignupForm.objects.filter(key__in=sources).update(confirmed=F("confirmed") + 1)

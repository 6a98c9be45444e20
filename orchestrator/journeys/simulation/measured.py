"""MEASURED: what people did after real messages, from the newest of them, for a forecast to draw from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Min
from django.db.models.functions import Coalesce

from orchestrator.domain.definition import Definition
from orchestrator.domain.orders import PLACED
from orchestrator.domain.outbox import State
from orchestrator.domain.reactions import ENOUGH, Rate, excess, rate_of
from orchestrator.events.models import Event
from orchestrator.events.net import net
from orchestrator.messaging.models import Message, Receipt
from orchestrator.sdk.values import ReceiptKind

NEWEST = 50_000  # messages, looked at by their number
SETTLES = timedelta(days=3)  # until then somebody may still open it or click
WITHIN = timedelta(days=7)  # in which what somebody does counts for a message
_ANSWERS = {ReceiptKind.OPENED: "message.opened", ReceiptKind.CLICKED: "message.clicked"}


class Sent(NamedTuple):
    """A message that went out, or that was held back to measure; when."""

    id: int
    channel: str
    state: str
    customer: int
    at: datetime


def measure(definition: Definition, now: datetime) -> tuple[Rate, ...]:
    """Opens and clicks by channel, and what messages add to the journey's goal (else to orders). Three statements."""
    sent = _newest()
    event = definition.goal.event if definition.goal is not None else PLACED
    return (*_engagement([one for one in sent if one.at <= now - SETTLES]), _added(event, sent, now))


def _newest() -> list[Sent]:
    """Of marketing, the newest first."""
    rows = Message.objects.filter(purpose="marketing", state__in=(State.ACCEPTED, State.GHOST)).order_by(
        "-pk"
    )
    timed = rows.annotate(at=Coalesce("handed_off_at", "final_at"))
    found = timed.values_list("pk", "channel", "state", "customer", "at")[:NEWEST]
    return [Sent(*row) for row in found if row[-1] is not None]


def _engagement(sent: Sequence[Sent]) -> list[Rate]:
    by_channel: dict[str, list[Sent]] = defaultdict(list)
    for one in sent:
        if one.state == State.ACCEPTED:
            by_channel[one.channel].append(one)
    answered = _answered([one for all_ in by_channel.values() for one in all_])
    rates = [
        rate_of(
            what, channel, len(all_), [answered[kind, one.id] for one in all_ if (kind, one.id) in answered]
        )
        for channel, all_ in sorted(by_channel.items())
        for kind, what in _ANSWERS.items()
        if len(all_) >= ENOUGH
    ]
    return [one for one in rates if one.share]


def _answered(sent: Sequence[Sent]) -> Mapping[tuple[ReceiptKind, int], timedelta]:
    """After how long each message was first opened and clicked, by people."""
    left_at = {one.id: one.at for one in sent}
    found = Receipt.objects.filter(
        message__among=list(left_at), kind__in=list(_ANSWERS), machine=False
    ).order_by()
    first = found.values_list("kind", "message").annotate(at=Min("occurred_at"))
    return {(ReceiptKind(kind), id_): max(at - left_at[id_], timedelta(0)) for kind, id_, at in first}


def _added(event: str, sent: Sequence[Sent], now: datetime) -> Rate:
    """What a message adds to an event within a week, against those whose message was held back to measure."""
    settled = [one for one in sent if one.at <= now - WITHIN]
    happened = _happened(event, {one.customer for one in settled}, now)
    delays: dict[str, list[timedelta]] = {State.ACCEPTED: [], State.GHOST: []}
    counts: dict[str, int] = {State.ACCEPTED: 0, State.GHOST: 0}
    for one in settled:
        after = [at - one.at for at in happened.get(one.customer, ()) if one.at < at <= one.at + WITHIN]
        counts[one.state] += 1
        delays[one.state] += [min(after)] if after else []
    got, held_out = State.ACCEPTED, State.GHOST
    return excess(event, counts[got], delays[got], counts[held_out], len(delays[held_out]))


def _happened(event: str, customers: Collection[int], now: datetime) -> Mapping[int, list[datetime]]:
    """Of orders, those that stand."""
    found: dict[int, list[datetime]] = defaultdict(list)
    standing = net(event, customers, now)
    rows = Event.objects.filter(customer__among=list(customers), name=event)
    for customer, id_, at in rows.values_list("customer", "id", "occurred_at"):
        if standing.stands(id_):
            found[customer].append(at)
    return found

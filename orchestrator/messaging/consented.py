"""CONSENTED: the consent of each message's person for its brand, channel and topic, as it is now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import Max, QuerySet

from orchestrator.consents.models import Consent, ConsentRecord, ConsentState
from orchestrator.domain.gate_facts import ConsentFact
from orchestrator.messaging.rows import Claimed
from orchestrator.store.prepared import Given, prepared

_NEVER = datetime.min.replace(tzinfo=UTC)


def consents_of(messages: Sequence[Claimed]) -> dict[tuple[int, int, str, str], ConsentFact]:
    """Consent by (customer, brand, channel, topic): the channel's state with the topic's own beside it."""
    rows = _consented().rows(
        customers={message.customer_id for message in messages},
        channels={message.channel for message in messages},
        topics={"", *(message.topic for message in messages)},
    )
    found = {row[:4]: row[4:] for row in rows}
    withdrawn = _withdrawn_since(messages, found)
    answer: dict[tuple[int, int, str, str], ConsentFact] = {}
    for message in messages:
        place = (message.customer_id, message.brand_id, message.channel)
        state, changed_at, record, source, text = found.get((*place, ""), ("", None, None, "", ""))
        topic_state = found.get((*place, message.topic), ("",))[0] if message.topic else ""
        answer[(*place, message.topic)] = ConsentFact(
            state,
            changed_at,
            topic_state,
            record,
            source,
            text,
            withdrawn.get((*place, "")),
            withdrawn.get((*place, message.topic)) if message.topic else None,
        )
    return answer


@prepared
def _consented() -> QuerySet[Any]:
    consents = Consent.objects.filter(
        customer_id__among=Given("customers"),
        channel__among=Given("channels"),
        purpose="marketing",
        topic__among=Given("topics"),
    )
    return consents.values_list(
        "customer_id", "brand_id", "channel", "topic", "state", "changed_at", "record_id", "record__source",
        "record__text_version",
    )  # fmt: skip


def _withdrawn_since(
    messages: Sequence[Claimed], found: Mapping[tuple[Any, ...], tuple[Any, ...]]
) -> dict[tuple[int, int, str, str], datetime]:
    """The last withdrawal, by place, where a grant has come after it since a message was planned.

    One query, and only for a batch that holds such a place: nearly everybody granted before the message was planned.
    """
    granted = {place: row[1] for place, row in found.items() if row[0] == ConsentState.GRANTED}
    again = [
        message
        for message in messages
        for topic in ("", message.topic)
        if granted.get((message.customer_id, message.brand_id, message.channel, topic), _NEVER)
        >= message.created_at
    ]
    if not again:
        return {}
    rows = (
        ConsentRecord.objects.filter(
            customer__in={message.customer_id for message in again},
            recorded_at__gte=min(message.created_at for message in again),
            purpose="marketing",
            state=ConsentState.WITHDRAWN,
        )
        .values_list("customer_id", "brand_id", "channel", "topic")
        .annotate(last=Max("recorded_at"))
        .order_by()
    )
    return {(customer, brand, channel, topic): last for customer, brand, channel, topic, last in rows}

"""The message behind a public link, and the people it speaks for."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.consents.suppress import customers_at
from orchestrator.customers.models import Customer
from orchestrator.customers.survivors import survivors
from orchestrator.messaging import links
from orchestrator.messaging.models import Message
from orchestrator.workspace.models import Brand


@dataclass(frozen=True, slots=True)
class Letter:
    """What a link's token stands for. `digest` "" = it has never been handed to a provider."""

    key: str
    customer_id: int
    brand: Brand
    channel: str
    topic: str
    digest: str
    language: str


def read(purpose: str, token: str) -> Letter | None:
    """The message a token names. None for a token that is cut, changed or of another purpose, and for a message
    that is gone: from outside these cannot be told apart."""
    key = links.read(purpose, token)
    message = Message.objects.filter(key=key).select_related("brand").first() if key else None
    if message is None:
        return None
    languages = Customer.objects.filter(pk=message.customer_id).values_list("language", flat=True)
    return Letter(
        message.key,
        message.customer_id,
        message.brand,
        message.channel,
        message.topic,
        message.address_digest,
        languages.first() or "",
    )


def owner(letter: Letter) -> int | None:
    """The customer the message was for, or whom they were merged into; None once they are erased."""
    return survivors({letter.customer_id}).get(letter.customer_id)


def everyone(letter: Letter) -> set[int]:
    """All for whom a withdrawal by this link counts: its customer, and whoever has the address it went to."""
    sharing = customers_at([(letter.channel, letter.digest)]) if letter.digest else set()
    return set(survivors({letter.customer_id, *sharing}).values())

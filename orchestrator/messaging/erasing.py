"""Messages to an erased person: those that have not left are cancelled, and of all others only the facts remain.

What is with a provider just now has left before the erasure, as the numbers show. Its answer is written when it comes,
and emptied with it (`forget`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from orchestrator.customers.addresses import digest
from orchestrator.customers.erasing import Handler, register
from orchestrator.domain.outbox import State
from orchestrator.messaging.cancel import stop
from orchestrator.messaging.models import (
    Decision,
    DeliveryAttempt,
    MailboxMessage,
    Message,
    MessageBody,
    PastMessage,
    ProviderBreaker,
    StepFault,
)
from orchestrator.store import bulk
from orchestrator.store.prepared import Given, prepared

GONE = "customer_erased"


def handle() -> None:
    """Have messages stopped and emptied in an erasure."""
    names = (
        "Message", "MessageBody", "Decision", "DeliveryAttempt", "Receipt", "MailboxMessage", "PastMessage",
    )  # fmt: skip
    register("messaging", Handler(tuple(f"messaging.{name}" for name in names), erase))


def erase(customer_ids: Collection[int], now: datetime) -> None:
    """Stop, then empty. One that a worker is preparing is left to its gate, which waits for us and then refuses."""
    stop([(Q(customer__in=customer_ids), GONE)], now)
    theirs = Message.objects.filter(customer__in=customer_ids)
    _give_up(theirs, now)
    ids = list(theirs.values_list("id", flat=True))
    MailboxMessage.objects.filter(key__in=theirs.values("key")).delete()
    MessageBody.objects.filter(message__in=ids).delete()
    Decision.objects.filter(message__in=ids).update(evidence={})
    theirs.update(parameters={}, address="", zone="", zone_rung="", consent_as_stood=None)
    PastMessage.objects.filter(customer__in=customer_ids).exclude(title="").update(title="")
    _empty_answers(ids)
    _unsay()


def forget(message_ids: Collection[int]) -> None:
    """Empty what providers have just answered about messages whose people were erased meanwhile."""
    if gone := _of_erased().column(ids=message_ids):
        _empty_answers(gone)


def _unsay() -> None:
    """What providers and templates last failed with may quote anybody: it goes, and the next failure says it again."""
    ProviderBreaker.objects.exclude(fault="").update(fault="")
    StepFault.objects.exclude(detail="").update(detail="")


def _give_up(theirs: QuerySet[Message], now: datetime) -> None:
    """What may have left, and could be tried again, is not: nobody will know, and it counts as sent."""
    doubtful = theirs.filter(state=State.UNCERTAIN).order_by("id").select_for_update()
    Message.objects.filter(id__in=list(doubtful.values_list("id", flat=True))).update(
        state=State.UNKNOWN, reason=GONE, final_at=now, lease_until=None, wake_pending=True
    )


def _empty_answers(ids: Collection[int]) -> None:
    """A provider's id for a message becomes its hash: a report that comes later still finds what it is about."""
    DeliveryAttempt.objects.filter(message__in=ids).update(reference="", detail="")
    named = Message.objects.filter(id__in=ids, reference__gt="").values_list("id", "reference")
    rows = [(id_, hidden(reference)) for id_, reference in named if not reference.startswith(_HIDDEN)]
    bulk.update(Message, ("reference",), rows)


_HIDDEN = "hidden:"


def hidden(reference: str) -> str:
    """What stands in the place of a provider's id for a message to somebody erased."""
    return _HIDDEN + digest("reference", reference)


@prepared
def _of_erased() -> QuerySet[Any]:
    gone = Message.objects.filter(id__among=Given("ids"), customer__erased_at__isnull=False)
    return gone.values_list("id")

"""Messages of the merged are the survivor's, and so is what counts against a cap: counting rows is counting both.

A message keeps its key. What a worker is preparing for either of them goes back to the queue: that worker's gate waits
for the merge, and then finds that the message is no longer its own. What is with a provider has left, and counts.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Case, Q, Value, When

from orchestrator.customers import joining
from orchestrator.customers.joining import Handler, Into, hand_over, hold_rows
from orchestrator.domain.outbox import State
from orchestrator.messaging.models import Message, PastMessage


def handle() -> None:
    """Have messages joined in a merge. Bodies, decisions, attempts and receipts hang on their message."""
    joining.register("messaging", Handler(("messaging.Message", "messaging.PastMessage"), join, hold))


def hold(customer_ids: Collection[int]) -> None:
    """Nobody is waking an enrollment for one of their messages now, or the merge gives way."""
    hold_rows(Message.objects.filter(customer_id__in=customer_ids, wake_pending=True))


def join(into: Into, now: datetime) -> None:
    """Move the messages, and have those that are being prepared prepared anew, for whom they are now."""
    survivors = set(into.values())
    touched = Q(customer_id__in=list(into)) | Q(customer_id__in=survivors, state=State.LEASED)
    list(Message.objects.filter(touched).order_by("id").select_for_update().values_list("id"))
    hand_over(Message, into)
    hand_over(PastMessage, into)
    waiting = Case(When(maybe_sent=True, then=Value(State.UNCERTAIN)), default=Value(State.PLANNED))
    Message.objects.filter(customer_id__in=survivors, state=State.LEASED).update(
        state=waiting, claim=None, lease_until=None, due_at=now
    )

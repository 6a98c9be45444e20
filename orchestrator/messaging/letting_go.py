"""LET GO: what a turn holds when the database does not answer in time is anybody's again, at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from orchestrator.domain.outbox import State
from orchestrator.messaging.models import Message
from orchestrator.messaging.rows import Claimed
from orchestrator.messaging.verdicts import FENCE, LEASED
from orchestrator.store import bulk


def let_go(claimed: Sequence[Claimed], now: datetime) -> None:
    """Those that have not passed the gate, as they were before the claim. Nobody died: no crash is charged.

    A row that somebody holds is not waited for: its lease runs out, as after a death.
    """
    with transaction.atomic():
        held = Message.objects.filter(id__in=[one.id for one in claimed], state=State.LEASED)
        free = set(held.order_by("id").select_for_update(skip_locked=True).values_list("id", flat=True))
        rows = [(one.id, one.fence, _before(one), now, None) for one in claimed if one.id in free]
        bulk.update(Message, ("state", "due_at", "lease_until"), rows, match=FENCE, where=LEASED)


def _before(message: Claimed) -> State:
    return State.UNCERTAIN if message.maybe_sent else State.PLANNED

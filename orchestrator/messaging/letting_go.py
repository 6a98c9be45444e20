"""LET GO: what a turn holds and will not hand off is anybody's again, at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from orchestrator.domain.outbox import State
from orchestrator.messaging.models import Message
from orchestrator.messaging.rows import Claimed
from orchestrator.messaging.verdicts import FENCE, LEASED
from orchestrator.store import bulk


def put_back(messages: Sequence[Claimed], now: datetime) -> None:
    """The turn is over before they were gated: as they were before the claim, due at once."""
    rows = [(one.id, one.fence, before(one), now, None) for one in messages]
    with transaction.atomic():
        bulk.update(Message, ("state", "due_at", "lease_until"), rows, match=FENCE, where=LEASED)


def let_go(claimed: Sequence[Claimed], now: datetime) -> None:
    """The database has not answered in time. Those that have not passed the gate, as they were before the claim.

    Nobody died: no crash is charged.

    A row that somebody holds is not waited for: its lease runs out, as after a death.
    """
    with transaction.atomic():
        held = Message.objects.filter(id__in=[one.id for one in claimed], state=State.LEASED)
        free = set(held.order_by("id").select_for_update(skip_locked=True).values_list("id", flat=True))
        put_back([one for one in claimed if one.id in free], now)


def before(message: Claimed) -> State:
    """The state it was claimed in, as far as it matters: what may have left is in doubt still."""
    return State.UNCERTAIN if message.maybe_sent else State.PLANNED

"""EVIDENCE: a report shows that the provider has a message; what was in doubt about it is certain now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q

from orchestrator.domain.outbox import State
from orchestrator.messaging import said
from orchestrator.messaging.models import Message
from orchestrator.messaging.settle import announce
from orchestrator.sdk.values import MessageOutcome
from orchestrator.store import bulk, doorbells

# One that is with its provider now, one whose fate nobody knew, and one that is prepared for another attempt.
_IN_DOUBT = Q(state__in=(State.HANDING_OFF, State.UNCERTAIN, State.UNKNOWN)) | Q(
    state=State.LEASED, maybe_sent=True
)
_COLUMNS = (
    "id", "fence", "state", "reason", "final_at", "wake_pending", "lease_until", "maybe_sent", "reference",
)  # fmt: skip


class _Held(NamedTuple):
    """A message in doubt."""

    id: int
    fence: int
    key: str
    customer_id: int
    enrollment_id: int | None
    channel: str
    provider: str
    journey: str
    step: str
    topic: str
    test: bool
    reference: str


def accept(references: Mapping[int, str], now: datetime) -> list[int]:
    """Accept those of these messages (id -> the provider's id for it, "" if it gave none) that were in doubt.

    A worker that holds one of them finds its fence gone: it neither sends it again nor overwrites what is known.
    Its people are locked before; call it inside a transaction. The plugins are told after the commit.
    """
    held = Message.objects.filter(_IN_DOUBT, id__in=references).order_by("id").select_for_update()
    rows = [_Held(*row) for row in held.values_list(*_Held._fields)]
    bulk.update(Message, _COLUMNS[1:], [_row(one, references[one.id], now) for one in rows])
    told = [
        MessageOutcome(one.key, one.channel, one.provider, State.ACCEPTED, "accepted", one.journey, one.step, now)
        for one in rows
    ]  # fmt: skip
    if told:
        transaction.on_commit(lambda: announce(told))
        doorbells.ring(doorbells.WALK)
        said.say([(one, State.ACCEPTED, "") for one in rows], now)
    return [one.id for one in rows]


def _row(one: _Held, reference: str, now: datetime) -> tuple[object, ...]:
    known = one.reference or reference
    return one.id, one.fence + 1, State.ACCEPTED, "accepted", now, True, None, True, known

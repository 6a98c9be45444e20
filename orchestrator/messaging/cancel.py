"""CANCEL: what has not left need not leave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Q, QuerySet

from orchestrator.domain.outbox import State
from orchestrator.messaging.models import Message
from orchestrator.messaging.money import give_back, lock_charged

_STOPPABLE = (State.PLANNED, State.RETRY_WAIT)


def cancel(reasons: Mapping[int, str], now: datetime) -> int:
    """Cancel the waiting messages of these enrollments (id -> reason); answers how many.

    One that a worker is preparing right now is not touched here: the gate sees the ended enrollment for itself.
    """
    grouped = [
        (Q(enrollment_id__in=[id_ for id_, why in reasons.items() if why == reason]), reason)
        for reason in sorted(set(reasons.values()))
    ]
    with transaction.atomic():
        return stop(grouped, now)


def take_back(
    visits: Collection[tuple[int, str, int]], reason: str, now: datetime
) -> set[tuple[int, str, int]]:
    """Cancel the messages of these visits (enrollment, step, visit) where all of them are unsent for certain.

    Answers the visits whose messages are gone; of any other nothing is touched, since one of its messages has been
    sent, may have been, or is in a worker's hands. Nobody is woken by it. Call it inside a transaction.
    """
    theirs = Message.objects.filter(enrollment_id__in={one for one, _, _ in visits}).order_by("id")
    lock_charged(theirs)
    rows = theirs.select_for_update().values_list(
        "id", "enrollment_id", "step", "visit", "state", "maybe_sent"
    )
    found: dict[tuple[int, str, int], list[tuple[int, bool]]] = defaultdict(list)
    for id_, enrollment, step, visit, state, maybe_sent in rows:
        found[enrollment or 0, step, visit].append((id_, state in _STOPPABLE and not maybe_sent))
    back = {one for one in visits if all(unsent for _, unsent in found[one])}
    ids = [id_ for one in back for id_, _ in found[one]]
    give_back(ids)
    _stop(Message.objects.filter(id__in=ids), reason, now)
    Message.objects.filter(id__in=ids).update(wake_pending=False)
    return back


def stop(which: Sequence[tuple[Q, str]], now: datetime) -> int:
    """Cancel those of these messages that still wait, each group for its reason; answers how many.

    All are locked by id, after the budgets that paid for them, before the first is changed: two that stop overlapping
    sets wait for each other, and never in a circle. A worker that claims one meanwhile has got it, or finds it
    cancelled. Call it inside a transaction.
    """
    anyone = reduce(or_, (one for one, _ in which), Q(pk__in=[]))
    waiting = Message.objects.filter(anyone, state__in=_STOPPABLE).order_by("id")
    lock_charged(waiting)
    ids = list(waiting.select_for_update().values_list("id", flat=True))
    give_back(ids)
    return sum(_stop(Message.objects.filter(one, id__in=ids), reason, now) for one, reason in which if ids)


def _stop(messages: QuerySet[Message], reason: str, now: datetime) -> int:
    return messages.filter(state__in=_STOPPABLE).update(
        state=State.CANCELLED,
        reason=reason,
        final_at=now,
        counted_at=None,
        wake_pending=True,
        lease_until=None,
    )

"""HALTED: what waits while all sending is halted, and what somebody decides about it.

Each decision goes in batches of its own commits, and takes rows under their locks in the order of their ids: one that
is broken off has decided whole batches, and run again it finds the rest. Rows that a worker holds are not touched.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Min, Q, QuerySet

from orchestrator.domain.outbox import State
from orchestrator.messaging import queues
from orchestrator.messaging.models import Message
from orchestrator.messaging.money import give_back, lock_charged
from orchestrator.store import doorbells
from orchestrator.store.again import again
from orchestrator.workspace.halt import halted_at

BATCH = 1000
# Nothing comes due then: a message in quarantine waits until somebody releases or expires it.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
QUARANTINED = "quarantined"
EXPIRED = "expired_by_hand"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which of the waiting messages; "" and None choose all. `since`: due then or later."""

    journey: str = ""
    channel: str = ""
    purpose: str = ""
    since: datetime | None = None
    quarantined: bool = False

    def messages(self, now: datetime) -> QuerySet[Message]:
        """Those that have not been released, and would leave if nothing were halted; or those in quarantine."""
        given = {"journey": self.journey, "channel": self.channel, "purpose": self.purpose}
        if self.quarantined:
            rows = queues.claimable().filter(due_at=NEVER, reason=QUARANTINED)
            return rows.filter(**_asked(given))
        since = {"due_at__gte": self.since} if self.since else {}
        released = Q(released_at__gte=halted_at() or NEVER)
        return (
            queues.due(now).filter(**_asked(given), **since).exclude(released & Q(released_at__isnull=False))
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of what waits. `oldest`: when the longest overdue of them was due."""

    journey: str
    channel: str
    purpose: str
    count: int
    oldest: datetime


def waiting(chosen: Chosen, now: datetime) -> list[Waiting]:
    """What waits, by journey, channel and purpose."""
    kinds = ("journey", "channel", "purpose")
    rows = chosen.messages(now).values_list(*kinds).annotate(count=Count("id"), oldest=Min("due_at"))
    return [Waiting(*row) for row in rows.order_by(*kinds)]


def release(chosen: Chosen, now: datetime) -> int:
    """Let these leave, though all else waits; the gate still asks everything. Answers how many."""
    at = max(now, halted_at() or now)
    fresh: dict[str, Any] = {"released_at": at}
    if chosen.quarantined:
        fresh |= {"due_at": now, "reason": ""}
    count = _decide(chosen, now, lambda rows: rows.update(**fresh))
    doorbells.ring(doorbells.DELIVER)
    return count


def quarantine(chosen: Chosen, now: datetime) -> int:
    """Put these aside: they wait though the halt ends. Answers how many."""
    return _decide(
        chosen, now, lambda rows: rows.update(due_at=NEVER, reason=QUARANTINED, fence=F("fence") + 1)
    )


def expire(chosen: Chosen, now: datetime) -> int:
    """End these unsent; what may have left becomes unknown, and goes on counting. Answers how many."""
    count = _decide(chosen, now, lambda rows: _expire(rows, now))
    doorbells.ring(doorbells.WALK)
    return count


def waits(ids: Collection[int]) -> frozenset[int]:
    """Which of these must not leave now: all sending is halted, and nobody has released them since. One cheap look."""
    since = halted_at()
    if since is None:
        return frozenset()
    released = Message.objects.filter(id__in=ids, released_at__gte=since)
    return frozenset(ids) - set(released.values_list("id", flat=True))


def _expire(rows: QuerySet[Message], now: datetime) -> int:
    ended: dict[str, Any] = {
        "reason": EXPIRED, "final_at": now, "wake_pending": True, "fence": F("fence") + 1,
    }  # fmt: skip
    doubtful = rows.filter(Q(state=State.UNCERTAIN) | Q(maybe_sent=True))
    unknown = doubtful.update(state=State.UNKNOWN, **ended)
    unsent = rows.filter(state__in=(State.PLANNED, State.RETRY_WAIT))
    give_back(list(unsent.values_list("id", flat=True)))
    return unknown + rows.filter(state__in=(State.PLANNED, State.RETRY_WAIT)).update(
        state=State.EXPIRED, counted_at=None, **ended
    )


def _decide(chosen: Chosen, now: datetime, act: Callable[[QuerySet[Message]], int]) -> int:
    total, after = 0, 0
    while True:
        done, last = again(lambda after=after: _batch(chosen, now, after, act))  # type: ignore[misc]
        total += done
        if last is None:
            return total
        after = last


def _batch(
    chosen: Chosen, now: datetime, after: int, act: Callable[[QuerySet[Message]], int]
) -> tuple[int, int | None]:
    """One commit: how many, and the last id of a batch that was not empty."""
    with transaction.atomic():
        rows = chosen.messages(now).filter(id__gt=after).order_by("id").values_list("id", flat=True)
        found = list(rows[:BATCH])
        batch = chosen.messages(now).filter(id__in=found)
        lock_charged(batch)  # budgets before messages, as everywhere
        ids = list(batch.order_by("id").select_for_update().values_list("id", flat=True))
        done = act(Message.objects.filter(id__in=ids)) if ids else 0
    return done, found[-1] if found else None


def _asked(given: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if value}

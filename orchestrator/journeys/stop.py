"""STOP a journey, or one of its older versions: the people inside leave, and what is unsent is cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from orchestrator.domain.outbox import SENT, State
from orchestrator.journeys.admit import look_again
from orchestrator.journeys.launching import stop_launches
from orchestrator.journeys.leaving import leave
from orchestrator.journeys.models import Enrollment, Journey, JourneyVersion
from orchestrator.messaging.models import Message
from orchestrator.messaging.notes import noted
from orchestrator.workspace.audit import Action, note

BATCH = 1000


class NotStoppable(Exception):
    """Why it cannot be stopped, in words."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """How many people left, how many of their messages were cancelled, and how many are with a worker just now.

    Of those a worker holds, the gate cancels what has not passed it, and at most some fifty still leave. `got`: messages
    that had been sent.
    """

    people: int
    cancelled: int
    under_way: int
    got: int


def stop(row: Journey, version: JourneyVersion | None, now: datetime, by: Any = None) -> Stopped:
    """Stop the journey, or this version of it.

    The mark comes first and bites at once: from then on the gate lets nothing out. Then people leave in batches, each
    one transaction; killed in the middle and run again, it goes on with those who are left.
    """
    if version is not None and version.pk == row.current_id:
        raise NotStoppable(
            f"version {version.number} is the current one, by which people enter: publish another first, "
            "or stop the whole journey"
        )
    _mark(row, version, now, by)
    if version is None:
        stop_launches(row.pk, now)
        look_again(row.key, now)
    people = cancelled = under_way = 0
    reason = "version_stopped" if version is not None else "journey_stopped"
    inside = Enrollment.objects.filter(journey=row, status=Enrollment.Status.ACTIVE)
    for batch in _batches(inside if version is None else inside.filter(version=version)):
        with transaction.atomic():
            left = leave(batch, reason, now)
        people, cancelled = people + len(left.enrollments), cancelled + left.cancelled
        under_way += left.under_way
    messages = Message.objects.filter(journey=row.key, test=False)
    if version is not None:
        messages = messages.filter(version=version.number)
    taken = _taken(messages)
    return Stopped(people, cancelled, max(under_way - taken, 0), _sent(messages) + taken)


@transaction.atomic
def _mark(row: Journey, version: JourneyVersion | None, now: datetime, by: Any) -> None:
    """The mark, and the entry that says whose it is."""
    if version is None:
        live = Journey.objects.filter(pk=row.pk).exclude(status=Journey.Status.STOPPED)
        new = live.update(status=Journey.Status.STOPPED)
    else:
        new = JourneyVersion.objects.filter(pk=version.pk, stopped_at=None).update(stopped_at=now)
    if new:
        note(Action.STOPPED, by, row, now, **({"version": version.number} if version is not None else {}))


def _batches(people: QuerySet[Enrollment]) -> Iterator[QuerySet[Enrollment]]:
    """Sets of at most `BATCH` people by id; each is looked at afresh, so that whoever has left meanwhile is not in it."""
    last = 0
    while ids := list(people.filter(id__gt=last).order_by("id").values_list("id", flat=True)[:BATCH]):
        yield people.filter(id__in=ids).order_by("id")
        last = ids[-1]


def _sent(messages: QuerySet[Message]) -> int:
    return messages.filter(state__in=SENT).exclude(state=State.GHOST).count()


def _taken(messages: QuerySet[Message]) -> int:
    """Those that a worker still holds, whose provider has taken them already."""
    held = messages.filter(state=State.HANDING_OFF).values_list("id", "attempts")
    return sum(outcome == State.ACCEPTED for outcome, _ in noted(dict(held)).values())

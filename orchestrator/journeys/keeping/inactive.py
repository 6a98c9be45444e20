"""Customers of whom nothing was heard for long: since when, who is kept nevertheless, and the verbs by which they go.

A sign of life is what a person did: an event, an answer to a message, a statement about consent. What we did does not
count: segments entered, messages delivered, events that journeys emit. The price: one index range a person and look.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, Max, Model, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Greatest

from orchestrator.consents.models import ConsentRecord
from orchestrator.customers.erase import erase
from orchestrator.customers.models import Customer
from orchestrator.customers.restrict import restrict
from orchestrator.domain.outbox import OPEN
from orchestrator.events.models import Event
from orchestrator.journeys.keeping.shape import Asked, Moments
from orchestrator.journeys.models import Enrollment
from orchestrator.loyalty.models import PointsEntry
from orchestrator.messaging.models import Message

MOST = 200  # as many as an erasure takes in one transaction
ANSWERS = ("message.opened", "message.clicked", "message.replied")
THERE = Q(erased_at=None, merged_into=None)
_OURS = Q(name__startswith="segment.") | Q(name__startswith="message.") | Q(key__startswith="step:")


def last_heard() -> Coalesce:
    """When a person was last heard of: their newest sign of life, else when they came to be known."""
    lived = Event.objects.filter(~_OURS | Q(name__in=ANSWERS), customer=OuterRef("pk"))
    said = ConsentRecord.objects.filter(customer=OuterRef("pk"))
    created = F("created_at")
    return Greatest(
        created,
        Coalesce(_newest(lived, "occurred_at"), created),
        Coalesce(_newest(said, "recorded_at"), created),
    )  # type: ignore[return-value]


def goes_on(when: Moments) -> Asked:
    """Inside a journey, or measured by one; a message under way; points that we owe; or locked, maybe at their wish."""
    theirs: dict[str, Any] = {"customer": OuterRef("pk")}
    inside = Enrollment.objects.filter(**theirs, status=Enrollment.Status.ACTIVE)
    measured = Enrollment.objects.filter(**theirs, goal_met_at=None, goal_until__gt=when.now)
    under_way = Message.objects.filter(**theirs, state__in=OPEN)
    points = PointsEntry.objects.filter(**theirs).order_by().values("customer").annotate(sum=Sum("points"))
    owed = points.filter(sum__gt=0)
    return (
        Q(restricted_at__isnull=False) | Exists(inside) | Exists(measured) | Exists(under_way) | Exists(owed)
    )


def erase_them(model: type[Model], ids: Sequence[int], now: datetime) -> None:
    """By the verb of every erasure, with whoever is the same person by a merger."""
    erase(ids, now)


def restrict_them(model: type[Model], ids: Sequence[int], now: datetime) -> None:
    """Nothing but keeping their data, until somebody lifts it."""
    restrict(ids, now)


def names(ids: Sequence[int]) -> list[Customer]:
    """These people, for whoever may see who they are."""
    return list(Customer.objects.filter(pk__in=ids).order_by("pk"))


def _newest(rows: QuerySet[Any], column: str) -> Subquery:
    return Subquery(rows.order_by().values("customer").annotate(newest=Max(column)).values("newest"))

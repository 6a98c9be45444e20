"""Counts that stay cheap however large the tables grow: each looks at a bounded number of rows and says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count as Counted
from django.db.models import IntegerField, QuerySet, Subquery, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orchestrator.domain.outbox import OPEN, SENT, State
from orchestrator.journeys.models import Enrollment, Journey
from orchestrator.messaging.models import Message
from orchestrator.studio import amounts
from orchestrator.studio.cells import listed
from orchestrator.studio.counted import grouped, share
from orchestrator.workspace.models import Workspace

__all__ = ["MOST", "Few", "JourneyNumbers", "at_most", "at_most_said", "grouped", "of_journey", "share"]
MOST = 10_000

_MESSAGES: tuple[tuple[Any, Iterable[str]], ...] = (
    (gettext_lazy("taken by the provider"), (State.ACCEPTED,)),
    (gettext_lazy("on their way"), OPEN),
    (gettext_lazy("not sent, by the rules"), (State.SKIPPED, State.EXPIRED, State.CANCELLED)),
    (gettext_lazy("kept back to measure"), (State.GHOST,)),
    (gettext_lazy("nobody knows"), (State.UNKNOWN,)),
    (gettext_lazy("went wrong"), (State.REJECTED, State.FAILED, State.RENDER_FAILED, State.DEAD)),
)


@dataclass(frozen=True, slots=True)
class Count:
    """A number with its name and the list behind it."""

    name: str
    shown: str
    url: str


@dataclass(frozen=True, slots=True)
class Spent:
    """What the messages of a step cost, and of how many; `step` is "" for all steps together."""

    step: str
    messages: str
    cost: str


@dataclass(frozen=True, slots=True)
class JourneyNumbers:
    """Who entered, what they were sent, and what that cost, by step, where it cost anything."""

    people: list[Count]
    messages: list[Count]
    costs: list[Spent]


def of_journey(journey: Journey) -> JourneyNumbers:
    """Ten counts, each by an index and over at most ten thousand rows."""
    people = reverse("admin:journeys_enrollment_changelist") + f"?journey__id__exact={journey.pk}"
    sent = reverse("admin:messaging_message_changelist") + f"?q={journey.key}"
    statuses = {
        status: Enrollment.objects.filter(journey=journey, status=status) for status in Enrollment.Status
    }
    mine = Message.objects.filter(journey=journey.key, test=False)
    states = {name: mine.filter(state__in=list(states)) for name, states in _MESSAGES}
    by_status = _said({str(one.label): rows for one, rows in statuses.items()})
    urls = [f"{people}&status__exact={one.value}" for one in statuses]
    return JourneyNumbers(
        [Count(name, shown, url) for (name, shown), url in zip(by_status, urls, strict=True)],
        [
            Count(name, shown, sent)
            for name, shown in _said({str(name): rows for name, rows in states.items()})
        ],
        list(_costs(journey)),
    )


def _said(rows: Mapping[str, QuerySet[Any]]) -> list[tuple[str, str]]:
    """Each with its count; where one is hidden, so is what it could be had from, since readers know how many there are."""
    counts = {name: _counted(one) for name, one in rows.items()}
    told = listed(counts)
    return [
        (name, told.say(name) if name in told.gone else at_most_said(count)) for name, count in counts.items()
    ]


def _costs(journey: Journey) -> Iterator[Spent]:
    """The sums of at most ten thousand messages that were sent or may have been, tests among them: tests are paid for."""
    paid = Message.objects.filter(journey=journey.key, state__in=list(SENT), cost__isnull=False).order_by()
    looked_at = Message.objects.filter(pk__in=paid.values("pk")[:MOST])
    rows = list(looked_at.values("step").annotate(count=Counted("pk"), cost=Sum("cost")).order_by("step"))
    currency = Workspace.get().currency if rows else ""
    told = listed({row["step"]: row["count"] for row in rows})
    for row in rows:
        # What a hidden number of messages cost would tell it.
        cost = "–" if row["step"] in told.gone else amounts.shown(row["cost"], currency)
        yield Spent(row["step"], told.say(row["step"]), cost)
    if len(rows) > 1 or sum(row["count"] for row in rows) == MOST:
        total = amounts.shown(sum((row["cost"] for row in rows), Decimal(0)), currency)
        gone = "all" in told.gone
        yield Spent("", told.say("all") if gone else at_most(paid), "–" if gone else total)


def at_most(rows: QuerySet[Any]) -> str:
    """How many, as a reader writes it; "over 10,000" where there are more."""
    return at_most_said(_counted(rows))


def _counted(rows: QuerySet[Any]) -> int:
    return rows.order_by()[: MOST + 1].count()


def at_most_said(count: int) -> str:
    """Such a count in words."""
    if count > MOST:
        return _("over %(count)s") % {"count": grouped(MOST)}
    return grouped(count)


class Few(Subquery):
    """How many rows a queryset has for each outer row, at most one more than `MOST`."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS few)"
    output_field = IntegerField()

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(rows.order_by().values("pk")[: MOST + 1])

"""Counts that stay cheap however large the tables grow: each looks at a bounded number of rows and says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count as Counted
from django.db.models import QuerySet, Sum
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orchestrator.domain.outbox import OPEN, SENT, State
from orchestrator.journeys.models import Enrollment, Journey
from orchestrator.messaging.models import Message
from orchestrator.studio import amounts
from orchestrator.workspace.models import Workspace

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
    return JourneyNumbers(
        [
            Count(
                str(status.label),
                at_most(Enrollment.objects.filter(journey=journey, status=status)),
                f"{people}&status__exact={status.value}",
            )
            for status in Enrollment.Status
        ],
        [
            Count(
                str(name),
                at_most(Message.objects.filter(journey=journey.key, state__in=list(states), test=False)),
                sent,
            )
            for name, states in _MESSAGES
        ],
        list(_costs(journey)),
    )


def _costs(journey: Journey) -> Iterator[Spent]:
    """The sums of at most ten thousand messages that were sent or may have been, tests among them: tests are paid for."""
    paid = Message.objects.filter(journey=journey.key, state__in=list(SENT), cost__isnull=False).order_by()
    looked_at = Message.objects.filter(pk__in=paid.values("pk")[:MOST])
    rows = list(looked_at.values("step").annotate(count=Counted("pk"), cost=Sum("cost")).order_by("step"))
    currency = Workspace.get().currency if rows else ""
    for row in rows:
        yield Spent(row["step"], grouped(row["count"]), amounts.shown(row["cost"], currency))
    if len(rows) > 1 or sum(row["count"] for row in rows) == MOST:
        total = sum((row["cost"] for row in rows), Decimal(0))
        yield Spent("", at_most(paid), amounts.shown(total, currency))


def at_most(rows: QuerySet[Any]) -> str:
    """How many, as a reader writes it; "over 10,000" where there are more."""
    count = rows.order_by()[: MOST + 1].count()
    if count > MOST:
        return _("over %(count)s") % {"count": grouped(MOST)}
    return grouped(count)


def grouped(count: int) -> str:
    """ "10,000", as the reader's language writes it."""
    return str(formats.number_format(count, 0, use_l10n=True, force_grouping=True))


def share(part: int, whole: int) -> str:
    """ "12.5 %", or a dash where there is nothing to take a share of."""
    # Translators: a share in percent; write the sign as your language does.
    if not whole:
        return "–"
    # `number_format` cuts off; a share is rounded.
    return _("%(number)s%%") % {"number": formats.number_format(round(100 * part / whole, 1), 1)}

"""The card "Why did they get this, or why not?" of a customer's page: the journeys, and the answer for one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from orchestrator.customers.models import Customer
from orchestrator.journeys.models import Enrollment, Journey
from orchestrator.studio import words
from orchestrator.studio.coming import by_hand_url
from orchestrator.studio.links import url_of
from orchestrator.studio.titles import title_of, titled
from orchestrator.studio.why import Answer, why

MOST_JOURNEYS = 25
MOST_PASSAGES = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """A journey that can be asked about, and where this customer stands in it."""

    title: str
    url: str
    chosen: bool
    tone: str
    stands: str


@dataclass(frozen=True, slots=True)
class Whys:
    """All of the card. `answer` is None while no journey is asked about; `in_url` lets them into it by hand."""

    choices: list[Choice]
    answer: Answer | None
    in_url: str = ""


def why_url(customer_id: int, journey: str) -> str:
    """The place on a customer's page that answers for a journey."""
    return f"{url_of('customers_customer', customer_id)}?{urlencode({'why': journey})}#why"


def read_whys(customer: Customer, asked: str, now: datetime) -> Whys:
    """The journeys in one query; the answer, of the last five passages, for the one that is asked about."""
    journeys = list(_journeys(customer, asked)[:MOST_JOURNEYS])
    chosen = next((journey for journey in journeys if journey.key == asked), None)
    answer = why(customer, chosen, now, MOST_PASSAGES) if chosen is not None else None
    in_url = by_hand_url(chosen.pk, customer.external_id, "add") if chosen is not None else ""
    return Whys([_choice(customer, journey, asked) for journey in journeys], answer, in_url)


def _journeys(customer: Customer, asked: str) -> QuerySet[Any]:
    """What is live, where they have been, and what is asked about: that one first, so that it is never cut off."""
    latest = Enrollment.objects.filter(customer=customer, journey=OuterRef("pk"))
    stands = Subquery(latest.order_by("-entered_at", "-id").values("status")[:1])
    wanted = Q(status=Journey.Status.LIVE) | Q(stands__isnull=False) | Q(key=asked)
    found = titled(Journey.objects.all()).annotate(stands=stands, asked=Q(key=asked)).filter(wanted)
    return found.order_by("-asked", "title", "pk")


def _choice(customer: Customer, journey: Any, asked: str) -> Choice:
    stands = journey.stands
    return Choice(
        title_of(journey),
        why_url(customer.pk, journey.key),
        journey.key == asked,
        words.tone(stands or ""),
        str(Enrollment.Status(stands).label) if stands else _("never entered"),
    )

"""The tour of a new user: six pages with something to see on each, and which of them they have seen.

Who has joined lately is shown it. What they have seen, and that they want no more of it, stands in a cookie of
theirs, written by static/studio/tour.js: it outlives a login, and nobody else need ever know it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from orchestrator.domain.outbox import State
from orchestrator.journeys.models import Journey
from orchestrator.messaging.models import Message
from orchestrator.studio.links import url_of
from orchestrator.studio.numbers import grouped
from orchestrator.studio.whys import why_url

NEW_FOR = timedelta(days=30)
LOOKED_AT = 1_000  # newest messages, among which one to show is looked for
HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the tour."""

    key: str
    title: str
    text: str
    url: str
    done: bool


@dataclass(frozen=True, slots=True)
class Tour:
    """What is left of it; `cookie` is where it is kept."""

    cookie: str
    steps: list[Step]
    said: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What there is to show: whose message was sent, whose was not and of which journey, one that waits or did, a journey."""

    customer: int | None = None
    unsent: tuple[int, str] | None = None
    held: int | None = None
    journey: int | None = None


def read_tour(request: HttpRequest) -> Tour | None:
    """The tour of whoever asks; None for who is no longer new, has hidden it, or would find nothing there."""
    user = request.user
    joined = getattr(user, "date_joined", None)
    if joined is None or joined < timezone.now() - NEW_FOR:
        return None
    cookie = f"tour_{user.pk}"
    seen = set(request.COOKIES.get(cookie, "").split("."))
    if HIDDEN in seen:
        return None
    steps = [step for step, right in _steps(_shown(), seen) if user.has_perm(right)]
    if not steps:
        return None
    done = {"done": grouped(sum(step.done for step in steps)), "all": grouped(len(steps))}
    return Tour(cookie, steps, _("%(done)s of %(all)s seen") % done)


def _shown() -> Shown:
    about = ("pk", "customer_id", "journey", "state", "first_held_at")
    newest = list(Message.objects.order_by("-pk").values_list(*about)[:LOOKED_AT])
    held = [(state != State.PLANNED, -pk) for pk, _customer, _key, state, at in newest if at]
    return Shown(
        next((customer for _pk, customer, _key, state, _at in newest if state == State.ACCEPTED), None),
        next(
            ((customer, key) for _pk, customer, key, state, _at in newest if state == State.SKIPPED and key),
            None,
        ),
        -min(held)[1] if held else None,
        Journey.objects.filter(status=Journey.Status.LIVE)
        .order_by("pk")
        .values_list("pk", flat=True)
        .first(),
    )


def _steps(shown: Shown, seen: set[str]) -> Iterator[tuple[Step, str]]:
    """Those that have something to show, each with the right that it takes."""
    for key, right, url in _places(shown):
        title, text = _words()[key]
        yield Step(key, title, text, url, key in seen), right


def _places(shown: Shown) -> Iterator[tuple[str, str, str]]:
    if shown.customer:
        yield "customer", "customers.view_customer", url_of("customers_customer", shown.customer)
    if shown.unsent:
        yield "why", "customers.view_customer", why_url(*shown.unsent)
    if shown.journey:
        for key in ("canvas", "simulate"):
            yield (
                key,
                "journeys.change_journey",
                reverse(f"admin:journeys_journey_{key}", args=[shown.journey]),
            )
    if shown.held:
        yield "held", "messaging.view_message", url_of("messaging_message", shown.held)
    if shown.journey:
        yield "result", "journeys.view_journey", url_of("journeys_journey", shown.journey)


def _words() -> dict[str, tuple[str, str]]:
    return {
        "customer": (_("Look at a customer"), _("Who they are, and all that happened between you, in one column.")),
        "why": (_("Ask why"), _("Why somebody got no message: the answer in words, and what it stands on.")),
        "canvas": (_("Open the canvas"), _("A journey as a picture. Arrows walk through it, + adds a step.")),
        "simulate": (_("Simulate"), _("What a journey would have done in the last days, before anybody gets a message.")),
        "held": (_("See a held message"), _("What it waits or waited for, and until when.")),
        "result": (_("Read the result"), _("How many came in, what they were sent, and how it ended for them.")),
    }  # fmt: skip

"""`GET /api/v1/customers/<external_id>/timeline/`, `/why/?journey=KEY`, `/next/`: what the studio says, for programs.

The sentences are the studio's own, in the language of `Accept-Language`; beside each stand its codes and evidence.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from orchestrator.api.auth import ReadView
from orchestrator.api.found import find_customer
from orchestrator.api.params import Param
from orchestrator.api.problems import problem
from orchestrator.api.shapes import Named, ObjectField
from orchestrator.api.telling import told
from orchestrator.api.told import tell_answer, tell_item, tell_next
from orchestrator.customers.models import Customer
from orchestrator.studio.asked import NotFound, find_journey
from orchestrator.studio.coming import read_next
from orchestrator.studio.timeline import KINDS, PAGE, BadPlace, Place, read_timeline
from orchestrator.studio.why import why
from orchestrator.workspace.models import Workspace

MOST = 200  # of a page of the timeline


class BadRequest(Exception):
    """A parameter that cannot be read; `code` names which, the words say how to mend it."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code = code


class OneCustomerView(ReadView):
    """Finds the customer; 404 where nobody has the id, 400 for a parameter that cannot be read."""

    def get(self, request: Request, external_id: str) -> Response:
        """Answer about one customer; of somebody merged, about who stands for them now."""
        customer = find_customer(external_id)
        if customer is None:
            told = {"id": external_id}
            return problem(
                "no_customer", _("There is no customer with the external id “%(id)s”.") % told, 404
            )
        try:
            with timezone.override(ZoneInfo(Workspace.get().time_zone)):  # as the studio writes times
                return Response(self.answer(request, customer, datetime.now(UTC)))
        except BadRequest as error:
            return problem(error.code, str(error), 400)
        except NotFound as error:
            return problem("no_journey", str(error), 404)

    def answer(self, request: Request, customer: Customer, now: datetime) -> dict[str, Any]:
        """What is said."""
        raise NotImplementedError


class TimelineShape(serializers.Serializer):  # type: ignore[type-arg]
    """A page of what happened; each thing has `at`, `kind`, `text`, `facts` and its codes."""

    customer = Named()
    items = serializers.ListField(child=ObjectField())
    next = serializers.CharField(allow_null=True)


@extend_schema_view(
    get=told(
        "get_timeline", "Tell what happened to a customer, the newest first",
        tag="customers", answers=TimelineShape, missing=True,
        params=(
            Param("kind", "Only things of this kind; may be given several times.", choices=tuple(KINDS)),
            Param("before", "The `next` of the page before."),
            Param("limit", "How many a page.", whole=(1, MOST), default=PAGE),
        ),
        example={
            "customer": {"id": 7, "external_id": "anna-7", "name": "Anna"},
            "items": [{"at": "2026-03-02T13:00:00+01:00", "kind": "events", "text": "order.placed", "facts": []}],
            "next": None,
        },
    )
)  # fmt: skip
class TimelineView(OneCustomerView):
    """What happened, newest first. `kind` (may be given several times), `before` (the `next` of a page), `limit`."""

    def answer(self, request: Request, customer: Customer, now: datetime) -> dict[str, Any]:
        """A page of it."""
        asked = request.query_params
        kinds = _kinds(asked.getlist("kind"))
        page = read_timeline(customer, kinds, _place(asked.get("before", "")), _limit(asked.get("limit")))
        return {
            "customer": _who(customer),
            "items": [tell_item(item) for item in page.items],
            "next": page.next or None,
        }


@extend_schema_view(
    get=told(
        "get_why", "Say why a customer got a journey's messages, or did not",
        tag="customers", answers=OpenApiTypes.OBJECT, missing=True,
        params=(Param("journey", "The journey's key.", required=True),),
        example={"text": "They have not entered “Welcome”.", "passages": []},
    )
)  # fmt: skip
class WhyView(OneCustomerView):
    """Why they entered a journey or did not, where they are, and what became of each message. `journey` is its key."""

    def answer(self, request: Request, customer: Customer, now: datetime) -> dict[str, Any]:
        """All that is known."""
        key = request.query_params.get("journey", "")
        if not key.strip() or "\0" in key:
            raise BadRequest("journey_missing", _("Name the journey: ?journey=KEY."))
        return tell_answer(why(customer, find_journey(key), now))


@extend_schema_view(
    get=told(
        "get_next", "Say what comes next for a customer",
        tag="customers", answers=OpenApiTypes.OBJECT, missing=True,
        example={
            "customer": {"id": 7, "external_id": "anna-7", "name": "Anna"}, "as_of": "2026-03-02T13:00:00+01:00",
            "text": "Nothing is to come.", "passages": [], "openings": [],
        },
    )
)  # fmt: skip
class NextView(OneCustomerView):
    """Where they stand, what follows in each case as of now, and what time will open for them."""

    def answer(self, request: Request, customer: Customer, now: datetime) -> dict[str, Any]:
        """All that is to come."""
        return {"customer": _who(customer), "as_of": now, **tell_next(read_next(customer, now))}


def _who(customer: Customer) -> dict[str, Any]:
    return {"id": customer.pk, "external_id": customer.external_id, "name": str(customer)}


def _kinds(given: list[str]) -> tuple[str, ...]:
    for kind in given:
        if kind not in KINDS:
            told = {"kind": kind, "kinds": ", ".join(KINDS)}
            raise BadRequest(
                "bad_kind", _("There is no kind “%(kind)s” in a timeline. There are: %(kinds)s.") % told
            )
    return tuple(given)


def _place(given: str) -> Place | None:
    try:
        return Place.parse(given) if given else None
    except BadPlace:
        raise BadRequest(
            "bad_before", _("`before` is no place: give the `next` of the page before.")
        ) from None


def _limit(given: str | None) -> int:
    if given is None:
        return PAGE
    if not (given.isascii() and given.isdecimal() and len(given) < 10 and 1 <= int(given) <= MOST):
        raise BadRequest("bad_limit", _("`limit` must be a number from 1 to %(most)s.") % {"most": MOST})
    return int(given)

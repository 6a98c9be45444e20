"""`/api/v1/enrollments/`: who is in which journey, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from orchestrator.api.auth import Door
from orchestrator.api.found import customer_of, names_of
from orchestrator.api.pages import page
from orchestrator.api.params import PAGED, Param, read
from orchestrator.api.problems import Refused
from orchestrator.api.shapes import Named, ObjectField, page_of
from orchestrator.api.telling import told
from orchestrator.journeys.models import Enrollment, Journey

Plain = dict[str, Any]
EXAMPLE: Plain = {
    "id": 51, "customer": {"id": 7, "external_id": "anna-7"}, "journey": "onboarding", "version": 3, "entry_key": "",
    "entry_properties": {}, "status": "active", "reason": "", "held_out": False, "step": "click", "due_at": None,
    "awaits": ["message.clicked"], "entered_at": "2026-03-02T12:00:00Z", "arrived_at": "2026-03-02T12:00:05Z",
    "finished_at": None, "goal_met_at": None,
}  # fmt: skip
NARROW = ("customer", "journey")
CUSTOMER = Param("customer", "Only this customer's, by external id.")
JOURNEY = Param("journey", "Only of this journey, by key.")
FILTERS = (
    CUSTOMER, JOURNEY,
    Param("status", "Only those that stand so.", choices=tuple(Enrollment.Status.values), needs=NARROW),
    *PAGED,
)  # fmt: skip


class EnrollmentShape(serializers.Serializer):  # type: ignore[type-arg]
    """One passage through a journey."""

    id = serializers.IntegerField()
    customer = Named()
    journey = serializers.CharField()
    version = serializers.IntegerField()
    entry_key = serializers.CharField(allow_blank=True)
    entry_properties = ObjectField()
    status = serializers.ChoiceField(Enrollment.Status.values)
    reason = serializers.CharField(allow_blank=True)
    held_out = serializers.BooleanField()
    step = serializers.CharField(allow_blank=True)
    due_at = serializers.DateTimeField(allow_null=True)
    awaits = serializers.ListField(child=serializers.CharField())
    entered_at = serializers.DateTimeField()
    arrived_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    goal_met_at = serializers.DateTimeField(allow_null=True)


class PassagesView(Door):
    """All of them."""

    rights = {"GET": ("journeys.view_enrollment",)}

    @told(
        "list_enrollments", "List enrollments, the newest first",
        tag="enrollments", params=FILTERS, answers=page_of(EnrollmentShape),
        example={"items": [EXAMPLE], "next": None},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Of one customer, of one journey, or of all."""
        asked = read(request, FILTERS)
        return page(_filtered(asked), asked, tell, name="enrollments", newest=True)


class PassageView(Door):
    """One of them."""

    rights = {"GET": ("journeys.view_enrollment",)}

    @told(
        "get_enrollment",
        "Get an enrollment",
        tag="enrollments",
        answers=EnrollmentShape,
        example=EXAMPLE,
        missing=True,
    )
    def get(self, request: Request, number: int) -> Response:
        """Where somebody stands."""
        read(request, ())
        one = _whole().filter(pk=number).first()
        if one is None:
            raise Refused("no_enrollment", "There is no enrollment with this number.", 404)
        return Response(tell([one])[0])


def _whole() -> QuerySet[Enrollment]:
    whole = Enrollment.objects.select_related("journey", "version")
    return whole.defer("version__source", "version__definition", "version__templates", "journey__draft")


def _filtered(asked: Mapping[str, Any]) -> QuerySet[Enrollment]:
    rows = _whole()
    if asked["customer"]:
        rows = rows.filter(customer=asked_for(asked["customer"]))
    if asked["journey"]:
        rows = rows.filter(journey=journey_of(asked["journey"]))
    return rows.filter(status=asked["status"]) if asked["status"] else rows


def asked_for(external_id: str) -> int:
    """A customer's number; Refused (400) for a filter by somebody whom nobody knows."""
    try:
        return customer_of(external_id).pk
    except Refused as error:
        fault = {"parameter": "customer", "code": "no_customer", "detail": str(error)}
        raise Refused("bad_parameter", f"customer: {error}", 400, [fault]) from None


def journey_of(key: str) -> int:
    """A journey's number; Refused (400) for a filter by one that is not there."""
    found = Journey.objects.filter(key=key).values_list("id", flat=True).first()
    if found is None:
        fault = {"parameter": "journey", "code": "no_journey", "detail": "There is no such journey."}
        raise Refused("bad_parameter", "journey: There is no such journey.", 400, [fault])
    return found


def tell(rows: Sequence[Enrollment]) -> list[Plain]:
    """As answers name them: one query more, however many."""
    names = names_of([one.customer_id for one in rows])
    return [
        {
            "id": one.pk, "customer": names[one.customer_id], "journey": one.journey.key, "version": one.version.number,
            "entry_key": one.entry_key, "entry_properties": one.entry_properties, "status": one.status,
            "reason": one.reason, "held_out": one.held_out, "step": one.step, "due_at": one.due_at,
            "awaits": one.awaits.split(), "entered_at": one.entered_at, "arrived_at": one.arrived_at,
            "finished_at": one.finished_at, "goal_met_at": one.goal_met_at,
        }
        for one in rows
    ]  # fmt: skip

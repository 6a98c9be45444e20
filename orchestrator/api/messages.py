"""Messages: what became of each, and every decision about it with its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from orchestrator.api.auth import Door
from orchestrator.api.found import names_of
from orchestrator.api.pages import page
from orchestrator.api.params import PAGED, Param, read
from orchestrator.api.passages import CUSTOMER, JOURNEY, asked_for, journey_of
from orchestrator.api.problems import Refused
from orchestrator.api.shapes import Named, ObjectField, page_of
from orchestrator.api.telling import told
from orchestrator.domain.outbox import State
from orchestrator.messaging.models import Decision, Message

Plain = dict[str, Any]
MOST_DECISIONS = 200
STATES = tuple(state.value for state in State)
EXAMPLE: Plain = {
    "id": 88, "key": "0123456789abcdef0123456789abcdef", "customer": {"id": 7, "external_id": "anna-7"},
    "journey": "onboarding", "version": 3, "step": "hello", "enrollment": 51, "channel": "email",
    "purpose": "marketing", "topic": "club", "state": "accepted", "reason": "accepted", "held_out": False,
    "test": False, "provider": "smtp", "cost": None, "created_at": "2026-03-02T12:00:00Z",
    "due_at": "2026-03-02T12:00:00Z", "expires_at": "2026-03-05T12:00:00Z",
    "handed_off_at": "2026-03-02T12:00:02Z", "final_at": "2026-03-02T12:00:03Z", "delivered_at": None,
    "bounced_at": None,
}  # fmt: skip
DECIDED: Plain = {
    "decided_at": "2026-03-02T12:00:01Z", "outcome": "allow", "reason": "allowed", "until": None, "evidence": {},
}  # fmt: skip
NARROW = ("customer", "journey", "enrollment")
FILTERS = (
    CUSTOMER, JOURNEY,
    Param("enrollment", "Only of this enrollment, by number.", whole=(1, 2**63 - 1)),
    Param("state", "Only those in this state.", choices=STATES, needs=NARROW),
    Param("channel", "Only by this channel.", needs=NARROW),
    *PAGED,
)  # fmt: skip


class MessageShape(serializers.Serializer):  # type: ignore[type-arg]
    """One message to one person over one channel."""

    id = serializers.IntegerField()
    key = serializers.CharField()
    customer = Named()
    journey = serializers.CharField()
    version = serializers.IntegerField()
    step = serializers.CharField(allow_blank=True)
    enrollment = serializers.IntegerField(allow_null=True)
    channel = serializers.CharField()
    purpose = serializers.CharField()
    topic = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(STATES)
    reason = serializers.CharField(allow_blank=True)
    held_out = serializers.BooleanField()
    test = serializers.BooleanField()
    provider = serializers.CharField(allow_blank=True)
    cost = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    handed_off_at = serializers.DateTimeField(allow_null=True)
    final_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    bounced_at = serializers.DateTimeField(allow_null=True)


class DecisionShape(serializers.Serializer):  # type: ignore[type-arg]
    """What the gate said of it, and on what evidence."""

    decided_at = serializers.DateTimeField()
    outcome = serializers.CharField()
    reason = serializers.CharField()
    until = serializers.DateTimeField(allow_null=True)
    evidence = ObjectField()


class OneMessageShape(MessageShape):
    """The same with where it goes, and the last 200 decisions, the oldest of them first."""

    address = serializers.CharField(allow_blank=True)
    decisions = DecisionShape(many=True)


class MessagesView(Door):
    """All of them."""

    rights = {"GET": ("messaging.view_message",)}

    @told(
        "list_messages", "List messages, the newest first",
        tag="messages", params=FILTERS, answers=page_of(MessageShape),
        example={"items": [EXAMPLE], "next": None},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Of one customer, journey or enrollment, or of all."""
        asked = read(request, FILTERS)
        return page(_filtered(asked), asked, _tell, name="messages", newest=True)


class MessageView(Door):
    """One of them."""

    rights = {"GET": ("messaging.view_message", "messaging.view_decision")}

    @told(
        "get_message", "Get a message with its decisions",
        tag="messages", answers=OneMessageShape, missing=True,
        example={**EXAMPLE, "address": "anna@example.com", "decisions": [DECIDED]},
    )  # fmt: skip
    def get(self, request: Request, number: int) -> Response:
        """Why it was sent, held or not sent."""
        read(request, ())
        one = Message.objects.filter(pk=number).first()
        if one is None:
            raise Refused("no_message", "There is no message with this number.", 404)
        decisions = Decision.objects.filter(message=one.pk).order_by("-id")[:MOST_DECISIONS]
        told_ = [_decision(each) for each in reversed(list(decisions))]
        return Response({**_tell([one])[0], "address": one.address, "decisions": told_})


def _filtered(asked: Mapping[str, Any]) -> QuerySet[Message]:
    rows = Message.objects.all()
    if asked["customer"]:
        rows = rows.filter(customer=asked_for(asked["customer"]))
    if asked["journey"]:
        journey_of(asked["journey"])
        rows = rows.filter(journey=asked["journey"])
    if asked["enrollment"]:
        rows = rows.filter(enrollment_id=asked["enrollment"])
    return rows.filter(**{name: asked[name] for name in ("state", "channel") if asked[name]})


_PLAIN = (
    "key", "journey", "version", "step", "channel", "purpose", "topic", "state", "reason", "held_out", "test",
    "provider", "created_at", "due_at", "expires_at", "handed_off_at", "final_at", "delivered_at", "bounced_at",
)  # fmt: skip


def _tell(rows: Sequence[Message]) -> list[Plain]:
    names = names_of([one.customer_id for one in rows])
    return [
        {
            "id": one.pk,
            "customer": names[one.customer_id],
            "enrollment": one.enrollment_id,
            "cost": None if one.cost is None else str(one.cost),
            **{name: getattr(one, name) for name in _PLAIN},
        }
        for one in rows
    ]


def _decision(one: Decision) -> Plain:
    return {
        "decided_at": one.decided_at, "outcome": one.outcome, "reason": one.reason, "until": one.until,
        "evidence": one.evidence,
    }  # fmt: skip

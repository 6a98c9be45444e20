"""What customers did: told of one, recorded of many."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from orchestrator.api.auth import Door
from orchestrator.api.found import customer_of
from orchestrator.api.once import once
from orchestrator.api.pages import page
from orchestrator.api.params import PAGED, Param, read
from orchestrator.api.problems import Fault
from orchestrator.api.shapes import (
    MomentField,
    ObjectField,
    ProblemFault,
    Shape,
    batch,
    page_of,
    read_items,
)
from orchestrator.api.telling import told
from orchestrator.customers.survivors import named
from orchestrator.domain.wire.names import OURS
from orchestrator.events.models import Event
from orchestrator.events.record import NewEvent, record
from orchestrator.events.rows import row

Plain = dict[str, Any]
EXAMPLE: Plain = {
    "id": 31, "name": "order.placed", "occurred_at": "2026-03-02T12:00:00Z", "received_at": "2026-03-02T12:00:01Z",
    "key": "order-1207", "amount": "249.90", "properties": {"category": "shoes"}, "backfilled": False,
}  # fmt: skip
SENT: Plain = {
    "customer": "anna-7", "name": "order.placed", "key": "order-1207", "occurred_at": "2026-03-02T13:00:00+01:00",
    "amount": "249.90", "properties": {"category": "shoes"},
}  # fmt: skip
NAME = Param("name", "Only events of this name, such as order.placed.")
# What the house itself records: a program that could would forge clicks and memberships.


class EventShape(serializers.Serializer):  # type: ignore[type-arg]
    """One thing that happened."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    key = serializers.CharField()
    amount = serializers.CharField(allow_null=True)
    properties = ObjectField()
    backfilled = serializers.BooleanField()


class NewEventShape(Shape):
    """One thing that a customer did. `key` names it for good: the same key again is the same event."""

    customer = serializers.CharField(max_length=100)
    name = serializers.CharField(max_length=100)
    key = serializers.CharField(max_length=100)
    occurred_at = MomentField(required=False)
    amount = serializers.DecimalField(max_digits=17, decimal_places=2, required=False, allow_null=True)
    properties = ObjectField(required=False)
    backfilled = serializers.BooleanField(required=False)


class EventBatch(serializers.Serializer):  # type: ignore[type-arg]
    """One to a thousand."""

    events = NewEventShape(many=True)


class RecordedShape(serializers.Serializer):  # type: ignore[type-arg]
    """What became of an item."""

    index = serializers.IntegerField()
    status = serializers.ChoiceField(["stored", "repeated", "refused"])
    errors = ProblemFault(many=True)


class RecordedBatch(serializers.Serializer):  # type: ignore[type-arg]
    """Each item's fate, in the order given."""

    stored = serializers.IntegerField()
    repeated = serializers.IntegerField()
    refused = serializers.IntegerField()
    items = RecordedShape(many=True)


class CustomerEventsView(Door):
    """What one customer did."""

    rights = {"GET": ("events.view_event",)}

    @told(
        "list_events", "List a customer's events, the newest recorded first",
        tag="events", params=(NAME, *PAGED), missing=True,
        answers=page_of(EventShape), example={"items": [EXAMPLE], "next": None},
    )  # fmt: skip
    def get(self, request: Request, external_id: str) -> Response:
        """Theirs, and those of whoever was merged into them."""
        asked = read(request, (NAME, *PAGED))
        rows = Event.objects.filter(customer=customer_of(external_id).pk)
        if asked["name"]:
            rows = rows.filter(name=asked["name"])
        return page(rows, asked, lambda found: [_tell(one) for one in found], name="events", newest=True)


class EventBatchView(Door):
    """What many did."""

    rights = {"POST": ("events.add_event",)}

    @told(
        "record_events", "Record up to 1000 events",
        tag="events", body=EventBatch, sent={"events": [SENT]}, writes=True,
        answers=RecordedBatch,
        example={"stored": 1, "repeated": 0, "refused": 0, "items": [{"index": 0, "status": "stored", "errors": []}]},
    )  # fmt: skip
    @once
    def post(self, request: Request) -> Response:
        """Each by itself. One older than 24 hours is history: it informs rules and starts nothing."""
        return Response(record_batch(batch(request.data, "events"), timezone.now()))


def record_batch(items: list[Any], now: datetime) -> Plain:
    """Record those that are sound, in one call of the verb; each item's fate."""
    read_ = list(read_items(NewEventShape, items, "events"))
    whose = named({given["customer"] for _, given, _ in read_ if given is not None})
    sound: dict[int, NewEvent] = {}
    faults: dict[int, list[Fault]] = {}
    for number, given, wrong in read_:
        faults[number] = wrong
        if given is not None:
            found = _event(given, whose, now, f"/events/{number}")
            if isinstance(found, NewEvent):
                sound[number] = found
            else:
                faults[number] = found
    known = set(
        Event.objects.filter(key__in=[one.key for one in sound.values()]).values_list("key", flat=True)
    )
    record(list(sound.values()), now)
    rows = []
    for number in range(len(items)):
        status = "refused" if number not in sound else "repeated" if sound[number].key in known else "stored"
        if number in sound:
            known.add(sound[number].key)  # the second of a key in one call
        rows.append({"index": number, "status": status, "errors": faults[number]})
    count = {word: sum(one["status"] == word for one in rows) for word in ("stored", "repeated", "refused")}
    return {**count, "items": rows}


def _event(given: Plain, whose: Mapping[str, int], now: datetime, pointer: str) -> NewEvent | list[Fault]:
    if given["customer"] not in whose:
        words = "There is no customer with this external id; save the customer first."
        return [{"pointer": f"{pointer}/customer", "code": "no_customer", "detail": words}]
    if given["name"].startswith(OURS):
        words = f"Names that begin with {', '.join(OURS)} are recorded by the installation itself."
        return [{"pointer": f"{pointer}/name", "code": "reserved", "detail": words}]
    amount: Decimal | None = given.get("amount")
    at = given.get("occurred_at", now)
    event = NewEvent(
        whose[given["customer"]], given["name"], at, given["key"], amount, given.get("properties", {}),
        given.get("backfilled", False),
    )  # fmt: skip
    try:
        row(event, at, now)
    except ValueError as error:
        return [{"pointer": pointer, "code": "invalid", "detail": str(error)}]
    return event


def _tell(one: Event) -> Plain:
    return {
        "id": one.pk, "name": one.name, "occurred_at": one.occurred_at, "received_at": one.received_at, "key": one.key,
        "amount": None if one.amount is None else str(one.amount), "properties": one.properties,
        "backfilled": one.backfilled,
    }  # fmt: skip

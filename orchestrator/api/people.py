"""`/api/v1/customers/`: who they are, their attributes and addresses; one by one or a thousand a call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from orchestrator.accounts.scopes import READ_PEOPLE, WRITE_PEOPLE
from orchestrator.api.auth import Door
from orchestrator.api.found import customer_of, no_customer
from orchestrator.api.once import once
from orchestrator.api.pages import page
from orchestrator.api.params import PAGED, read
from orchestrator.api.problems import Fault, Refused, said
from orchestrator.api.shapes import (
    Fates,
    MomentField,
    ObjectField,
    ProblemFault,
    Shape,
    batch,
    page_of,
    read_body,
    read_items,
)
from orchestrator.api.telling import told
from orchestrator.customers.models import Address, Customer
from orchestrator.customers.people import Person, check
from orchestrator.customers.save import save

Plain = dict[str, Any]
EXAMPLE: Plain = {
    "id": 7, "external_id": "anna-7", "language": "pl", "country": "PL", "time_zone": "Europe/Warsaw",
    "attributes": {"first_name": "Anna", "loyalty_tier": "gold"}, "personalization": "full", "restricted": False,
    "created_at": "2026-03-02T12:00:00Z", "updated_at": "2026-03-02T12:00:00Z",
    "addresses": [
        {"id": 9, "channel": "email", "value": "anna@example.com", "created_at": "2026-03-02T12:00:00Z",
         "verified_at": None, "invalid_at": None, "invalid_reason": ""},
    ],
}  # fmt: skip
SENT: Plain = {
    "external_id": "anna-7", "language": "pl", "country": "PL", "attributes": {"first_name": "Anna"},
    "addresses": {"email": "anna@example.com"},
}  # fmt: skip


class AddressShape(serializers.Serializer):  # type: ignore[type-arg]
    """Where a channel reaches somebody."""

    id = serializers.IntegerField()
    channel = serializers.CharField()
    value = serializers.CharField()
    created_at = serializers.DateTimeField()
    verified_at = serializers.DateTimeField(allow_null=True)
    invalid_at = serializers.DateTimeField(allow_null=True)
    invalid_reason = serializers.CharField(allow_blank=True)


class CustomerShape(serializers.Serializer):  # type: ignore[type-arg]
    """Somebody, as the company knows them."""

    id = serializers.IntegerField()
    external_id = serializers.CharField(allow_null=True)
    language = serializers.CharField(allow_blank=True)
    country = serializers.CharField(allow_blank=True)
    time_zone = serializers.CharField(allow_blank=True)
    attributes = ObjectField()
    personalization = serializers.CharField()
    restricted = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    addresses = AddressShape(many=True)


class Changes(Shape):
    """What becomes known of somebody. An attribute of null is removed; what is not named stays; addresses are added."""

    language = serializers.CharField(required=False, allow_blank=True, max_length=12)
    country = serializers.CharField(required=False, allow_blank=True, max_length=2)
    time_zone = serializers.CharField(required=False, allow_blank=True, max_length=64)
    attributes = ObjectField(required=False)
    addresses = serializers.DictField(child=serializers.CharField(max_length=1000), required=False)
    created_at = MomentField(required=False)


class NewCustomer(Changes):
    """The same with the id by which the company knows them: one that is known is changed, another is added."""

    external_id = serializers.CharField(max_length=100)


class NewAddress(Shape):
    """An address in any spelling."""

    channel = serializers.CharField(max_length=31)
    value = serializers.CharField(max_length=1000)


class SavedShape(serializers.Serializer):  # type: ignore[type-arg]
    """What became of an item; `errors` of one that was refused, or of values that were kept out of it."""

    index = serializers.IntegerField()
    status = serializers.ChoiceField(["created", "updated", "refused"])
    id = serializers.IntegerField(allow_null=True)
    external_id = serializers.CharField(allow_null=True)
    errors = ProblemFault(many=True)


class SavedBatch(Fates):
    """Each item's fate, in the order given."""

    items = SavedShape(many=True)


class CustomerBatch(serializers.Serializer):  # type: ignore[type-arg]
    """One to a thousand."""

    customers = NewCustomer(many=True)


class CustomersView(Door):
    """Everybody, and somebody more."""

    rights = {"GET": READ_PEOPLE, "POST": WRITE_PEOPLE}

    @told(
        "list_customers", "List customers, by their numbers",
        tag="customers", params=PAGED, answers=page_of(CustomerShape),
        example={"items": [EXAMPLE], "next": None},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """All but those who were erased or merged into others."""
        there = Customer.objects.filter(erased_at=None, merged_into=None)
        return page(there, read(request, PAGED), tell_customers, name="customers")

    @told(
        "save_customer", "Add a customer, or change one that is known",
        tag="customers", body=NewCustomer, sent=SENT, writes=True,
        answers=CustomerShape, example=EXAMPLE, status=201, also={200: CustomerShape},
    )  # fmt: skip
    @once
    def post(self, request: Request) -> Response:
        """201 for somebody new, 200 for somebody known."""
        return _save_one(read_body(NewCustomer, request.data))


class CustomerView(Door):
    """One of them."""

    rights = {"GET": READ_PEOPLE, "PATCH": WRITE_PEOPLE}

    @told(
        "get_customer",
        "Get a customer",
        tag="customers",
        answers=CustomerShape,
        example=EXAMPLE,
        missing=True,
    )
    def get(self, request: Request, external_id: str) -> Response:
        """Of somebody who was merged, who stands for them."""
        read(request, ())
        return Response(tell_customers([customer_of(external_id)])[0])

    @told(
        "change_customer", "Change a customer",
        tag="customers", body=Changes, sent={"attributes": {"loyalty_tier": "gold"}}, writes=True,
        answers=CustomerShape, example=EXAMPLE, missing=True,
    )  # fmt: skip
    @once
    def patch(self, request: Request, external_id: str) -> Response:
        """What is not named stays."""
        customer_of(external_id)
        return _save_one({**read_body(Changes, request.data), "external_id": external_id})


class CustomerBatchView(Door):
    """Many of them."""

    rights = {"POST": WRITE_PEOPLE}

    @told(
        "save_customers", "Add or change up to 1000 customers",
        tag="customers", body=CustomerBatch, sent={"customers": [SENT]}, writes=True,
        answers=SavedBatch,
        example={"stored": 1, "refused": 0, "items": [
            {"index": 0, "status": "created", "id": 7, "external_id": "anna-7", "errors": []}]},
    )  # fmt: skip
    @once
    def post(self, request: Request) -> Response:
        """Each by itself: one that is refused keeps no other out."""
        return Response(save_batch(batch(request.data, "customers")))


class AddressesView(Door):
    """Where somebody is reached."""

    rights = {"GET": READ_PEOPLE, "POST": WRITE_PEOPLE}

    @told(
        "list_addresses", "List a customer's addresses",
        tag="customers", answers=page_of(AddressShape), params=PAGED, missing=True,
        example={"items": EXAMPLE["addresses"], "next": None},
    )  # fmt: skip
    def get(self, request: Request, external_id: str) -> Response:
        """Those found invalid too."""
        asked = read(request, PAGED)
        rows = Address.objects.filter(customer=customer_of(external_id))
        return page(rows, asked, lambda found: [tell_address(one) for one in found], name="addresses")

    @told(
        "add_address", "Add an address",
        tag="customers", body=NewAddress, sent={"channel": "sms", "value": "+48 600 100 200"},
        writes=True, missing=True, answers=CustomerShape, example=EXAMPLE,
    )  # fmt: skip
    @once
    def post(self, request: Request, external_id: str) -> Response:
        """One that is known already is as one added. Nothing may be sent to it before its owner consents."""
        given = read_body(NewAddress, request.data)
        country = customer_of(external_id).country
        body = {"country": country, "addresses": {given["channel"]: given["value"]}}
        return _save_one({**body, "external_id": external_id})


def _save_one(given: Mapping[str, Any]) -> Response:
    try:
        saved = save([Person(**given)], timezone.now())
    except ValueError as error:
        fault = {"pointer": "", "code": "invalid", "detail": str(error).split(": ", 1)[-1]}
        raise Refused("invalid", fault["detail"], 400, [fault]) from None
    if wrong := _kept_out(saved.problems):
        if wrong[0]["pointer"] == "/external_id":
            raise no_customer(given["external_id"])
        raise Refused("invalid", said(wrong), 400, wrong)
    customer = Customer.objects.get(pk=saved.ids[0])
    return Response(tell_customers([customer])[0], 201 if saved.fresh else 200)


def _kept_out(problems: Sequence[Any], pointer: str = "") -> list[Fault]:
    return [
        {"pointer": f"{pointer}/{one.field}", "code": "kept_out", "detail": one.message} for one in problems
    ]


def save_batch(items: list[Any]) -> Plain:
    """Save those that are sound, in one call of the verb; each item's fate."""
    people: dict[int, Person] = {}
    faults: dict[int, list[Fault]] = {}
    for number, given, wrong in read_items(NewCustomer, items, "customers"):
        try:
            if given is not None:
                check(person := Person(**given))
                people[number] = person
        except ValueError as error:
            wrong = [{"pointer": f"/customers/{number}", "code": "invalid", "detail": str(error)}]
        faults[number] = wrong
    saved = save(list(people.values()), timezone.now())
    numbers = list(people)
    for one in saved.problems:
        number = numbers[one.index]
        faults[number] = faults[number] + _kept_out([one], f"/customers/{number}")
    ids = dict(zip(numbers, saved.ids, strict=True))
    erased = {numbers[one.index] for one in saved.problems if one.field == "external_id"}
    rows = [_fate(number, people, ids, saved.fresh, erased, faults[number]) for number in range(len(items))]
    refused = sum(row["status"] == "refused" for row in rows)
    return {"stored": len(rows) - refused, "refused": refused, "items": rows}


def _fate(
    number: int,
    people: Mapping[int, Person],
    ids: Mapping[int, int],
    fresh: frozenset[int],
    erased: set[int],
    errors: list[Fault],
) -> Plain:
    if number not in people or number in erased:
        return {"index": number, "status": "refused", "id": None, "external_id": None, "errors": errors}
    id_ = ids[number]
    status = "created" if id_ in fresh else "updated"
    external = people[number].external_id
    return {"index": number, "status": status, "id": id_, "external_id": external, "errors": errors}


def tell_customers(customers: Sequence[Customer]) -> list[Plain]:
    """As answers name them, with their addresses: one query more, however many."""
    addresses: dict[int, list[Plain]] = {one.pk: [] for one in customers}
    for row in Address.objects.filter(customer__in=list(addresses)).order_by("id"):
        addresses[row.customer_id].append(tell_address(row))
    return [
        {
            "id": one.pk, "external_id": one.external_id, "language": one.language, "country": one.country,
            "time_zone": one.time_zone, "attributes": one.attributes, "personalization": one.personalization,
            "restricted": one.restricted_at is not None, "created_at": one.created_at, "updated_at": one.updated_at,
            "addresses": addresses[one.pk],
        }
        for one in customers
    ]  # fmt: skip


def tell_address(row: Address) -> Plain:
    """One address."""
    return {
        "id": row.pk, "channel": row.channel, "value": row.value, "created_at": row.created_at,
        "verified_at": row.verified_at, "invalid_at": row.invalid_at, "invalid_reason": row.invalid_reason,
    }  # fmt: skip

"""Rubbish is answered with a problem that says what is wrong: never with a 500, and nothing is written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from orchestrator.customers.models import Customer
from orchestrator.events.models import Event
from tests.api.calling import BASE, Program
from tests.studio.sample import fill

pytestmark = pytest.mark.django_db
WRITES = (
    "customers/", "customers/batch/", "customers/c-0000/addresses/", "customers/c-0000/consents/", "events/batch/",
    "products/batch/",
    "journeys/onboarding/enrollments",
)  # fmt: skip
BODIES: dict[str, tuple[bytes, int]] = {
    "empty": (b"", 400),
    "no JSON": (b"{", 400),
    "null": (b"null", 400),
    "a list": (b"[]", 400),
    "a text": (b'"x"', 400),
    "NaN": (b'{"a": NaN}', 400),
    "infinite": (b'{"a": 1e999}', 400),
    "a huge number": (b'{"a": 1' + b"0" * 400 + b"}", 400),
    "digits without end": (b'{"a": ' + b"9" * 5000 + b"}", 400),
    "a name twice": (b'{"a": 1, "a": 2}', 400),
    "deep": (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
    "rather deep": (b'{"attributes": ' + b'{"a": ' * 30 + b"1" + b"}" * 31, 400),
    "NUL": (b'{"external_id": "a\\u0000b"}', 400),
    "half a letter": (b'{"external_id": "\\ud800"}', 400),
    "no UTF-8": (b'{"external_id": "\xff"}', 400),
    "large": (b'{"external_id": "' + b"x" * 1_000_000 + b'"}', 413),
}


@pytest.fixture
def shop(db: None) -> Program:
    fill(1)
    return Program()


def send(shop: Program, path: str, body: bytes, kind: str = "application/json") -> Any:
    headers = shop._headers
    return Client(raise_request_exception=False).post(BASE + path, body, kind, headers=headers)


@pytest.mark.parametrize("what", BODIES)
def test_bodies_that_are_none(shop: Program, what: str) -> None:
    before = (Customer.objects.count(), Event.objects.count())
    body, status = BODIES[what]
    for path in WRITES:
        answer = send(shop, path, body)
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), path
        assert {"type", "title", "status", "detail", "code"} <= set(answer.json())
        assert len(answer.content) < 3000
    assert (Customer.objects.count(), Event.objects.count()) == before


def test_another_kind_of_body_is_refused(shop: Program) -> None:
    for kind in (
        "application/x-www-form-urlencoded",
        "text/plain",
        "application/xml",
        "multipart/form-data; boundary=x",
    ):
        answer = send(shop, "customers/", b"external_id=anna", kind)
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


WRONG: list[Any] = [
    None,
    True,
    7,
    -1,
    1.5,
    "",
    "x" * 2000,
    [],
    [[]],
    {},
    {"a": {"b": []}},
    "٣",
    "\u202e",
    "🙂",
]


@pytest.mark.parametrize(
    "name", ["external_id", "language", "country", "time_zone", "attributes", "addresses", "created_at"]
)
def test_values_of_the_wrong_kind_are_refused_or_stored_whole(shop: Program, name: str) -> None:
    for value in WRONG:
        answer = send(shop, "customers/", json.dumps({"external_id": "new", name: value}).encode())
        assert answer.status_code in (200, 201, 400), (name, value, answer.content)
        if answer.status_code == 400:
            assert answer.json()["errors"], (name, value)


@pytest.mark.parametrize(
    "name", ["customer", "name", "key", "occurred_at", "amount", "properties", "backfilled"]
)
def test_events_of_the_wrong_kind_are_refused_one_by_one(shop: Program, name: str) -> None:
    sound = {"customer": "c-0000", "name": "shop.visited", "key": "k"}
    items = [{**sound, "key": f"k-{number}", name: value} for number, value in enumerate(WRONG)]
    items += [
        {**sound, name: value}
        for value in ("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", 10**17, "1e400")
    ]
    answer = send(shop, "events/batch/", json.dumps({"events": items}).encode())
    assert answer.status_code == 200
    told = answer.json()
    assert told["stored"] + told["repeated"] + told["refused"] == len(items)
    assert all(one["errors"] for one in told["items"] if one["status"] == "refused")


@pytest.mark.parametrize("size", [0, 1001])
def test_batches_of_none_and_of_too_many(shop: Program, size: int) -> None:
    code, told = shop.post("customers/batch/", {"customers": [{"external_id": "a"}] * size})
    assert (code, told["errors"][0]["code"]) == (400, "bad_batch")


@pytest.mark.parametrize(
    "path",
    [
        "customers/a%00b/", "customers/%ff/", "customers/" + "x" * 5000 + "/", "customers/erased:x/", "segments/%00/",
        "journeys/%00/", "journeys/onboarding/versions/" + "9" * 40 + "/", "enrollments/" + "9" * 40 + "/",
        "messages/" + "9" * 40 + "/", "messages/-1/", "messages/x/", "nothing/", "customers", "", "a%0Ab/c/d/",
    ],
)  # fmt: skip
def test_addresses_that_lead_nowhere(shop: Program, path: str) -> None:
    for method in ("get", "post", "put", "patch", "delete"):
        answer = shop.ask(method, path, {})
        assert answer.status_code in (404, 405), (method, path, answer.status_code)
        assert answer["Content-Type"] == "application/problem+json"


def test_a_method_that_an_address_has_not(shop: Program) -> None:
    answer = shop.ask("delete", "customers/c-0000/")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


def test_mass_assignment_is_refused(shop: Program) -> None:
    for name in ("id", "erased_at", "restricted_at", "personalization", "merged_into", "changed_pending"):
        code, told = shop.post("customers/", {"external_id": "new", name: 1})
        assert (code, told["errors"][0]["code"], told["errors"][0]["pointer"]) == (
            400,
            "unknown_field",
            f"/{name}",
        )


def test_a_session_without_its_token_writes_nothing(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("ola", "", "x"))
    answer = client.post(BASE + "customers/", {"external_id": "a"}, "application/json")
    assert (answer.status_code, answer.json()["code"], Customer.objects.count()) == (
        403,
        "permission_denied",
        0,
    )


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**400])
def test_a_whole_number_beyond_64_bits_is_kept_nowhere(shop: Program, number: int) -> None:
    answer = send(
        shop, "customers/", json.dumps({"external_id": "new", "attributes": {"n": [number]}}).encode()
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")
    assert not Customer.objects.filter(external_id="new").exists()

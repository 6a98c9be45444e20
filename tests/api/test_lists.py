"""Lists: page by page, by parameters that are on a list, in as many queries for a hundred as for one."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orchestrator.segments.models import Membership, Segment
from orchestrator.workspace import roles
from tests.api.calling import BASE, Program
from tests.studio.sample import fill

pytestmark = pytest.mark.django_db
LISTS = (
    "customers/", "customers/c-0000/addresses/", "customers/c-0000/consents/", "customers/c-0000/consents/ledger/",
    "customers/c-0000/events/", "segments/", "segments/golden/members/", "journeys/",
    "journeys/onboarding/versions/", "enrollments/", "messages/", "products/",
)  # fmt: skip


@pytest.fixture
def shop(db: None) -> Program:
    return Program()


@pytest.mark.parametrize("path", LISTS)
def test_pages_hold_each_row_once_in_the_lists_order(shop: Program, path: str) -> None:
    fill(5)
    code, whole = shop.get(path)
    assert (code, whole["next"], len(whole["items"]) > 0) == (200, None, True)
    seen: list[Any] = []
    place = ""
    while place is not None:
        code, page = shop.get(f"{path}?limit=1{place and '&cursor=' + place}")
        assert (code, len(page["items"])) == (200, 1)
        seen, place = seen + page["items"], page["next"]
    assert seen == whole["items"]


@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_is_good_for_its_own_list_and_cannot_be_written(shop: Program, path: str) -> None:
    fill(5)
    other = "customers/" if path != "customers/" else "messages/"
    place = shop.get(f"{other}?limit=1")[1]["next"]
    for wrong in (place, place[:-1], "1", "eyJ", "a" * 300):
        code, told = shop.get(f"{path}?cursor={wrong}")
        assert (code, told["code"], told["errors"][0]["parameter"]) == (400, "bad_cursor", "cursor")


@pytest.mark.parametrize(
    ("asked", "code", "words"),
    [
        (
            "page=2",
            "unknown_parameter",
            "There are: customer, journey, enrollment, state, channel, cursor, limit.",
        ),
        ("limit=0", "bad_parameter", "a whole number from 1 to 200"),
        ("limit=201", "bad_parameter", "a whole number from 1 to 200"),
        ("limit=٣", "bad_parameter", "a whole number from 1 to 200"),
        ("limit=" + "9" * 400, "bad_parameter", "1 to 300 characters"),
        ("limit=1&limit=2", "bad_parameter", "Give it once."),
        ("state=accepted", "bad_parameter", "Give one of these beside it: customer, journey, enrollment."),
        ("state=lost&journey=onboarding", "bad_parameter", "There are: planned,"),
        ("journey=nothing", "bad_parameter", "There is no such journey."),
        ("customer=nobody", "bad_parameter", "external id “nobody”"),
        ("customer=a%00b", "bad_parameter", "none of them NUL"),
        ("customer=", "bad_parameter", "1 to 300 characters"),
        ("enrollment=0", "bad_parameter", "a whole number from 1"),
        ("enrollment=9223372036854775808", "bad_parameter", "a whole number from 1"),
    ],
)
def test_what_cannot_be_asked_is_said(shop: Program, asked: str, code: str, words: str) -> None:
    fill(1)
    status, told = shop.get(f"messages/?{asked}")
    assert (status, told["code"]) == (400, code)
    assert words in told["detail"]


def test_lists_of_many_ask_as_often_as_lists_of_one(shop: Program) -> None:
    fill(15)
    shop.get("segments/")  # that the key was used is written once a minute
    for path in LISTS:
        counts = []
        for limit in (1, 100):
            with CaptureQueriesContext(connection) as asked:
                assert shop.get(f"{path}?limit={limit}")[0] == 200
            counts.append(len(asked))
        assert counts[0] == counts[1] <= 12, path


def of_role(name: str) -> Client:
    roles.set_up()
    user = User.objects.create_user(name, password="x", is_staff=True)
    user.groups.set([Group.objects.get(name=name)])
    client = Client()
    client.force_login(user)
    return client


def test_an_analyst_sees_segments_without_small_numbers_and_nobody_in_them() -> None:
    fill(5)
    segment = Segment.objects.get(key="golden")
    analyst, marketer, program = of_role("analyst"), of_role("marketer"), Program("segments:read")

    def size(client: Client) -> tuple[Any, str]:
        told = client.get(f"{BASE}segments/golden/").json()
        return told["size"], told["size_is"]

    assert (size(analyst), size(marketer)) == ((5, "exact"), (5, "exact"))
    Membership.objects.filter(pk=Membership.objects.filter(segment=segment)[0].pk).delete()
    assert (size(analyst), size(marketer)) == ((None, "hidden"), (4, "exact"))
    assert program.get("segments/")[1]["items"][0]["size_is"] == "hidden"  # a key without customers:read, too
    Membership.objects.filter(segment=segment).delete()
    assert size(analyst) == (0, "exact")
    for path in ("customers/", "segments/golden/members/", "messages/", "enrollments/", "customers/c-0000/"):
        assert analyst.get(BASE + path).status_code == 403


def test_membership_of_one_customer(shop: Program) -> None:
    fill(2)
    row = Membership.objects.get(customer__external_id="c-0001")
    assert shop.get("segments/golden/members/c-0001/")[1]["member"] is True
    row.delete()
    assert shop.get("segments/golden/members/c-0001/") == (200, {"member": False, "since": None})
    assert shop.get("segments/golden/members/nobody/")[1]["code"] == "no_customer"
    assert shop.get("segments/nothing/members/c-0001/")[1]["code"] == "no_segment"
    assert timezone.now() > row.since

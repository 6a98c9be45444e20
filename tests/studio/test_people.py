"""The page on which a list of people is let into a journey or taken out, and the list as people write it."""

from __future__ import annotations

import html
import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from orchestrator.journeys.models import Enrollment, Journey
from orchestrator.studio.lists import BadList, read_ids
from tests.scenarios.conftest import world  # noqa: F401 - the fixture
from tests.scenarios.world import World
from tests.studio.test_why import ENTRY

QUIET = ENTRY + "steps: [{wait: 2 days, id: rest}]\n"


@pytest.fixture
def url(world: World) -> str:  # noqa: F811
    world.publish(QUIET)
    for name in ("anna", "bea"):
        world.person(name)
    return reverse("admin:journeys_journey_people", args=[Journey.objects.get().pk])


def headings(text: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(r"<h2 id=\"(?:done|concerned)\">(.*?)</h2>", text)]


def test_it_is_seen_first_and_done_then_and_written_into_the_log(marketer: Client, url: str) -> None:
    seen = marketer.post(url, {"act": "add", "ids": "anna\nnobody", "key": "k1"}).text
    assert headings(seen) == ["On the list: 1 person; already inside: 0 people; ids not known: 1."]
    assert Enrollment.objects.count() == 0
    for _twice in range(2):
        done = marketer.post(url, {"act": "add", "ids": "anna\nnobody", "key": "k1", "do": "1"}).text
        assert headings(done) == ["Let in: 1, not known: 1."]
    assert Enrollment.objects.count() == 1
    assert "anna; let in\nnobody; not known" in done
    log = LogEntry.objects.order_by("id").values_list("object_repr", "change_message")
    assert list(log[:2]) == [
        ("Welcome", "Let in: 1, not known: 1. (k1)"),
        ("Anna", "Let into “Welcome” by hand"),
    ]

    seen = marketer.post(url, {"act": "remove", "ids": "anna"}).text
    assert headings(seen) == [
        "1 person would leave the journey; unsent messages to be cancelled: 0. On the list: 1 person; ids not known: 0."
    ]
    done = marketer.post(url, {"act": "remove", "ids": "anna", "do": "1"}).text
    assert headings(done) == ["Taken out: 1. Messages cancelled: 0; with a worker just now: 0."]
    assert list(Enrollment.objects.values_list("status", "reason")) == [("exited", "taken_out")]
    assert LogEntry.objects.latest("id").change_message == "Taken out of “Welcome” by hand"


def test_the_customers_page_leads_to_it(marketer: Client, url: str) -> None:
    marketer.post(url, {"act": "add", "ids": "anna", "key": "k1", "do": "1"})
    anna = Enrollment.objects.get().customer_id
    page = marketer.get(reverse("admin:customers_customer_change", args=[anna]) + "?why=onboarding").text
    for act in ("add", "remove"):
        assert f'href="{url}?act={act}&amp;ids=anna"' in page
    assert ">anna</textarea>" in marketer.get(f"{url}?act=remove&ids=anna").text


def test_only_with_the_right(url: str) -> None:
    client, user = Client(), User.objects.create_user("guest", is_staff=True)
    client.force_login(user)
    assert client.get(url).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="add_enrollment"))
    assert client.get(url).status_code == 200
    refused = client.post(url, {"act": "remove", "ids": "anna", "do": "1"}).text
    assert "Your account may not do this" in refused
    assert Enrollment.objects.count() == 0


def test_rubbish_is_told_in_words_and_does_nothing(marketer: Client, url: str) -> None:
    latin = SimpleUploadedFile("people.csv", "zażółć".encode("cp1250"))
    for given, said in (
        ({"ids": " \n "}, "The list names nobody"),
        ({"ids": "", "file": latin}, "CSV UTF-8"),
        ({"ids": "a\n" * 10_001}, "The list has 10,001 lines"),
        ({"ids": "anna", "key": "../x", "do": "1"}, "The form is too old"),
    ):
        assert said in html.unescape(marketer.post(url, {"act": "add", "key": "k", **given}).text)
    assert Enrollment.objects.count() == 0
    assert marketer.get(url.replace(url.split("/")[-3], "999999")).status_code == 404


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("anna\n\n bea \n", ["anna", "bea"]),
        ("external_id\nanna\n", ["anna"]),
        ("name;external_id\nAnna;a-1\nBea;b-2\n", ["a-1", "b-2"]),
        ('a-1,Anna\n"b,2",Bea\n', ["a-1", "b,2"]),
        ("name\texternal_id\nAnna\ta-1\nBea\n", ["a-1"]),
    ],
)
def test_a_list_is_read_as_people_write_it(text: str, ids: list[str]) -> None:
    assert read_ids(text, None) == ids
    assert read_ids("", SimpleUploadedFile("x.csv", b"\xef\xbb\xbf" + text.encode())) == ids


def test_a_list_of_nobody_is_refused() -> None:
    with pytest.raises(BadList):
        read_ids("external_id\n", None)

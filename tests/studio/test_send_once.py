"""The page "Send once": it shows whom a campaign would reach, and plans just that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from orchestrator.domain.definition import read_rule
from orchestrator.journeys.models import Enrollment, Journey, Launch
from orchestrator.messaging.models import Message
from orchestrator.segments.define import define
from orchestrator.workspace.models import Workspace
from tests.scenarios import conftest as scenarios
from tests.scenarios.world import World

world = scenarios.world  # the fixture
PAGE = "admin:journeys_journey_send_once"


@pytest.fixture
def club(world: World) -> World:
    """Three in the club; one of them allows nothing."""
    world.now = timezone.now()
    for name, consents in (("anna", ("email",)), ("bela", ("email",)), ("cyryl", ())):
        world.person(name, consents=consents, attributes={"club": True})
    define("club", "Club", "", read_rule({"attribute": "club", "is": True}), world.now)
    world.run(minutes=1)
    Workspace.objects.update(languages=["en"])
    return world


def filled(**more: Any) -> dict[str, Any]:
    from orchestrator.segments.models import Segment

    tomorrow = timezone.localtime() + timedelta(days=1)
    return {
        "title": "Wiosenna wyprzedaż",
        "segment": Segment.objects.get().pk,
        "at_0": f"{tomorrow:%Y-%m-%d}",
        "at_1": "10:00:00",
        "via": "email",
        "every": "1 hour",
        "subject_en": 'Sale: "all" {{ customer.first_name }}',
        "html_en": "<p>Come by.</p>",
        **more,
    }


def test_looking_shows_the_staircase_and_plans_nothing(club: World, marketer: Client):
    page = marketer.post(reverse(PAGE), filled(act="look")).content.decode()
    assert page.count("st-bar-line") == 6
    assert ("−1" in page, 'value="send"' in page) == (True, True)
    assert (Journey.objects.count(), Launch.objects.count()) == (0, 0)


def test_where_publishing_needs_approval_it_is_kept_and_asked_for(club: World, marketer: Client):
    Workspace.objects.update(approval_needed=True)
    page = marketer.post(reverse(PAGE), filled(act="look")).text
    assert ("Plan it" in page, "Ask for approval" in page) == (False, True)
    answer = marketer.post(reverse(PAGE), filled(act="send"))
    journey = Journey.objects.get()
    assert answer.url == reverse("admin:journeys_journey_publish", args=[journey.pk])  # type: ignore[attr-defined]
    assert (journey.status, journey.current, Launch.objects.count()) == ("draft", None, 0)
    shown = marketer.get(answer.url).context["shown"]  # type: ignore[attr-defined]
    assert [one["what"] for one in shown.templates] == ["new"]
    assert len(shown.launches) == 1


def test_planned_it_goes_to_those_who_were_shown(club: World, marketer: Client):
    answer = marketer.post(reverse(PAGE), filled(act="send"))
    journey = Journey.objects.get()
    assert answer.url == reverse("admin:journeys_journey_change", args=[journey.pk])  # type: ignore[attr-defined]
    assert (journey.title, journey.status) == ("Wiosenna wyprzedaż", "live")
    assert journey.key.startswith("wiosenna_wyprzedaz_2")
    club.run(days=2)
    assert sorted(club.mailbox()) == [
        ("email", "anna@example.com", 'Sale: "all" Anna'),
        ("email", "bela@example.com", 'Sale: "all" Bela'),
    ]
    again = marketer.post(reverse(PAGE), filled(act="send"))
    assert "give this one another title" in again.content.decode()
    assert Journey.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"at_0": "2020-01-01", "act": "send"}, "is over: nobody would come in"),
        ({"waves": "10%, 20%"}, "add up to 100%"),
        ({"subject_en": "{{ nobody }}"}, "nobody"),
        ({"subject_en": "", "html_en": ""}, "It cannot be sent like this"),
        ({"segment": ""}, "This field is required."),
        ({"title": "x" * 201}, "at most 200 characters"),
    ],
)
def test_what_cannot_be_sent_says_why_and_keeps_what_was_written(
    club: World, marketer: Client, more: dict[str, str], said: str
):
    page = marketer.post(reverse(PAGE), filled(**{"act": "look", **more})).content.decode()
    assert said in page
    assert "<p>Come by.</p>" in page.replace("&lt;", "<").replace("&gt;", ">") or "html_en" in more
    assert (Journey.objects.count(), Message.objects.count()) == (0, 0)


def test_the_stop_button_says_how_many_got_it(club: World, marketer: Client):
    marketer.post(reverse(PAGE), filled(act="send"))
    club.run(days=2)
    journey = Journey.objects.get()
    page = marketer.post(reverse("admin:journeys_journey_stop", args=[journey.pk]), follow=True)
    assert "2 messages had been sent, 0 were cancelled" in page.content.decode()
    assert Journey.objects.get().status == "stopped"


def test_the_test_button_needs_a_list_and_sends_to_it(club: World, marketer: Client):
    marketer.post(reverse(PAGE), filled(act="send"))
    button = reverse("admin:journeys_journey_test", args=[Journey.objects.get().pk])
    assert "no test list is set" in marketer.post(button, follow=True).content.decode()
    Workspace.objects.update(test_segment="club")
    assert "Tests on their way: 3." in marketer.post(button, follow=True).content.decode()
    assert set(Message.objects.values_list("test", flat=True)) == {True}
    assert Enrollment.objects.count() == 0


def test_only_by_post(club: World, marketer: Client):
    marketer.post(reverse(PAGE), filled(act="send"))
    for name in ("stop", "test"):
        url = reverse(f"admin:journeys_journey_{name}", args=[Journey.objects.get().pk])
        assert marketer.get(url).status_code == 405
    assert Journey.objects.get().status == "live"

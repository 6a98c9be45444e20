"""Four eyes: one asks for a draft to be published, another publishes exactly that, or declines; nobody their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from orchestrator.journeys.approval import standing
from orchestrator.journeys.models import Journey, JourneyVersion, PublishRequest, Simulation
from orchestrator.studio import requests
from orchestrator.workspace.models import Workspace
from tests.journeys import conftest as folders
from tests.journeys.files import ONBOARDING
from tests.studio import test_publish as publishing
from tests.studio.test_publish import CHANGED, publish, url

files, journey = folders.files, publishing.journey  # the fixtures
REQUESTS = "admin:journeys_publishrequest_changelist"


@pytest.fixture(autouse=True)
def needed(db: None) -> None:
    Workspace.get()
    Workspace.objects.update(approval_needed=True)


def somebody(name: str, *rights: str) -> Client:
    user = User.objects.create_user(name, password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def piotr(db: None) -> Client:
    """Somebody who may approve, and not draw."""
    return somebody("piotr", "view_journey", "approve_publishrequest")


def act(client: Client, journey: Journey, act: str, **more: str) -> Any:
    mark = client.get(url(journey)).context["mark"]
    return client.post(url(journey), {"act": act, "mark": mark, **more})


def state() -> list[tuple[str, str | None]]:
    rows = PublishRequest.objects.order_by("pk").select_related("decided_by")
    return [(one.state, one.decided_by.username if one.decided_by else None) for one in rows]


def test_a_request_is_void_once_what_it_asked_for_is_another() -> None:
    assert standing("waiting", "a", "a") == "waiting"
    assert standing("waiting", "a", "b") == "void"
    assert standing("approved", "a", "b") == "approved"
    assert standing("declined", "a", "b") == "declined"


def test_nobody_publishes_alone(marketer: Client, journey: Journey) -> None:
    page = marketer.get(url(journey))
    assert "Publish exactly this" not in page.text
    answer = publish(marketer, journey, page.context["mark"])
    assert answer.status_code == 403
    assert "Publishing needs somebody else&#x27;s approval: ask for it." in answer.text
    assert JourneyVersion.objects.count() == 1


def test_another_approves_and_exactly_that_is_published(
    marketer: Client,
    piotr: Client,
    journey: Journey,
) -> None:
    answer = act(marketer, journey, "ask", comment="For spring.", deadline="2036-03-09T10:00")
    assert answer.status_code == 302
    [asked] = PublishRequest.objects.all()
    assert (asked.text, asked.comment, asked.state) == (CHANGED, "For spring.", "waiting")
    assert asked.asked_by == User.objects.get(username="ola")
    assert asked.deadline == datetime(2036, 3, 9, 9, tzinfo=UTC)  # by the workspace's clock, in Warsaw
    page = piotr.get(url(journey))
    assert page.context["shown"].headline == (
        "Version 1 becomes version 2: 1 step new; 1 step gone; 1 step changed."
    )
    assert "For spring." in page.text
    assert act(piotr, journey, "approve", comment="Good.").status_code == 302
    made = JourneyVersion.objects.get(number=2)
    asked.refresh_from_db()
    assert (made.source, made.published_by) == (CHANGED, User.objects.get(username="piotr"))
    assert (asked.state, asked.decision, asked.version) == ("approved", "Good.", made)
    said = list(LogEntry.objects.order_by("pk").values_list("user__username", "change_message"))
    assert said == [("ola", "Approval asked for"), ("piotr", "Version 2 published, as ola had asked")]


def test_asked_twice_it_is_asked_once(marketer: Client, journey: Journey) -> None:
    mark = marketer.get(url(journey)).context["mark"]
    for _ in range(2):
        assert marketer.post(url(journey), {"act": "ask", "mark": mark}).status_code == 302
    assert state() == [("waiting", None)]
    assert LogEntry.objects.count() == 1


def test_nobody_approves_their_own_whatever_their_rights(marketer: Client, journey: Journey) -> None:
    act(marketer, journey, "ask")
    assert "Approve, and publish exactly this" not in marketer.get(url(journey)).text
    for word in ("approve", "decline"):
        assert act(marketer, journey, word, comment="x").status_code == 403
    assert state() == [("waiting", None)]
    assert JourneyVersion.objects.count() == 1


def test_it_is_declined_with_a_reason_which_the_asker_reads(
    marketer: Client,
    piotr: Client,
    journey: Journey,
) -> None:
    act(marketer, journey, "ask")
    assert act(piotr, journey, "decline").status_code == 400
    assert state() == [("waiting", None)]
    assert act(piotr, journey, "decline", comment="Too long a wait.").status_code == 302
    assert state() == [("declined", "piotr")]
    page = marketer.get(url(journey))
    assert page.context["answered"]["comment"] == "Too long a wait."
    assert page.context["answered"]["text"].startswith("Declined by piotr on ")
    assert act(marketer, journey, "ask").status_code == 302
    assert state() == [("declined", "piotr"), ("waiting", None)]
    assert JourneyVersion.objects.count() == 1


def test_an_edit_makes_a_request_void(marketer: Client, piotr: Client, journey: Journey) -> None:
    act(marketer, journey, "ask")
    old = piotr.get(url(journey)).context["mark"]
    Journey.objects.update(draft=CHANGED.replace("3 days", "4 days"))
    page = piotr.get(url(journey))
    assert page.context["waits"] is None
    assert "The draft or one of its templates was changed after it was asked for" in page.text
    assert "Approve, and publish" not in page.text
    late = piotr.post(url(journey), {"act": "approve", "mark": old})
    assert late.status_code == 409
    assert state() == [("void", None)]
    assert JourneyVersion.objects.count() == 1
    assert act(marketer, journey, "ask").status_code == 302
    assert state() == [("void", None), ("waiting", None)]


def test_a_new_request_voids_the_one_before(marketer: Client, journey: Journey) -> None:
    act(marketer, journey, "ask")
    Journey.objects.update(draft=CHANGED.replace("3 days", "4 days"))
    act(marketer, journey, "ask")
    assert state() == [("void", None), ("waiting", None)]


def test_it_is_withdrawn_by_whoever_asked(marketer: Client, piotr: Client, journey: Journey) -> None:
    act(marketer, journey, "ask")
    assert act(piotr, journey, "withdraw").status_code == 403
    assert act(marketer, journey, "withdraw").status_code == 302
    assert state() == [("void", "ola")]
    assert act(marketer, journey, "withdraw").status_code == 409


def test_the_second_of_two_answers_comes_too_late(marketer: Client, piotr: Client, journey: Journey) -> None:
    act(marketer, journey, "ask")
    mark = piotr.get(url(journey)).context["mark"]
    ewa = somebody("ewa", "view_journey", "approve_publishrequest")
    assert piotr.post(url(journey), {"act": "approve", "mark": mark}).status_code == 302
    late = ewa.post(url(journey), {"act": "approve", "mark": mark})
    assert late.status_code == 409
    assert "This request waits no longer. Approved by piotr on " in late.text
    assert ewa.post(url(journey), {"act": "decline", "mark": mark, "comment": "no"}).status_code == 409
    assert (state(), JourneyVersion.objects.count()) == ([("approved", "piotr")], 2)


def test_only_who_may_asks_or_answers(marketer: Client, piotr: Client, journey: Journey) -> None:
    act(marketer, journey, "ask")
    mark = marketer.get(url(journey)).context["mark"]
    reader = somebody("reader", "view_journey")
    drawer = somebody("drawer", "view_journey", "change_journey")
    for word in ("ask", "approve", "decline", "withdraw", "publish", "ids"):
        assert reader.post(url(journey), {"act": word, "mark": mark}).status_code == 403, word
    for word in ("ask", "ids", "publish"):
        assert piotr.post(url(journey), {"act": word, "mark": mark}).status_code == 403, word
    for word in ("approve", "decline"):
        assert drawer.post(url(journey), {"act": word, "mark": mark}).status_code == 403, word
    assert reader.get(url(journey)).status_code == 403
    assert reader.get(reverse(REQUESTS)).status_code == 403
    assert piotr.get(reverse(REQUESTS)).status_code == 200
    assert (state(), JourneyVersion.objects.count()) == ([("waiting", None)], 1)


@pytest.mark.parametrize(
    "more",
    [{"deadline": "soon"}, {"deadline": "2020-01-01T10:00"}, {"comment": "x" * 2001}, {"comment": "a\0b"},
     {"deadline": "9999-99-99T10:00"}, {"deadline": "0001-01-01T00:00"}],
)  # fmt: skip
def test_rubbish_is_not_asked_for(marketer: Client, journey: Journey, more: dict[str, str]) -> None:
    assert act(marketer, journey, "ask", **more).status_code == 400
    assert state() == []


def test_what_cannot_be_published_cannot_be_asked_for(marketer: Client, journey: Journey) -> None:
    Journey.objects.update(draft=CHANGED.replace("send: tips", "send: nothing_such"))
    assert act(marketer, journey, "ask").status_code == 409
    assert state() == []


def test_the_pages_say_that_it_waits_and_for_whom(marketer: Client, piotr: Client, journey: Journey) -> None:
    act(marketer, journey, "ask", comment="For spring.")
    now = timezone.now()
    home = piotr.get(reverse("admin:index"))
    [one] = home.context["requests"]
    assert (one.title, one.url, one.yours, one.soon) == ("Welcome", url(journey), True, False)
    assert one.text.startswith("Asked by ola on ")
    assert one.text.endswith("It waits for one of: piotr.")
    assert "“Welcome” waits for approval" in home.text
    assert "1 request waits for you." in home.context["today"].sentence
    assert "request" not in marketer.get(reverse("admin:index")).context["today"].sentence
    assert [one.yours for one in marketer.get(reverse("admin:index")).context["requests"]] == [False]
    change = reverse("admin:journeys_journey_change", args=[journey.pk])
    assert "“Welcome” waits for approval" in marketer.get(change).text
    PublishRequest.objects.update(deadline=now + timedelta(hours=1))
    [soon] = requests.first_page(User.objects.get(username="piotr"), now)
    assert soon.soon
    assert "it lapses on" in soon.text
    Journey.objects.update(draft=ONBOARDING)
    assert requests.first_page(User.objects.get(username="piotr"), now) == []
    assert "waits for approval" not in marketer.get(change).text


def test_where_nobody_else_may_it_says_so(marketer: Client, journey: Journey) -> None:
    act(marketer, journey, "ask")
    assert "Nobody else may approve it: give somebody that right under" in marketer.get(url(journey)).text


def test_the_list_says_how_each_stands_now(marketer: Client, piotr: Client, journey: Journey) -> None:
    act(marketer, journey, "ask")
    rows = piotr.get(reverse(REQUESTS)).context["cl"].result_list
    assert [one.stands for one in rows] == ["waiting"]
    one = PublishRequest.objects.get()
    page = reverse("admin:journeys_publishrequest_change", args=[one.pk])
    assert "Look at it and decide" in piotr.get(page).text
    Journey.objects.update(draft=ONBOARDING)
    assert [row.stands for row in piotr.get(reverse(REQUESTS)).context["cl"].result_list] == ["void"]
    assert "The draft says something else by now." in piotr.get(page).text


def test_many_requests_ask_as_often_as_few(marketer: Client, journey: Journey) -> None:
    def many(count: int) -> None:
        PublishRequest.objects.all().delete()
        rows = [
            Journey(key=f"j{count}_{place}", title=f"J{place}", brand=journey.brand, draft="a")
            for place in range(count)
        ]
        Journey.objects.bulk_create(rows)
        from orchestrator.journeys.proposal import marks

        made = list(Journey.objects.filter(key__startswith=f"j{count}_").select_related("current"))
        mark = marks(made)
        now = datetime.now(UTC)
        PublishRequest.objects.bulk_create(
            PublishRequest(journey=one, mark=mark[one.pk], text="a", asked_at=now) for one in made
        )

    def count(page: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert marketer.get(page).status_code == 200
        return len(asked)

    pages = [reverse("admin:index"), reverse(REQUESTS)]
    many(2)
    few = [count(page) for page in pages + pages][2:]
    many(40)
    assert [count(page) for page in pages] == few
    assert len(marketer.get(pages[0]).context["requests"]) == 5


def test_a_draft_that_never_ran_is_deleted_with_its_requests_and_simulations(
    marketer: Client, journey: Journey
) -> None:
    now = timezone.now()
    draft = Journey.objects.create(key="draft", title="Draft", brand=journey.brand, draft="a")
    PublishRequest.objects.create(journey=draft, mark="a", text="a", asked_at=now)
    Simulation.objects.create(journey=draft, asked_at=now, days=30)
    answer = marketer.post(reverse("admin:journeys_journey_delete", args=[draft.pk]), {"post": "yes"})
    assert answer.status_code == 302
    assert list(Journey.objects.values_list("key", flat=True)) == ["onboarding"]
    assert (PublishRequest.objects.count(), Simulation.objects.count()) == (0, 0)
    ran = marketer.post(reverse("admin:journeys_journey_delete", args=[journey.pk]), {"post": "yes"})
    assert (ran.status_code, Journey.objects.count()) == (403, 1)


def test_switched_off_again_one_publishes_alone(marketer: Client, journey: Journey) -> None:
    act(marketer, journey, "ask")
    Workspace.objects.update(approval_needed=False)
    assert act(marketer, journey, "publish").status_code == 302
    assert JourneyVersion.objects.count() == 2
    assert requests.first_page(User.objects.get(), timezone.now()) == []


def test_the_canvas_says_that_it_waits_until_the_draft_is_edited(marketer: Client, journey: Journey) -> None:
    data = marketer.get(url(journey, "canvas")).context["data"]
    assert (data["waits"], data["texts"]["publish"], data["live"]) == ("", "Ask for approval", 1)
    assert data["status"] == {"code": "live", "words": "live", "tone": "success"}
    act(marketer, journey, "ask")
    data = marketer.get(url(journey, "canvas")).context["data"]
    assert data["waits"].startswith("Asked by ola on ")
    body = {"text": CHANGED + "# more\n", "revision": data["draft"]["revision"]}
    save = url(journey, "canvas_save")
    told = marketer.post(save, body, content_type="application/json").json()
    assert told["waits"] == ""
    body = {"text": CHANGED, "revision": told["revision"]}
    told = marketer.post(save, body, content_type="application/json").json()
    assert told["waits"].startswith("Asked by ola on ")

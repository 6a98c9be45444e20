"""The page "Move people": a look first, then people on older versions go on in the current one."""

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

from orchestrator.journeys.models import Enrollment, Journey, JourneyVersion, StepRun
from orchestrator.studio import moving
from tests.journeys import conftest as folders
from tests.journeys.files import ONBOARDING, Files
from tests.journeys.test_command_plan import stand

files = folders.files  # the fixture
RENAMED = ONBOARDING.replace("id: pause", "id: breather").replace("2 days", "3 days")


@pytest.fixture
def journey(files: Files) -> Journey:
    """Three people on version 1, two of whom wait at a step that version 2 calls by another name, for longer."""
    files.journey()
    files.run("publish")
    stand(JourneyVersion.objects.get(), "pause", "tips", "pause")
    late = datetime.now(UTC) + timedelta(days=1)
    Enrollment.objects.update(
        due_at=late, arrived_at=late - timedelta(days=2), expires_at=late.replace(year=2036)
    )
    files.journey(text=RENAMED)
    files.run("publish")
    return Journey.objects.get()


def url(journey: Journey) -> str:
    return reverse("admin:journeys_journey_migrate", args=[journey.pk])


def standing() -> list[tuple[int, str]]:
    return list(Enrollment.objects.order_by("id").values_list("version__number", "step"))


UNMOVED = [(1, "pause"), (1, "tips"), (1, "pause")]


def test_a_look_says_who_would_go_where_and_who_would_stay_and_why(
    marketer: Client, journey: Journey
) -> None:
    seen = marketer.get(url(journey)).context
    assert seen["headline"] == (
        "On older versions: 3 people. Would move to version 2: 1 person; would stay: 2 people."
    )
    assert [(one.version, one.step, one.to, one.people) for one in seen["moved"]] == [
        (1, "Send “tips” by email", "", "1 person")
    ]
    assert [(one.step, one.people, one.why) for one in seen["stayed"]] == [
        ("Wait 2 days", "2 people", "the current version has no such step: choose below what it becomes")
    ]
    [choice] = seen["choices"]
    assert (choice.step, choice.said, choice.people, choice.likely) == (
        "pause",
        "Wait 2 days",
        "2 people",
        "Wait 3 days",
    )
    assert [value for value, _text, chosen in choice.options if not chosen] == [
        "pause=hello",
        "pause=breather",
        "pause=tips",
    ]
    assert seen["button"] == "Move 1 person"
    assert (standing(), StepRun.objects.count()) == (UNMOVED, 0)


def test_the_button_moves_them_and_it_is_in_the_journal(marketer: Client, journey: Journey) -> None:
    answer = marketer.post(url(journey), {"current": "2"})
    assert (answer.status_code, answer["Location"]) == (302, url(journey))
    assert standing() == [(1, "pause"), (2, "tips"), (1, "pause")]
    said = "Moved to version 2: 1 person. Stayed: 2 people."
    assert LogEntry.objects.get().change_message == said
    assert said in [str(one) for one in marketer.get(url(journey)).context["messages"]]


def test_a_step_by_another_name_whose_wait_is_counted_anew(marketer: Client, journey: Journey) -> None:
    seen = marketer.get(url(journey), {"map": "pause=breather"}).context
    assert [one.why for one in seen["stayed"]] == ["their wait has changed: it can be counted anew below"]
    assert seen["has_waits"] is True
    seen = marketer.get(url(journey), {"map": "pause=breather", "recompute": "1"}).context
    assert [(one.step, one.to) for one in seen["moved"]] == [
        ("Wait 2 days", "Wait 3 days"),
        ("Send “tips” by email", ""),
    ]
    assert (seen["stayed"], seen["button"]) == ([], "Move 3 people")
    body = {"current": "2", "map": "pause=breather", "recompute": "1", "from": "1"}
    assert marketer.post(url(journey), body).status_code == 302
    assert standing() == [(2, "breather"), (2, "tips"), (2, "breather")]
    assert marketer.get(url(journey)).context["headline"] == (
        "Nobody is on an older version: there is nobody to move."
    )


def test_a_double_click_moves_once(marketer: Client, journey: Journey) -> None:
    for _ in range(2):
        assert marketer.post(url(journey), {"current": "2"}).status_code == 302
    assert standing() == [(1, "pause"), (2, "tips"), (1, "pause")]
    assert StepRun.objects.filter(outcome="migrated").count() == 1
    assert LogEntry.objects.count() == 1
    told = [str(one) for one in marketer.get(url(journey)).context["messages"]]
    assert told[-1] == "Moved to version 2: 0 people. Stayed: 2 people."


def test_another_version_published_meanwhile_is_shown_first(
    marketer: Client, journey: Journey, files: Files
) -> None:
    files.journey(text=RENAMED.replace("3 days", "4 days"))
    files.run("publish")
    answer = marketer.post(url(journey), {"current": "2"})
    assert answer.status_code == 409
    assert "Another version was published since you looked, and nobody was moved." in answer.text
    assert standing() == UNMOVED


@pytest.mark.parametrize(
    "given",
    [{"from": "x"}, {"from": "-1"}, {"from": "9" * 30}, {"from": "7"}, {"from": "2"}, {"map": "pause"}, {"map": "a=b=c"},
     {"map": "pose=breather"}, {"map": "pause=nothing"}, {"map": ["pause=tips", "pause=hello"]}, {"map": "a\0=b"},
     {"map": "<script>=x"}],
)  # fmt: skip
def test_rubbish_is_refused_in_words(marketer: Client, journey: Journey, given: dict[str, Any]) -> None:
    answer = marketer.get(url(journey), given)
    assert answer.status_code == 400
    assert answer.context["problem"]
    assert marketer.post(url(journey), {"current": "2", **given}).status_code == 400
    assert standing() == UNMOVED


@pytest.mark.parametrize("current", ["", "1", "x", "2\0"])
def test_an_old_form_moves_nobody(marketer: Client, journey: Journey, current: str) -> None:
    assert marketer.post(url(journey), {"current": current}).status_code == 409
    assert standing() == UNMOVED


def test_a_journey_that_was_never_published(marketer: Client, journey: Journey) -> None:
    new = Journey.objects.create(key="new", title="New", brand=journey.brand)
    answer = marketer.get(url(new))
    assert (answer.status_code, answer.context["problem"]) == (
        200,
        "Nothing is published yet, so nobody is inside.",
    )
    assert marketer.post(url(new), {"current": "1"}).status_code == 400
    assert marketer.get(reverse("admin:journeys_journey_migrate", args=[10**18])).status_code == 404


def test_only_who_may_change_journeys_moves(journey: Journey) -> None:
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_journey"))
    client = Client()
    client.force_login(reader)
    assert client.get(url(journey)).status_code == 403
    assert client.post(url(journey), {"current": "2"}).status_code == 403
    assert standing() == UNMOVED


def test_many_are_moved_by_a_process_of_its_own(
    marketer: Client, journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestrator.journeys import movable

    begun: list[list[str]] = []
    monkeypatch.setattr(movable.subprocess, "Popen", lambda words, **_more: begun.append(words[2:]))
    monkeypatch.setattr(moving, "AT_ONCE", 2)
    body = {"current": "2", "map": "pause=breather", "recompute": "1"}
    assert marketer.post(url(journey), body).status_code == 302
    assert begun == [
        ["django", "journeys", "migrate", "onboarding", "--yes", "--recompute", "--map", "pause=breather"]
    ]
    assert standing() == UNMOVED
    assert LogEntry.objects.get().change_message.startswith("People are being moved to version 2")


def test_of_very_many_the_first_are_looked_at_and_it_says_so(
    marketer: Client, journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestrator.journeys import migrate

    monkeypatch.setattr(moving, "LOOKED_AT", 2)
    monkeypatch.setattr(migrate, "BATCH", 2)
    seen = marketer.get(url(journey)).context
    assert seen["headline"] == (
        "On older versions: 3 people. Of the first 2 looked at, would move to version 2: 1 person; would stay: 1 person."
    )
    assert seen["button"] == "Move all who can be moved"


def test_it_asks_as_often_with_many_inside(marketer: Client, journey: Journey) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert marketer.get(url(journey)).status_code == 200
        return len(asked)

    few = [count(), count()][1]
    Enrollment.objects.all().delete()
    stand(JourneyVersion.objects.get(number=1), *["pause", "tips"] * 200)
    assert (count(), few) == (few, few)


@pytest.mark.parametrize("language", ["en", "pl"])
def test_it_opens_in_both_languages(marketer: Client, journey: Journey, language: str) -> None:
    assert marketer.get(url(journey), headers={"Accept-Language": language}).status_code == 200


def test_publishing_leads_here_with_the_answers(marketer: Client, journey: Journey) -> None:
    Journey.objects.update(draft=RENAMED.replace("id: breather", "id: rest"))
    page = reverse("admin:journeys_journey_publish", args=[journey.pk])
    shown = marketer.get(page)
    [pair] = shown.context["shown"].pairs
    assert (pair.was, pair.to) == ("breather", "rest")
    body = {"act": "publish", "mark": shown.context["mark"], "pair-1": "breather=rest"}
    answer = marketer.post(page, body)
    [told] = [str(one) for one in marketer.get(answer["Location"]).context["messages"]]
    assert f'href="{url(journey)}?map=breather%3Drest"' in told
    assert marketer.get(url(journey), {"map": "breather=rest"}).status_code == 200

"""A journey's versions: what each changed in a sentence, two side by side, and an old one put back as the draft."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orchestrator.journeys.models import Journey, JourneyVersion, PublishRequest
from orchestrator.studio import drafting, versions
from tests.journeys import conftest as folders
from tests.journeys.files import ONBOARDING, Files

files = folders.files  # the fixture
SECOND = ONBOARDING.replace("2 days", "3 days").replace("title: Welcome", "title: Welcome!")
THIRD = SECOND.replace("  - send: tips\n    id: tips\n", "")


@pytest.fixture
def journey(files: Files) -> Journey:
    """Three versions: another wait and title, then one step less and another text of the welcome."""
    files.journey()
    files.run("publish")
    files.journey(text=SECOND)
    files.run("publish")
    files.journey(text=THIRD, welcome="Good to see you")
    (files.root / "onboarding" / "templates" / "tips.yaml").unlink()
    files.run("publish")
    return Journey.objects.get()


def compared(client: Client, journey: Journey, before: int, after: int, **more: Any) -> Any:
    return client.get(reverse("admin:journeys_journey_versions", args=[journey.pk, before, after]), **more)


def put_back(client: Client, journey: Journey, number: int, revision: str) -> Any:
    url = reverse("admin:journeys_journey_back", args=[journey.pk, number])
    return client.post(url, {"revision": revision})


def test_the_history_says_what_each_version_changed(marketer: Client, journey: Journey) -> None:
    page = marketer.get(reverse("admin:journeys_journey_change", args=[journey.pk]))
    rows = page.context["history"]
    assert [(row.number, row.what, row.is_current, row.who) for row in rows] == [
        (3, "1 step gone; templates changed: tips, welcome", True, "by files"),
        (2, "1 step changed; changed of the journey itself: title", False, "by files"),
        (1, "the first version", False, "by files"),
    ]
    assert [row.compare for row in rows] == [
        reverse("admin:journeys_journey_versions", args=[journey.pk, 2, 3]),
        reverse("admin:journeys_journey_versions", args=[journey.pk, 1, 2]),
        "",
    ]


def test_it_says_who_published_and_who_had_asked(journey: Journey) -> None:
    ola, piotr = (User.objects.create_user(name) for name in ("ola", "piotr"))
    made = JourneyVersion.objects.get(number=3)
    JourneyVersion.objects.filter(pk=made.pk).update(published_by=piotr)
    PublishRequest.objects.create(
        journey=journey, mark="a", text="", asked_by=ola, asked_at=made.published_at, state="approved", version=made
    )  # fmt: skip
    assert versions.history(journey)[0].who == "piotr, as ola had asked"


def test_two_versions_side_by_side(marketer: Client, journey: Journey) -> None:
    told = compared(marketer, journey, 1, 2).context
    assert [(line.kind, line.about, line.before, line.after, line.id) for line in told["lines"]] == [
        ("header", "title", "Welcome", "Welcome!", ""),
        ("changed", "", "Wait 2 days", "Wait 3 days", "pause"),
    ]
    assert [(line.before, line.after, line.sign, line.text) for line in told["text"]] == [
        ("1", "1", "", "# The first days."),
        ("2", "2", "", "journey: onboarding"),
        ("3", "", "−", "title: Welcome"),
        ("", "3", "+", "title: Welcome!"),
        ("4", "4", "", "entry: {event: customer.signed_up}"),
        ("5", "5", "", "steps:"),
        ("6", "6", "", "  - send: welcome"),
        ("7", "7", "", "    id: hello"),
        ("8", "", "−", "  - wait: 2 days"),
        ("", "8", "+", "  - wait: 3 days"),
        ("9", "9", "", "    id: pause"),
        ("10", "10", "", "  - send: tips"),
        ("11", "11", "", "    id: tips"),
    ]
    assert told["templates"] == []


def test_templates_are_compared_too_and_signs_have_words(marketer: Client, journey: Journey) -> None:
    answer = compared(marketer, journey, 2, 3)
    told = [(one["key"], one["what"], len(one["lines"])) for one in answer.context["templates"]]
    assert told == [("tips", "removed", 4), ("welcome", "changed", 6)]
    assert '<span class="st-hidden">gone</span>' in answer.text
    assert '<span class="st-hidden">new</span>' in answer.text
    back = compared(marketer, journey, 3, 2)
    assert [one["what"] for one in back.context["templates"]] == ["added", "changed"]


def test_a_gap_stands_between_distant_places() -> None:
    before = "\n".join(f"line {number}" for number in range(40))
    lines = list(versions.text_lines(before, before.replace("line 2\n", "two\n").replace("line 35", "last")))
    assert [line.text for line in lines if line.kind in ("added", "removed")] == [
        "line 2",
        "two",
        "line 35",
        "last",
    ]
    assert [line.kind for line in lines].count("gap") == 1
    assert list(versions.text_lines(before, before)) == []


def test_an_old_version_becomes_the_draft_and_nothing_is_published(
    marketer: Client, journey: Journey
) -> None:
    answer = put_back(marketer, journey, 1, drafting.revision(THIRD))
    assert (answer.status_code, answer["Location"]) == (
        302,
        reverse("admin:journeys_journey_canvas", args=[journey.pk]),
    )
    journey.refresh_from_db()
    assert journey.draft == ONBOARDING
    assert journey.current is not None
    assert (journey.current.number, JourneyVersion.objects.count()) == (3, 3)
    assert LogEntry.objects.get().change_message == "Version 1 put back as the draft"


def test_a_draft_that_was_changed_meanwhile_is_not_written_over(marketer: Client, journey: Journey) -> None:
    Journey.objects.update(draft=THIRD + "# mine\n")
    for revision in (drafting.revision(THIRD), "", "x" * 5000):
        answer = put_back(marketer, journey, 1, revision)
        assert answer["Location"] == reverse("admin:journeys_journey_versions", args=[journey.pk, 1, 3])
    told = [str(one) for one in marketer.get(answer["Location"]).context["messages"]]
    assert told[0].startswith("Nothing was put back: the draft was changed since you looked.")
    assert Journey.objects.get().draft == THIRD + "# mine\n"
    assert LogEntry.objects.count() == 0


def test_the_button_warns_of_what_would_be_lost(marketer: Client, journey: Journey) -> None:
    assert "were never published" not in compared(marketer, journey, 1, 3).text
    Journey.objects.update(draft=THIRD + "# mine\n")
    assert "The draft has changes that were never published" in compared(marketer, journey, 1, 3).text
    Journey.objects.update(draft=ONBOARDING)
    assert compared(marketer, journey, 1, 3).context["back"] is None


def test_the_page_of_a_version_leads_on(marketer: Client, journey: Journey) -> None:
    first, last = (JourneyVersion.objects.get(number=number) for number in (1, 3))
    page = marketer.get(reverse("admin:journeys_journeyversion_change", args=[first.pk]))
    assert page.context["compare"] == reverse("admin:journeys_journey_versions", args=[journey.pk, 1, 3])
    assert "Compare with the current version" in page.text
    assert "Put version 1 back as the draft" in page.text
    page = marketer.get(reverse("admin:journeys_journeyversion_change", args=[last.pk]))
    assert page.context["compare"] == reverse("admin:journeys_journey_versions", args=[journey.pk, 2, 3])
    assert "Compare with the version before" in page.text


@pytest.mark.parametrize(("before", "after"), [(0, 1), (1, 99), (10**30, 1), (1, 10**30)])
def test_no_such_version(marketer: Client, journey: Journey, before: int, after: int) -> None:
    assert compared(marketer, journey, before, after).status_code == 404
    missing = before if before != 1 else after
    assert put_back(marketer, journey, missing, "x").status_code == 404


def test_rights(journey: Journey) -> None:
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_journey"))
    client = Client()
    client.force_login(reader)
    page = compared(client, journey, 1, 2)
    assert (page.status_code, page.context["back"]) == (200, None)
    assert put_back(client, journey, 1, drafting.revision(THIRD)).status_code == 403
    nobody = Client()
    nobody.force_login(User.objects.create_user("nobody", is_staff=True))
    assert compared(nobody, journey, 1, 2).status_code == 403
    assert Journey.objects.get().draft == THIRD


def test_many_versions_ask_as_often_as_few(journey: Journey, marketer: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            versions.history(journey)
        return len(asked)

    few = count()
    last = JourneyVersion.objects.get(number=3)
    for number in range(4, 30):
        last.pk, last.number, last.digest = None, number, str(number)
        last.save(force_insert=True)
    assert (few, count(), len(versions.history(journey))) == (2, 2, 10)


@pytest.mark.parametrize("language", ["en", "pl"])
def test_it_opens_in_both_languages(marketer: Client, journey: Journey, language: str) -> None:
    assert compared(marketer, journey, 1, 3, headers={"Accept-Language": language}).status_code == 200

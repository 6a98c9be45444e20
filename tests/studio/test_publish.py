"""The page "Publish": what it says of a draft, that it publishes exactly this, once, and nothing when it has changed."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orchestrator.journeys.models import Enrollment, Journey, JourneyVersion
from orchestrator.messaging.models import Template, TemplateVersion
from orchestrator.studio.differences import Line
from orchestrator.workspace.models import Brand
from tests.journeys import conftest as folders
from tests.journeys.files import ONBOARDING, Files
from tests.journeys.test_command_plan import stand

files = folders.files  # the fixture: a folder to publish the first version from
CHANGED = ONBOARDING.replace("wait: 2 days", "wait: 3 days").replace("id: tips", "id: hints")


def url(journey: Journey, name: str = "publish") -> str:
    return reverse(f"admin:journeys_journey_{name}", args=[journey.pk])


@pytest.fixture
def journey(files: Files) -> Journey:
    """Version 1 is live, two people wait at its pause and one at its tips, and the draft says something else."""
    files.journey()
    files.run("publish")
    stand(JourneyVersion.objects.get(), "pause", "tips", "pause")
    Journey.objects.update(draft=CHANGED)
    return Journey.objects.get()


def publish(client: Client, journey: Journey, mark: str, **more: str) -> Any:
    return client.post(url(journey), {"act": "publish", "mark": mark, **more})


def mark_of(client: Client, journey: Journey) -> str:
    return str(client.get(url(journey)).context["mark"])


def test_it_says_what_changes_and_who_is_inside(marketer: Client, journey: Journey) -> None:
    seen = marketer.get(url(journey)).context["shown"]
    assert seen.headline == "Version 1 becomes version 2: 1 step new; 1 step gone; 1 step changed."
    assert [(line.kind, line.before, line.after, line.id, line.note) for line in seen.lines] == [
        ("added", "", "Send “tips” by email", "hints", ""),
        ("removed", "Send “tips” by email", "", "tips", "there now: 1 person"),
        ("changed", "Wait 2 days", "Wait 3 days", "pause", ""),
    ]
    assert [(pair.was, pair.to) for pair in seen.pairs] == [("tips", "hints")]
    assert seen.inside.startswith("Inside now: 3 people. Each stays on the version they entered by;")
    assert [(one.version, one.is_current, one.step, one.people) for one in seen.places] == [
        (1, True, "Wait 2 days", "2 people"),
        (1, True, "Send “tips” by email", "1 person"),
    ]
    assert (seen.templates, seen.notes, seen.launches, seen.warnings) == ([], [], [], [])
    assert JourneyVersion.objects.count() == 1


def test_the_button_publishes_just_this_and_says_who_did(marketer: Client, journey: Journey) -> None:
    answer = publish(marketer, journey, mark_of(marketer, journey))
    assert (answer.status_code, answer["Location"]) == (302, url(journey, "canvas"))
    made = JourneyVersion.objects.get(number=2)
    assert (made.source, made.published_by) == (CHANGED, User.objects.get())
    assert Journey.objects.get().current == made
    assert LogEntry.objects.get().change_message == "Version 2 published"
    assert set(Enrollment.objects.values_list("version__number", flat=True)) == {1}


def test_a_double_click_publishes_once(marketer: Client, journey: Journey) -> None:
    mark = mark_of(marketer, journey)
    answers = [publish(marketer, journey, mark) for _ in range(2)]
    assert [one.status_code for one in answers] == [302, 302]
    told = marketer.get(answers[1]["Location"]).context["messages"]
    assert "Version 2 is published already, and says just this." in [str(one) for one in told]
    assert JourneyVersion.objects.count() == 2
    assert LogEntry.objects.count() == 1


def test_a_draft_that_was_changed_meanwhile_is_shown_anew_and_kept(
    marketer: Client, journey: Journey
) -> None:
    mark = mark_of(marketer, journey)
    newer = CHANGED.replace("3 days", "4 days")
    Journey.objects.update(draft=newer)
    answer = publish(marketer, journey, mark)
    assert answer.status_code == 409
    assert "Something has changed since you looked, and nothing was published." in answer.text
    assert "Wait 4 days" in answer.text
    assert JourneyVersion.objects.count() == 1
    assert Journey.objects.get().draft == newer
    assert publish(marketer, journey, answer.context["mark"]).status_code == 302
    assert JourneyVersion.objects.get(number=2).source == newer


def test_a_template_that_was_changed_meanwhile_is_another_plan(
    marketer: Client,
    journey: Journey,
    files: Files,
) -> None:
    mark = mark_of(marketer, journey)
    template = Template.objects.get(key="tips")
    old = template.latest
    assert old is not None
    new = TemplateVersion.objects.create(
        template=template, digest="f" * 64, topic="", source=old.source.replace("Tips", "Hints"),
        prepared=old.prepared, published_at=old.published_at,
    )  # fmt: skip
    Template.objects.filter(pk=template.pk).update(latest=new)
    answer = publish(marketer, journey, mark)
    assert answer.status_code == 409
    assert answer.context["shown"].templates == [
        {
            "key": "tips",
            "what": "changed",
            "icon": "edit",
            "url": f"/admin/messaging/template/{template.pk}/change/",
        }
    ]
    assert JourneyVersion.objects.count() == 1


def test_a_templates_draft_goes_with_it_and_is_part_of_what_was_looked_at(
    marketer: Client, journey: Journey
) -> None:
    template = Template.objects.get(key="tips")
    mark = mark_of(marketer, journey)
    for text in ("Hints", "More hints"):
        draft = template.latest.source.replace("Tips", text)  # type: ignore[union-attr]
        Template.objects.filter(pk=template.pk).update(draft=draft)
        answer = publish(marketer, journey, mark)
        assert answer.status_code == 409
        assert [(one["key"], one["what"]) for one in answer.context["shown"].templates] == [
            ("tips", "changed")
        ]
        mark = answer.context["mark"]
    assert JourneyVersion.objects.count() == 1
    assert publish(marketer, journey, mark).status_code == 302
    template.refresh_from_db()
    assert (template.draft, template.latest.source) == ("", draft)  # type: ignore[union-attr]
    assert JourneyVersion.objects.get(number=2).templates["tips"] == template.latest_id


def test_what_is_wrong_leads_to_its_line_and_cannot_be_published(marketer: Client, journey: Journey) -> None:
    Journey.objects.update(draft=CHANGED.replace("send: tips", "send: nothing_such"))
    answer = marketer.get(url(journey))
    assert answer.context["shown"] is None
    assert [(one.words, one.url) for one in answer.context["troubles"]] == [
        (
            "Line 10: There is no template “nothing_such”. Choose another, or write that template first.",
            url(journey, "canvas") + "#line-10",
        )
    ]
    assert "Publish exactly this" not in answer.text
    assert publish(marketer, journey, answer.context["mark"]).status_code == 409
    assert JourneyVersion.objects.count() == 1


def test_a_draft_with_another_journeys_key_is_refused(marketer: Client, journey: Journey) -> None:
    Journey.objects.update(draft=CHANGED.replace("journey: onboarding", "journey: other"))
    answer = marketer.get(url(journey))
    assert [one.code for one in answer.context["troubles"]] == ["other_key"]
    assert publish(marketer, journey, answer.context["mark"]).status_code == 409
    assert list(Journey.objects.values_list("key", flat=True)) == ["onboarding"]


def test_missing_ids_are_written_by_a_button(marketer: Client, journey: Journey) -> None:
    Journey.objects.update(draft=CHANGED.replace("    id: pause\n", ""))
    answer = marketer.get(url(journey))
    assert "Write the missing ids into the draft" in answer.text
    assert marketer.post(url(journey), {"act": "ids", "mark": answer.context["mark"]}).status_code == 302
    assert marketer.get(url(journey)).context["troubles"] == []
    assert "id: " in Journey.objects.get().draft.split("wait: 3 days")[1].split("- send")[0]


def test_nothing_to_publish_has_no_button(marketer: Client, journey: Journey) -> None:
    Journey.objects.update(draft=ONBOARDING)
    answer = marketer.get(url(journey))
    assert answer.context["shown"].headline == (
        "There is nothing to publish: the draft says what version 1 says."
    )
    assert "Publish exactly this" not in answer.text


def test_the_first_version_is_shown_step_by_step(marketer: Client, journey: Journey) -> None:
    first = Journey.objects.create(
        key="hello",
        title="Hello",
        brand=Brand.objects.get(),
        draft="journey: hello\nentry: {event: a.b}\nsteps:\n  - wait: 1 day\n    id: rest\n",
    )
    seen = marketer.get(url(first)).context["shown"]
    assert seen.headline == "This will be version 1, with 1 step."
    assert [row.text for row in seen.steps.rows] == ["Wait 1 day"]
    assert (seen.lines, seen.inside) == ([], "")
    assert publish(marketer, first, mark_of(marketer, first)).status_code == 302
    first.refresh_from_db()
    assert first.status == "live"


def test_a_campaign_says_whom_it_reaches_and_when(marketer: Client, journey: Journey, settings: Any) -> None:
    text = (
        "campaign: sale\naudience: {who: {attribute: country, is: PL}, at: 2036-03-01 10:00}\n"
        "send: sale\nvia: [email]\n"
    )
    sale = Journey.objects.create(key="sale", title="Sale", brand=Brand.objects.get(), draft=text)
    old = TemplateVersion.objects.get(template__key="tips")
    made = Template.objects.create(key="sale", brand=sale.brand, journey="sale")
    made.latest = TemplateVersion.objects.create(
        template=made, digest="e" * 64, topic="", source=old.source.replace("template: tips", "template: sale"),
        prepared=old.prepared, published_at=old.published_at,
    )  # fmt: skip
    made.save()
    answer = marketer.get(url(sale))
    [said] = answer.context["shown"].launches
    assert said == (
        "Once, on 2036-03-01 10:00: everybody: country is PL. That is March 1, 2036, 10 a.m. here."
    )
    assert answer.context["stairs"] is None
    counted = marketer.get(url(sale) + "?reach=1").context["stairs"]
    assert next((one["name"], one["people"]) for one in counted) == ("in the segment", 0)


def test_a_campaign_whose_time_is_over_is_refused_on_its_line(marketer: Client, journey: Journey) -> None:
    text = (
        "campaign: sale\naudience: {who: {attribute: country, is: PL}, at: 2020-03-01 10:00}\n"
        "send: tips\nvia: [email]\n"
    )
    sale = Journey.objects.create(key="sale", title="Sale", brand=Brand.objects.get(), draft=text)
    Template.objects.update(journey="")
    answer = marketer.get(url(sale))
    assert [(one.words, one.url) for one in answer.context["troubles"]] == [
        (
            "Line 2: 2020-03-01 10:00 is over: nobody would come in. Write a time that is still to come.",
            url(sale, "canvas") + "#line-2",
        )
    ]
    assert publish(marketer, sale, answer.context["mark"]).status_code == 409
    assert JourneyVersion.objects.filter(journey=sale).count() == 0


@pytest.mark.parametrize(
    "body",
    [{}, {"act": "publish"}, {"mark": "x"}, {"act": "publish", "mark": "x" * 40}, {"act": "dance", "mark": "a" * 40},
     {"act": "publish", "mark": "a" * 10_000}, {"act": ["publish", "dance"], "mark": "a" * 40}],
)  # fmt: skip
def test_rubbish_is_refused(marketer: Client, journey: Journey, body: dict[str, Any]) -> None:
    assert marketer.post(url(journey), body).status_code == 400
    assert marketer.post(url(journey), "\0", content_type="application/json").status_code == 400
    assert JourneyVersion.objects.count() == 1


def test_no_such_journey_and_no_such_method(marketer: Client, journey: Journey) -> None:
    gone = reverse("admin:journeys_journey_publish", args=[10**18])
    assert marketer.get(gone).status_code == 404
    assert marketer.post(gone, {}).status_code == 404
    assert marketer.delete(url(journey)).status_code == 405


def test_pairs_lead_to_moving_people_and_rubbish_in_them_is_left_out(
    marketer: Client, journey: Journey
) -> None:
    answer = publish(marketer, journey, mark_of(marketer, journey), **{"pair-1": "<b>=x", "pair-2": "\0"})
    assert answer.status_code == 302
    assert "<b>=x" not in marketer.get(answer["Location"]).text


def test_only_who_may_change_journeys_publishes(journey: Journey) -> None:
    reader = User.objects.create_user("reader", password="x", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_journey"))
    client = Client()
    client.force_login(reader)
    assert client.get(url(journey)).status_code == 403
    assert publish(client, journey, "a" * 40).status_code == 403
    assert Client().get(url(journey)).status_code == 302
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_superuser("boss"))
    assert publish(strict, journey, "a" * 40).status_code == 403
    assert JourneyVersion.objects.count() == 1


def test_it_asks_as_often_with_many_inside(marketer: Client, journey: Journey) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert marketer.get(url(journey)).status_code == 200
        return len(asked)

    few = [count(), count()][1]
    Enrollment.objects.all().delete()
    stand(JourneyVersion.objects.get(), *["pause", "tips", "hello"] * 100)
    assert count() == few
    assert few <= 30


@pytest.mark.parametrize("language", ["en", "pl"])
def test_it_opens_in_both_languages(marketer: Client, journey: Journey, language: str) -> None:
    answer = marketer.get(url(journey), headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert all(isinstance(line, Line) for line in answer.context["shown"].lines)

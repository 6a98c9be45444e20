"""The list of journeys: what each row says, that it is read at once for all, and that its filters are remembered."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orchestrator.customers.models import Customer
from orchestrator.journeys.models import Enrollment, Journey, JourneyVersion, PublishRequest
from orchestrator.journeys.proposal import marks
from orchestrator.messaging.models import StepFault
from orchestrator.studio import listing, living, uplift
from orchestrator.studio.health import Sign
from orchestrator.workspace.models import Alarm, Brand, Workspace

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
URL = "/admin/journeys/journey/"
GOAL = {"event": "order.placed", "within": "14 days"}


@pytest.fixture(autouse=True)
def shop(db: None) -> None:
    Workspace.get()
    Brand.objects.get_or_create(key="default", defaults={"name": "Shop"})


def journey(key: str = "welcome", status: str = "live", published: bool = True, **fields: Any) -> Journey:
    """A journey whose version was published ten days ago."""
    made = Journey.objects.create(key=key, title=key.title(), brand=Brand.objects.get(), status=status)
    if published:
        made.current = JourneyVersion.objects.create(
            journey=made,
            number=1,
            source="",
            definition={"journey": key, "title": key.title(), "steps": [], **fields},
            templates={},
            digest="d",
            published_at=NOW - timedelta(days=10),
        )
    made.save()
    Journey.objects.filter(pk=made.pk).update(updated_at=NOW - timedelta(hours=1))
    return Journey.objects.select_related("current").get(pk=made.pk)


def people(count: int) -> list[int]:
    """So many customers."""
    known = Customer.objects.count()
    made = [Customer(external_id=f"c{known + one}", created_at=NOW, updated_at=NOW) for one in range(count)]
    Customer.objects.bulk_create(made)
    return list(Customer.objects.order_by("-id").values_list("id", flat=True)[:count])


def entered(one: Journey, count: int, met: int = 0, held_out: bool = False, days: int = 1) -> None:
    """So many people, of whom the first met the goal."""
    at = NOW - timedelta(days=days)
    Enrollment.objects.bulk_create(
        Enrollment(
            journey=one, version=one.current, customer_id=customer, status="completed", entered_at=at,
            expires_at=NOW, held_out=held_out, goal_met_at=NOW if number < met else None,
        )
        for number, customer in enumerate(people(count))
    )  # fmt: skip


def told(one: Journey) -> listing.Told:
    """The row of one journey."""
    return listing.read([one], NOW)[0][one.pk]


def signs(one: Journey) -> list[tuple[str, str]]:
    return [(sign.text, sign.tone) for sign in told(one).signs]


def test_a_row_counts_the_last_28_days_with_what_they_are_of() -> None:
    one = journey(goal=GOAL)
    entered(one, 8, met=3)
    entered(one, 5, met=5, days=28)
    row = told(one)
    assert (row.entered, row.met, row.rate) == ("8", "3", "37.5%")
    assert row.spark is not None
    assert row.spark.said == "entries a day: at most 8 (March 19), today 0"
    assert (row.held_out, row.lift) == (False, None)
    assert row.signs == [Sign("all is well", "success", "check_circle")]


def test_a_draft_has_no_numbers_and_nothing_is_wrong_with_it() -> None:
    row = told(journey(status="draft", published=False))
    assert (row.entered, row.spark, row.met, row.lift, row.signs) == ("", None, "", None, [])


def test_a_journey_without_a_goal_says_none_was_met() -> None:
    one = journey()
    entered(one, 2)
    assert (told(one).entered, told(one).met) == ("2", "")


def test_the_newest_entries_are_counted_and_the_page_says_so(
    marketer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = journey("old")
    entered(one, 3, days=2)
    entered(journey("new"), 4)
    monkeypatch.setattr(living, "NEWEST", 4)
    rows, sampled = listing.read([one], NOW)
    assert (sampled, rows[one.pk].entered) == (True, "0")
    assert [sign.text for sign in rows[one.pk].signs] == [
        "live, but it has none of the newest 20,000 entries"
    ]


def test_the_lift_is_told_with_its_interval_of_whom_and_to_one_scale() -> None:
    wide, narrow = journey("wide", goal=GOAL, holdout="10%"), journey("narrow", goal=GOAL, holdout="10%")
    entered(wide, 100, met=30)
    entered(wide, 100, met=10, held_out=True)
    entered(narrow, 200, met=20)
    entered(narrow, 100, met=10, held_out=True)
    rows, _ = listing.read([wide, narrow], NOW)
    assert rows[wide.pk].lift == uplift.Lift(
        "+20.0 percentage points",
        "between +9.0 and +30.6",
        "30 of 100 written to, 10 of 100 held out",
        False,
        uplift.Bar("56.0", "71.3", "108.0", "90.0"),
    )
    other = rows[narrow.pk].lift
    assert other is not None
    assert (other.said, other.between, other.chance) == (
        "0.0 percentage points",
        "between −8.2 and +6.7",
        True,
    )
    assert (other.bar.zero, other.bar.at) == ("56.0", "56.0")


def test_people_are_compared_and_not_their_passages() -> None:
    one = journey(goal=GOAL, holdout="10%")
    entered(one, 100, met=30)
    entered(one, 100, met=10, held_out=True)
    again = list(Enrollment.objects.filter(held_out=False))
    for passage in again:
        passage.pk = None
        passage.goal_met_at = None
    Enrollment.objects.bulk_create(again)
    row = told(one)
    assert row.entered == "300"
    assert row.lift is not None
    assert row.lift.of == "30 of 100 written to, 10 of 100 held out"


@pytest.mark.parametrize(("written", "held"), [(99, 100), (100, 99), (0, 0)])
def test_of_fewer_than_a_hundred_nothing_is_said(marketer: Client, written: int, held: int) -> None:
    one = journey(goal=GOAL, holdout="10%")
    entered(one, written, met=written)
    entered(one, held, held_out=True)
    assert (told(one).held_out, told(one).lift) == (True, None)
    assert "not measured yet" in marketer.get(URL).text


def test_a_live_journey_that_nobody_enters() -> None:
    one = journey()
    assert signs(one) == [("live, but nobody entered in 28 days", "warning")]
    JourneyVersion.objects.update(published_at=NOW - timedelta(hours=23))
    assert signs(Journey.objects.select_related("current").get()) == [
        ("just published: nobody has entered yet", "info")
    ]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"audience": {"segment": "club", "at": "2026-01-09 10:00"}}, "goes to a group at a set time"),
        ({"any_of": [{"schedule": {"every": "month"}}]}, "goes to a group at a set time"),
        ({"any_of": [{"schedule": {}}, {"event": "x"}]}, "live, but nobody entered in 28 days"),
        ({"any_of": ["rubbish"]}, "live, but nobody entered in 28 days"),
    ],
)
def test_what_goes_out_on_chosen_days_is_not_missed_between_them(entry: dict[str, Any], said: str) -> None:
    assert [text for text, _tone in signs(journey(entry=entry))] == [said]


def test_an_alarm_of_the_journey_stands_in_its_row_and_in_no_other() -> None:
    one, other = journey(), journey("other")
    evidence = {"journey": "welcome", "id": one.pk, "title": "Welcome", "days": 3}
    alarm = Alarm.objects.create(
        kind="journey_silent", subject="welcome", severity="warning", evidence=evidence, opened_at=NOW
    )
    rows, _ = listing.read([one, other], NOW)
    assert rows[one.pk].signs == [
        Sign(
            "a journey lets nobody in",
            "danger",
            "notifications_active",
            reverse("admin:journeys_journey_change", args=[one.pk]),
        )
    ]
    assert [sign.tone for sign in rows[other.pk].signs] == ["warning"]
    alarm.closed_at = NOW
    alarm.save()
    assert signs(one) == [("live, but nobody entered in 28 days", "warning")]


def test_a_failing_step_is_said_once_though_there_is_an_alarm_of_it() -> None:
    one = journey()
    entered(one, 1)
    for version, times in ((1, 5), (2, 9), (3, 4)):
        StepFault.objects.create(
            journey="welcome", version=version, step="hello", in_a_row=times, since=NOW, detail="line 3"
        )
    evidence = {"journey": "welcome", "step": "hello", "detail": "line 3", "fault": 1}
    Alarm.objects.create(
        kind="step_fault", subject="welcome hello", severity="warning", evidence=evidence, opened_at=NOW
    )
    assert signs(one) == [("step hello fails: its template cannot be rendered", "danger")]
    StepFault.objects.update(in_a_row=4)
    assert signs(one) == [("all is well", "success")]


def test_a_draft_that_waits_for_approval_says_so_until_it_is_another() -> None:
    one = journey(status="draft", published=False)
    Journey.objects.update(draft="journey: welcome\n")
    one.refresh_from_db()
    PublishRequest.objects.create(
        journey=one, mark=marks([one])[one.pk], text=one.draft, asked_at=NOW, comment=""
    )
    assert told(one).signs == [
        Sign(
            "waits for approval",
            "info",
            "hourglass_top",
            reverse("admin:journeys_journey_publish", args=[one.pk]),
        )
    ]
    Journey.objects.update(draft="journey: welcome\ntitle: Other\n")
    assert told(one).signs == []


def test_who_changed_it_last_is_said_where_that_is_known() -> None:
    one = journey()
    ola = User.objects.create_user("ola", first_name="Ola", last_name="Lis")
    note = LogEntry.objects.create(
        user=ola,
        content_type=ContentType.objects.get_for_model(Journey),
        object_id=str(one.pk),
        object_repr="Welcome",
        action_flag=CHANGE,
        action_time=one.updated_at - timedelta(minutes=10),
    )
    assert (told(one).when, told(one).who) == ("March 20, 2026, 11 a.m.", "Ola Lis")
    LogEntry.objects.filter(pk=note.pk).update(action_time=one.updated_at - timedelta(hours=1))
    assert told(one).who == ""


def test_the_page_asks_as_often_for_twelve_journeys_as_for_two(marketer: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            assert marketer.get(URL).status_code == 200
        return len(found)

    for number in range(12):
        one = journey(f"journey_{number}", goal=GOAL, holdout="10%")
        entered(one, 2, met=1)
        entered(one, 2, met=1, held_out=True)
        Journey.objects.filter(pk=one.pk).update(draft="journey: x\n")
        PublishRequest.objects.create(journey=one, mark="m", text="", asked_at=NOW, comment="")
        if number == 1:
            asked()
            two = asked()
    assert (asked(), two) == (18, 18)


def test_each_row_is_read_on_the_page_in_both_languages(marketer: Client) -> None:
    one = journey(goal=GOAL, holdout="10%")
    entered(one, 100, met=30)
    entered(one, 100, met=10, held_out=True)
    Enrollment.objects.update(entered_at=datetime.now(UTC))
    text = marketer.get(URL, headers={"Accept-Language": "en"}).text
    for said in ("30 of 100 written to", "20.0% of 200", "all is well", "people or more."):
        assert said in text, said
    assert "20,0%" in marketer.get(URL, headers={"Accept-Language": "pl"}).text


def keys(client: Client, query: str = "") -> tuple[str, list[str]]:
    """Where the list leads to, and the journeys it shows."""
    answer = client.get(URL + query, follow=True)
    assert answer.status_code == 200
    led = answer.redirect_chain[-1][0] if answer.redirect_chain else ""
    return led, re.findall(r"field-title_shown[^>]*>\s*(?:<[^>]*>\s*)*([A-Z]\w*)", answer.text)


def test_the_last_filters_are_remembered_until_all_are_asked_for(marketer: Client) -> None:
    journey("one")
    journey("two", status="paused")
    assert keys(marketer) == ("", ["One", "Two"])
    assert keys(marketer, "?status__exact=paused&q=two&p=1") == ("", ["Two"])
    assert keys(marketer) == (f"{URL}?status__exact=paused&q=two", ["Two"])
    assert "All journeys" in marketer.get(URL, follow=True).text
    assert keys(marketer, "?all=1") == ("", ["One", "Two"])
    assert keys(marketer) == ("", ["One", "Two"])
    assert "All journeys" not in marketer.get(URL).text


def test_what_takes_the_last_filter_off_leads_to_all(marketer: Client) -> None:
    journey("one")
    text = marketer.get(URL + "?status__exact=paused").text
    assert 'href="?all=1"' in text
    assert 'href="?"' not in text


def test_another_person_has_filters_of_their_own(marketer: Client) -> None:
    journey("one")
    keys(marketer, "?status__exact=paused")
    other = Client()
    other.force_login(User.objects.create_superuser("jan"))
    assert keys(other) == ("", ["One"])


@pytest.mark.parametrize(
    "query",
    ["?brand__id__exact=x", "?nonsense=1", "?status__exact=x", "?q=" + "x" * 300, "?q=%00", "?e=1", "?p=x"],
)
def test_rubbish_is_not_remembered(marketer: Client, query: str) -> None:
    journey("one")
    marketer.get(URL + query, follow=True)
    assert keys(marketer) == ("", ["One"])


def test_who_may_not_see_journeys_sees_no_list() -> None:
    nobody = User.objects.create_user("nobody", is_staff=True)
    client = Client()
    client.force_login(nobody)
    assert client.get(URL).status_code == 403
    assert client.get(URL + "?all=1").status_code == 403
    nobody.user_permissions.add(Permission.objects.get(codename="view_journey"))
    journey("one")
    assert keys(client) == ("", ["One"])

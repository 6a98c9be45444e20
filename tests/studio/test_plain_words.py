"""Lists and pages say in words what stands in the rows as codes, numbers of rows, JSON or nothing at all."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from orchestrator.customers.models import Customer
from orchestrator.domain.alarms import Kind
from orchestrator.domain.money import WHOLE_LIFE
from orchestrator.journeys.alarms.words import say
from orchestrator.journeys.models import Doorstep, Journey, Launch, UsualInterval
from orchestrator.messaging.models import (
    Budget,
    Message,
    Price,
    ProviderBreaker,
    RateLimit,
    Receipt,
    Spending,
    StepFault,
)
from orchestrator.segments.models import Segment
from orchestrator.studio import person, words
from orchestrator.studio.nothing import NOTHING
from orchestrator.workspace.models import Halt, Heartbeat, Retention, Workspace
from tests.studio.sample import Sample
from tests.studio.test_pages import ELSEWHERE

OURS = sorted(
    model._meta.label_lower for model in apps.get_models() if model.__module__.startswith("orchestrator.")
)


def listed(client: Client, model: Any) -> list[list[str]]:
    """The text of each cell of each row of a list."""
    page = client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")).text
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", page.partition("<table")[2], re.S)
    cells = [re.findall(r"<t[dh][^>]*\bfield-[^>]*>(.*?)</t[dh]>", row, re.S) for row in rows]
    return [[plain(cell) for cell in row] for row in cells if row]


def opened(client: Client, row: Any) -> str:
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return plain(client.get(url).text.partition("<main")[2] or client.get(url).text)


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_every_empty_list_says_what_will_stand_there() -> None:
    assert sorted(NOTHING) == [label for label in OURS if label not in {"workspace.workspace", *ELSEWHERE}]


def test_the_empty_list_of_workers_says_what_that_means_and_what_to_do(marketer: Client) -> None:
    page = plain(marketer.get(reverse("admin:workspace_heartbeat_changelist")).text)
    assert "nothing is sent and nobody moves on. Start one with `make work`." in page
    assert "Nothing here yet." not in page


def test_a_launch_says_what_its_numbers_were(marketer: Client, sample: Sample) -> None:
    launch = Launch.objects.get()
    launch.state, launch.entered = "halted", 12345
    seen = {"accepted": 2000, "complaints": 1, "bounces": 170}
    launch.numbers = {"10": seen, "2": seen | {"over": {"bounces": 850}}}
    launch.save()
    assert listed(marketer, Launch)[0][4] == "12,345"
    page = opened(marketer, launch)
    first = (
        "Before wave 3: 2,000 messages, of them complaints 1 (0.1%), bounces 170 (8.5%) – too many bounces."
    )
    second = "Before wave 11: 2,000 messages, of them complaints 1 (0.1%), bounces 170 (8.5%)."
    assert 0 < page.index(first) < page.index(second)
    assert "halted by its numbers" in page
    assert "('halted'" not in page
    assert "accepted&quot;" not in page
    assert str(launch).startswith("Welcome new customers · ")


def test_who_stands_at_the_door_waits_or_was_turned_away(marketer: Client, sample: Sample) -> None:
    at = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
    lined, turned, _asked, *_rest = Doorstep.objects.order_by("-id")
    Doorstep.objects.filter(pk=lined.pk).update(in_line=True, reason="at_once", evidence={"limit": 50})
    brought = {"properties": {"plan": "gold"}, "occurred_at": at.isoformat(), "surpassed": 0, "hops": 0}
    Doorstep.objects.filter(pk=turned.pk).update(turned_away_at=at, candidate=brought)
    rows = listed(marketer, Doorstep)
    assert [row[2] for row in rows[:3]] == ["in line", "turned away", "waits"]
    assert rows[0][0] == "Welcome new customers"
    assert rows[0][3] == "it was full (50 inside at once)"
    assert rows[1][4] == "–"
    page = opened(marketer, turned)
    assert "plan gold" in page
    assert "happened May 4, 2026, 11:30 a.m." in page
    assert "surpassed" not in page


def test_a_halt_says_what_it_is_and_what_it_was_found_by(marketer: Client, sample: Sample) -> None:
    ended = Halt.objects.get()
    at = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
    halt = Halt.objects.create(
        why="stopped", halted_at=timezone.now(), evidence={"number": 7, "last_beat": at.isoformat()}
    )
    assert [row[1] for row in listed(marketer, Halt)] == ["nothing is sent", "ended"]
    page = opened(marketer, halt)
    assert "no worker had run for long, and what was due is late" in page
    assert "last sign of a worker May 4, 2026, 11:30 a.m." in page
    assert "last_beat" not in page
    assert str(ended) == f"restored · {words.moment(ended.halted_at)}"


def test_a_worker_is_at_work_silent_or_has_ended(marketer: Client, sample: Sample) -> None:
    now = timezone.now()
    for name, beat, ended in (("b", now - timedelta(hours=1), None), ("c", now - timedelta(hours=2), now)):
        Heartbeat.objects.create(
            worker=name * 32, kind="celery", started_at=beat, beat_at=beat, ended_at=ended, doing="deliver"
        )
    assert [row[:3] for row in listed(marketer, Heartbeat)] == [
        ["work aaaaaaaa", "at work", "everything by turns"],
        ["celery bbbbbbbb", "silent", "delivers messages"],
        ["celery cccccccc", "ended", "delivers messages"],
    ]


def test_money_says_of_how_much_and_since_when(marketer: Client, sample: Sample) -> None:
    once = Budget.objects.create(name="Launch", amount="12500", period="", journey="onboarding")
    Spending.objects.create(budget=once, period="", begins_on=WHOLE_LIFE, spent="77.1")
    assert listed(marketer, Spending)[1] == [
        "Launch",
        "all of it",
        "the beginning",
        "77.10 PLN",
        "12,500.00 PLN",
    ]
    pays = {row[0]: row[4] for row in listed(marketer, Budget)}
    assert pays == {"Launch": "Welcome new customers", "Text messages": "SMS"}
    form = marketer.get(reverse("admin:messaging_budget_change", args=[once.pk])).text
    assert ('value="12500.00"' in form, "In PLN." in form) == (True, True)
    assert listed(marketer, Price)[0][2:] == ["any other", "any other"]


def test_rates_are_grouped_and_say_whose(marketer: Client, sample: Sample) -> None:
    RateLimit.objects.create(channel="push", messages=1200, per="minute", burst=1500)
    assert listed(marketer, RateLimit)[0][:4] == ["push", "all together", "1,200 a minute", "1,500"]


def test_a_provider_works_fails_or_is_down(marketer: Client, sample: Sample) -> None:
    ProviderBreaker.objects.create(provider="bad", failures=2)
    ProviderBreaker.objects.create(provider="cured", failures=0)
    assert [row[:2] for row in listed(marketer, ProviderBreaker)] == [
        ["acme_sms", "down"],
        ["bad", "failing"],
        ["cured", "works"],
    ]


def test_journeys_are_named_by_their_titles(marketer: Client, sample: Sample) -> None:
    version = sample.version
    version.definition = {
        **version.definition,
        "title": {"en": "Welcome new customers", "pl": "Pierwsze kroki"},
    }
    type(version).objects.filter(pk=version.pk).update(definition=version.definition)
    with translation.override("en"):
        assert listed(marketer, StepFault)[0][0] == "Welcome new customers"
        assert listed(marketer, Message)[0][0] == "Welcome new customers · hello"
        assert listed(marketer, UsualInterval)[0][0] == "Welcome new customers"
    marketer.cookies.load({"django_language": "pl"})
    assert listed(marketer, StepFault)[0][0] == "Pierwsze kroki"
    assert listed(marketer, Message)[0][0] == "Pierwsze kroki · hello"
    for row in (Launch.objects.get(), Doorstep.objects.first(), UsualInterval.objects.first()):
        assert "Ścieżka Pierwsze kroki" in opened(marketer, row)
    Journey.objects.filter(key="onboarding").update(key="renamed")
    assert listed(marketer, StepFault)[0][0] == "onboarding"


def test_an_empty_group_is_all_purchases(marketer: Client, sample: Sample) -> None:
    UsualInterval.objects.order_by("pk").exclude(pk=UsualInterval.objects.latest("pk").pk).delete()
    UsualInterval.objects.update(part="")
    assert listed(marketer, UsualInterval)[0][1] == "all purchases together"


def test_a_person_s_receipt_is_not_marked_as_a_failure(marketer: Client, sample: Sample) -> None:
    assert {row[4] for row in listed(marketer, Receipt)} == {"yes", "–"}


@pytest.mark.parametrize(("table", "days", "least"), [("receipt", 89, 90), ("mailbox", 3651, 1)])
def test_retention_names_the_days_it_takes(marketer: Client, table: str, days: int, least: int) -> None:
    page = marketer.post(reverse("admin:workspace_retention_add"), {"table": table, "days": days}).text
    assert f"Write a number of days from {least} to 3650." in page
    assert "receipts 90" in page
    assert not Retention.objects.exists()
    marketer.post(reverse("admin:workspace_retention_add"), {"table": table, "days": least})
    assert listed(marketer, Retention)[0][1] == ("1 day" if least == 1 else "90 days")


@pytest.mark.parametrize("hour", [9, 15])
def test_the_notice_of_an_erased_customer_has_one_full_stop(db: None, hour: int) -> None:
    at = datetime(2026, 5, 4, hour, tzinfo=UTC)
    with translation.override("en"), timezone.override("Europe/Warsaw"):
        told = person.describe(Customer.objects.create(erased_at=at, created_at=at, updated_at=at)).notice
    half = "a.m." if hour == 9 else "p.m."
    assert told == f"Erased on May 4, 2026, {11 if hour == 9 else 5} {half} What is left names nobody."


def test_a_day_is_written_as_the_reader_writes_days() -> None:
    for language, said in (("en", "June 7, 2005"), ("pl", "7 czerwca 2005")):
        with translation.override(language):
            assert words.shown("2005-06-07") == said
    assert (words.shown("2005-13-07"), words.shown("order 2005-06-07")) == ("2005-13-07", "order 2005-06-07")


def test_people_are_grouped_like_every_number() -> None:
    with translation.override("en"):
        assert (words.people(1), words.people(12345)) == ("1 person", "12,345 people")
        assert words.rate(1200, "minute") == "1,200 a minute"


def test_a_new_segment_has_no_figures_yet(marketer: Client, sample: Sample) -> None:
    page = plain(marketer.get(reverse("admin:segments_segment_add")).text)
    assert "Rule in words" not in page
    assert "0 people" not in page
    assert "Rule in words" in opened(marketer, Segment.objects.get(key="golden"))


def test_send_once_leads_to_the_first_segment(marketer: Client, sample: Sample) -> None:
    Workspace.get()
    once = reverse("admin:journeys_journey_send_once")
    add = f'href="{reverse("admin:segments_segment_add")}">Make a segment</a>'
    assert add not in marketer.get(once).text
    Segment.objects.all().delete()
    assert add in marketer.get(once).text


@pytest.mark.parametrize(
    ("page", "active"),
    [
        ("journeys_journey_changelist", ["Journeys"]),
        ("journeys_journey_add", ["Journeys"]),
        ("journeys_journey_send_once", ["Send once"]),
    ],
)
def test_one_entry_of_the_sidebar_is_marked(marketer: Client, page: str, active: list[str]) -> None:
    rooms = marketer.get(reverse(f"admin:{page}")).context["sidebar_navigation"]
    assert [str(entry["title"]) for room in rooms for entry in room["items"] if entry["active"]] == active


def test_a_time_of_day_at_the_end_of_a_sentence_brings_no_second_full_stop() -> None:
    at = datetime(2026, 11, 26, 19, 15, tzinfo=UTC)
    with translation.override("en"), timezone.override("UTC"):
        told = {"since": at.isoformat(), "until": (at + timedelta(minutes=5)).isoformat(), "fault": ""}
        said = say(Kind.PROVIDER, "acme_sms", told)
    assert said.text == (
        "The provider acme_sms is down since Nov. 26, 2026, 7:15 p.m.; it is tried again at 7:20 p.m."
    )

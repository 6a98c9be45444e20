"""The first page: what goes out today by the hour, who came into each journey, long work, and how sound the data is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from orchestrator.customers.models import Address, Customer
from orchestrator.domain.outbox import State
from orchestrator.events.models import Event
from orchestrator.journeys.models import Enrollment, Journey, Launch, Simulation
from orchestrator.messaging.models import Message
from orchestrator.segments.models import Segment
from orchestrator.studio import audit, hours, living, longwork
from orchestrator.studio.today import read_today
from orchestrator.workspace.models import Alarm
from tests.studio.sample import Sample

NOW = datetime(2026, 7, 1, 10, 20, tzinfo=UTC)  # 12:20 in Warsaw
ZONE = "Europe/Warsaw"


def at(hour: int, minute: int = 0, day: int = 1) -> datetime:
    """A moment of 1 July in Warsaw."""
    return datetime(2026, 7, day, tzinfo=UTC) + timedelta(hours=hour - 2, minutes=minute)


def set_message(number: int, **fields: Any) -> None:
    pk = Message.objects.order_by("id").values_list("pk", flat=True)[number]
    Message.objects.filter(pk=pk).update(**fields)


def test_the_hours_of_today_are_those_of_the_workspace(
    sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hours, "NEWEST", 10**12)  # numbers go on from test to test
    Message.objects.update(state=State.SKIPPED, first_held_at=None)
    set_message(0, state=State.ACCEPTED, final_at=at(0))
    set_message(1, state=State.ACCEPTED, final_at=at(-1, 59))  # yesterday
    set_message(2, state=State.PLANNED, due_at=at(9))  # late: it goes now
    set_message(3, state=State.PLANNED, due_at=at(14), first_held_at=at(8))
    set_message(4, state=State.RETRY_WAIT, due_at=at(0, day=2))  # tomorrow
    with timezone.override(ZONE):
        found = hours.read(NOW)
    assert (found.going, found.held, found.more, found.sampled) == (3, 1, False, False)
    assert [(bar.name, bar.shown, bar.share, bar.parts) for bar in found.bars if bar.parts] == [
        ("midnight", "1", 100, "1 sent"),
        ("noon", "1", 100, "1 planned"),
        ("2 p.m.", "1", 100, "1 held"),
    ]
    assert [bar.name for bar in found.bars][:2] == ["midnight", "1 a.m."]
    assert len(found.bars) == 15


def test_with_nothing_to_send_there_is_no_chart(marketer: Client) -> None:
    assert hours.read(NOW).bars == []
    page = marketer.get(reverse("admin:index")).text
    assert "Nothing was sent today, and nothing is planned until midnight." in page
    assert "0 messages go out today; nothing needs you." in page


def test_the_sentence_counts_journeys_and_whatever_else_is_wrong(sample: Sample) -> None:
    Message.objects.update(state=State.ACCEPTED, final_at=timezone.now())
    Alarm.objects.all().delete()
    told = {"journey": "onboarding", "title": "Welcome", "titles": {}, "id": sample.journey.pk, "days": 4}
    for kind, subject, evidence in (
        ("journey_silent", "onboarding", told),
        ("step_fault", "onboarding hello", told | {"step": "hello", "detail": ""}),
    ):
        Alarm.objects.create(
            kind=kind, subject=subject, severity="warning", evidence=evidence, opened_at=timezone.now()
        )
    sentence = read_today(timezone.now()).sentence
    assert sentence == "5 messages go out today; 1 journey needs you, 1 alarm needs you."


def test_a_sparkline_says_its_highest_day_and_today() -> None:
    today = date(2026, 7, 28)
    found = living.spark({date(2026, 7, 28): 1, date(2026, 7, 1): 4, date(2026, 6, 30): 99}, today)
    assert found.said == "entries a day: at most 4 (July 1), today 1"
    points = found.points.split()
    assert (len(points), points[0], points[1], points[-1]) == (28, "0.0,1.0", "4.1,23.0", "112.0,17.5")
    assert living.spark({}, today).said == "nobody entered in 28 days"


def test_entries_are_counted_by_the_days_of_the_workspace(sample: Sample) -> None:
    first, second, *_ = Enrollment.objects.order_by("id").values_list("pk", flat=True)
    Enrollment.objects.update(entered_at=NOW - timedelta(days=60))
    Enrollment.objects.filter(pk=first).update(entered_at=at(0))
    Enrollment.objects.filter(pk=second).update(entered_at=at(0) - timedelta(days=27))
    with timezone.override(ZONE):
        (row,) = living.read(NOW).rows
    assert (row.entered, row.active, row.spark.said) == (
        "2",
        "2",
        "entries a day: at most 1 (June 4), today 1",
    )
    Enrollment.objects.filter(pk=second).update(entered_at=at(0) - timedelta(days=27, seconds=1))
    with timezone.override(ZONE):
        assert living.read(NOW).rows[0].entered == "1"


def test_the_audit_finds_addresses_that_are_shared_and_people_who_did_nothing_lately(sample: Sample) -> None:
    now = timezone.now()
    anna, piotr, zofia, *_ = Customer.objects.order_by("id")
    theirs = Address.objects.get(customer=anna, channel="email")
    Address.objects.create(
        customer=piotr, channel="email", value=theirs.value, digest=theirs.digest, created_at=now
    )
    Event.objects.filter(customer=zofia).update(occurred_at=now - timedelta(days=91))
    found = audit.read(now)
    assert found is not None
    assert [lack.count for lack in found.lacks] == ["1", "1", "2", "2"]
    Customer.objects.filter(pk=zofia.pk).update(erased_at=now)
    found = audit.read(now)
    assert found is not None
    assert (found.looked_at, found.lacks[3].count) == ("4 people", "1")


def test_long_work_says_how_far_it_is(sample: Sample) -> None:
    last = Customer.objects.order_by("-id").values_list("pk", flat=True)[0]
    Launch.objects.update(due_at=NOW, cursor=last // 2 or last, waits_for=20_000)
    Segment.objects.filter(static=False).update(due_at=NOW, settled=False)
    found = longwork.read()
    assert [(one.name, one.state) for one in found] == [
        (
            "Launch: Welcome new customers",
            "3 people let in, wave 1; it waits for 20,000 messages to go out first",
        ),
        ("Simulation: Welcome new customers", "running"),
        ("Segment: Golden", "its first look at everybody"),
    ]
    assert [one.percent for one in found][1:] == [25, 0]
    Launch.objects.update(state="done", due_at=None)
    Simulation.objects.update(state="done")
    Segment.objects.update(settled=True)
    assert longwork.read() == []


@pytest.mark.parametrize("language", ["en", "pl"])
def test_every_picture_has_words(marketer: Client, sample: Sample, language: str) -> None:
    page = marketer.get(reverse("admin:index"), headers={"Accept-Language": language}).text
    assert page.count('<svg class="st-spark" viewBox="0 0 112 24" role="img" aria-label="') == 1
    assert page.count("<polyline") == 1


def test_many_journeys_cost_no_more_than_one(marketer: Client, sample: Sample) -> None:
    url = reverse("admin:index")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert marketer.get(url).status_code == 200
        return len(queries)

    before = asked()
    Journey.objects.bulk_create(
        Journey(key=f"j{number}", title=f"J {number}", brand_id=sample.journey.brand_id, status="live")
        for number in range(30)
    )
    Segment.objects.bulk_create(
        Segment(key=f"s{number}", title="S", source="{}", rule={}, changed_at=NOW, due_at=NOW)
        for number in range(30)
    )
    assert asked() == before
    assert len(read_today(timezone.now()).living.rows) == 25

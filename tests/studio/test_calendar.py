"""The calendar: what is planned on which day, what is an estimate, holidays, and a day in full."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from orchestrator.domain.outbox import State
from orchestrator.domain.quiet import names_of_holidays
from orchestrator.journeys.models import Enrollment, EntryTimer, Launch
from orchestrator.messaging.models import Message
from orchestrator.studio import planned
from tests.scenarios.conftest import world  # noqa: F401 - the fixture
from tests.scenarios.world import World
from tests.studio.sample import Sample, fill

NOW = datetime(2026, 11, 10, 9, tzinfo=UTC)
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)


@pytest.fixture
def november(db: None) -> Sample:
    """The sample, with nothing planned."""
    shop = fill(5, NOW)
    Launch.objects.all().delete()
    Message.objects.update(state=State.SKIPPED)
    Enrollment.objects.update(status="completed", due_at=None)
    EntryTimer.objects.update(due_at=None)
    return shop


def cells(client: Client, query: str = "") -> dict[int, list[str]]:
    """The lines of each day of the month."""
    with time_machine.travel(NOW, tick=False):
        weeks = client.get(reverse("admin:journeys_journey_calendar") + query).context["weeks"]
    days = [day for week in weeks for day in week if day.inside]
    return {day.on.day: [line.text for line in day.short] for day in days if day.short}


def test_messages_are_counted_on_the_day_of_the_workspace(marketer: Client, november: Sample) -> None:
    dues = [
        datetime(2026, 11, 3, tzinfo=UTC),  # late: it goes today
        datetime(2026, 11, 12, 22, 59, tzinfo=UTC),
        datetime(2026, 11, 12, 23, 0, tzinfo=UTC),  # Warsaw's midnight
        datetime(2026, 11, 13, 9, tzinfo=UTC),
        datetime(2026, 11, 30, 23, 0, tzinfo=UTC),  # December
    ]
    for pk, due in zip(Message.objects.order_by("id").values_list("pk", flat=True), dues, strict=True):
        Message.objects.filter(pk=pk).update(state=State.PLANNED, due_at=due, channel="email")
    assert cells(marketer) == {10: ["email 1"], 12: ["email 1"], 13: ["email 2"]}
    assert cells(marketer, "?month=2026-12") == {1: ["email 1"]}
    assert cells(marketer, "?month=2026-10") == {}


def test_people_and_timers_are_estimates_of_their_own(marketer: Client, november: Sample) -> None:
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    first, second, *_ = Enrollment.objects.order_by("id").values_list("pk", flat=True)
    Enrollment.objects.filter(pk__in=[first, second]).update(status="active", due_at=at)
    Enrollment.objects.filter(pk=second).update(sending=True)  # it waits for its message, which is counted
    EntryTimer.objects.update(due_at=at)
    assert cells(marketer) == {20: ["1 person reaches their next step", "5 people may enter"]}
    page = reverse("admin:journeys_journey_calendar") + "?day=2026-11-20"
    with time_machine.travel(NOW, tick=False):
        lines = marketer.get(page).context["lines"]
    assert [(line.text, line.estimate) for line in lines] == [
        ("Welcome new customers: 1 person reaches their next step", True),
        ("Welcome new customers: 5 people may enter", True),
    ]


def test_a_launch_says_how_many_it_let_in_or_will_as_last_time(marketer: Client, november: Sample) -> None:
    made = [
        (0, 5, "done", 1234),
        (1, 5, "stopped", 7),
        (0, 12, "planned", 0),
        (1, 12, "planned", 0),
        (2, 10, "running", 50),
    ]
    rows = [
        Launch.objects.create(
            journey=november.journey,
            trigger=place,
            on=date(2026, 11, day),
            opens_at=NOW,
            state=state,
            entered=entered,
        )
        for place, day, state, entered in made
    ]
    assert cells(marketer) == {
        5: ["Welcome new customers (email): 1,234 people"],
        10: ["Welcome new customers (email): 50 people, running"],
        12: [
            "Welcome new customers (email): as last time, 1,234 people",
            "Welcome new customers (email): nobody knows yet to how many",
        ],
    }
    with time_machine.travel(NOW, tick=False):
        page = marketer.get(reverse("admin:journeys_journey_calendar") + "?day=2026-11-12")
    lines = [(line.url, line.estimate) for line in page.context["lines"]]
    assert lines == [
        (reverse("admin:journeys_launch_change", args=[row.pk]), True) for row in (rows[2], rows[3])
    ]


WEEKLY = """
journey: weekly
title: Weekly
entry: {schedule: {every: week, on: [monday], at: "10:00"}, again: always}
steps:
  - send: news
    via: [email]
    id: news
"""


def test_a_schedule_comes_again_on_each_of_its_days(world: World) -> None:  # noqa: F811
    world.publish(WEEKLY, news="")
    with timezone.override("Europe/Warsaw"):
        found = planned.read(date(2026, 3, 1), date(2026, 3, 31), world.now)
    assert [(one.on.day, one.key, one.channels, one.people) for one in found.launches] == [
        (day, "weekly", ("email",), None) for day in (9, 16, 23, 30)
    ]
    assert [one.launch is not None for one in found.launches] == [True, False, False, False]


def test_holidays_of_the_country_are_named(marketer: Client, november: Sample) -> None:
    page = marketer.get(reverse("admin:journeys_journey_calendar") + "?month=2026-11").context
    named = {day.on.day: day.holiday for week in page["weeks"] for day in week if day.holiday}
    assert named == {1: "All Saints' Day", 11: "National Independence Day"}
    assert names_of_holidays("PL", 2026, "pl")[date(2026, 11, 11)] == "Narodowe Święto Niepodległości"
    assert names_of_holidays("AQ", 2026, "en") in ({}, names_of_holidays("AQ", 2026, "pl"))


@pytest.mark.parametrize(
    "query",
    [
        "month=2026-13",
        "month=x",
        "day=2026-02-30",
        "day=%00",
        "month=1999-01",
        "month=2099-12&day=2026-11-01",
    ],
)
def test_rubbish_shows_a_month_nevertheless(marketer: Client, november: Sample, query: str) -> None:
    answer = marketer.get(reverse("admin:journeys_journey_calendar") + f"?{query}")
    assert answer.status_code == 200
    assert "lines" not in answer.context
    assert answer.text.count('class="st-day"') in (28, 29, 30, 31)


def test_only_those_who_may_see_journeys_see_it(db: None, django_user_model: Any) -> None:
    guest = django_user_model.objects.create_user("guest", is_staff=True)
    client = Client()
    client.force_login(guest)
    url = reverse("admin:journeys_journey_calendar")
    assert client.get(url).status_code == 403
    guest.user_permissions.add(Permission.objects.get(codename="view_journey"))
    assert client.get(url).status_code == 200


def test_a_full_month_asks_as_often_as_an_empty_one(marketer: Client, november: Sample) -> None:
    url = reverse("admin:journeys_journey_calendar") + "?month=2026-11&day=2026-11-12"

    def asked() -> int:
        with time_machine.travel(NOW, tick=False), CaptureQueriesContext(connection) as queries:
            assert marketer.get(url).status_code == 200
        return len(queries)

    asked()
    empty = asked()
    due = datetime(2026, 11, 12, 12, tzinfo=UTC)
    Message.objects.update(state=State.PLANNED, due_at=due)
    Enrollment.objects.update(status="active", due_at=due)
    EntryTimer.objects.update(due_at=due)
    for place in range(30):
        day = FIRST + timedelta(days=place)
        Launch.objects.create(journey=november.journey, trigger=place, on=day, opens_at=NOW, state="done")
    assert asked() <= empty + 1  # the journeys' titles, once there is one to name
    assert empty <= 16


def test_the_page_says_so_where_it_has_not_looked_at_everything(
    marketer: Client, november: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planned, "MOST", 2)
    Message.objects.update(state=State.PLANNED, due_at=datetime(2026, 11, 12, 12, tzinfo=UTC))
    with time_machine.travel(NOW, tick=False):
        page = marketer.get(reverse("admin:journeys_journey_calendar"))
    assert page.context["more"]
    assert "what is due first is counted" in page.text
    assert sum(planned.read(FIRST, LAST, NOW).messages.values()) == 2

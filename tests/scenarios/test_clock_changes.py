"""The clocks go forward on 29 March 2026 and back on 25 October: an hour that never is, and one that comes twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.domain.quiet import release_jitter
from orchestrator.journeys.models import Enrollment
from orchestrator.messaging.models import FrequencyCap, Message, QuietHoursRule
from tests.scenarios.journeys import one_send, with_steps
from tests.scenarios.world import WARSAW, World

SMS = 'sms:\n  en: {text: "hi"}\n'
GAP = datetime(2026, 3, 29, 0, 30, tzinfo=WARSAW).astimezone(UTC)  # at 02:00 it is 03:00
FOLD = datetime(2026, 10, 25, 0, 30, tzinfo=WARSAW).astimezone(UTC)  # at 03:00 it is 02:00 again


def handed_off() -> list[str]:
    """When each message left, by Warsaw's clock and its distance from Greenwich."""
    ats = Message.objects.exclude(handed_off_at=None).order_by("handed_off_at")
    return [
        at.astimezone(WARSAW).strftime("%d %H:%M %z")
        for at in ats.values_list("handed_off_at", flat=True)
        if at
    ]


def finished() -> list[str]:
    ats = Enrollment.objects.order_by("finished_at").values_list("finished_at", flat=True)
    return [at.astimezone(WARSAW).strftime("%d %H:%M %z") for at in ats if at]


@pytest.mark.parametrize(
    ("start", "wait", "ends"),
    [
        (GAP, "1 hour\n  until: '02:30'", "29 03:30 +0200"),  # forward by the length of the gap
        (FOLD, "1 hour\n  until: '02:30'", "25 02:30 +0200"),  # the first of the two
        (GAP, "2 hours", "29 03:30 +0200"),
        (FOLD, "2 hours", "25 02:30 +0200"),
        (FOLD, "3 hours", "25 02:30 +0100"),
        (GAP - timedelta(days=1) + timedelta(hours=2), "1 day", "29 03:30 +0200"),
        (FOLD - timedelta(days=1) + timedelta(hours=2), "1 day", "25 02:30 +0200"),
        (GAP, "1 day", "30 00:30 +0200"),
        (GAP, "24 hours", "30 01:30 +0200"),
        (FOLD, "24 hours", "25 23:30 +0100"),
    ],
)
def test_a_wait(world: World, start: datetime, wait: str, ends: str):
    world.now = start
    world.publish(with_steps("trip", f"- wait: {wait}\n  id: rest"))
    world.event(world.person(), "trip.wanted")
    world.run(days=3)
    assert finished() == [ends]


@pytest.mark.parametrize(
    ("start", "ends"), [(GAP, "29 03:00 +0200"), (FOLD, "25 02:30 +0200"), (FOLD + timedelta(hours=3), "25 02:30 +0100")]
)  # fmt: skip
def test_a_window(world: World, start: datetime, ends: str):
    """Who comes in the second pass of an hour is inside as who came in the first."""
    world.now = start
    world.publish(with_steps("trip", '- wait_for_window: {from: "02:30", to: "05:00"}\n  id: w'))
    world.event(world.person(), "trip.wanted")
    world.run(days=1)
    assert finished() == [ends]


@pytest.mark.parametrize(
    ("start", "opens"),
    [
        (GAP, GAP + timedelta(hours=1, minutes=30)),  # at 03:00: 02:30 is skipped
        (FOLD, FOLD + timedelta(hours=2)),
        (FOLD + timedelta(hours=2, minutes=40), FOLD + timedelta(hours=3)),  # 02:10 for the second time
    ],
)
def test_quiet_hours_until_half_past_two(world: World, start: datetime, opens: datetime):
    """Skipped with the gap, and in the fold as quiet the second time as the first."""
    QuietHoursRule.objects.update(ranges=[{"start": "00:00", "end": "02:30"}])
    world.now = start
    world.publish(one_send("text", "sms"), text=SMS)
    world.event(world.person(consents=("sms",)), "text.wanted")
    world.run(days=1)
    message = Message.objects.get()
    assert message.handed_off_at == opens + release_jitter(message.key, timedelta(minutes=10))


@pytest.mark.parametrize(
    ("start", "on", "left"),
    [(GAP, "1990-03-29", "29 03:30 +0200"), (FOLD, "1990-10-25", "25 02:30 +0200")],
)
def test_a_birthday_at_an_hour_that_is_not_or_comes_twice(world: World, start: datetime, on: str, left: str):
    world.now = start
    world.publish(one_send("wish", entry="{date: {attribute: birthday, at: '02:30'}}"), wish="")
    world.person(attributes={"birthday": on})
    world.run(days=2)
    assert handed_off() == [left]


@pytest.mark.parametrize(
    ("window", "start", "second"),
    [
        ({"calendar": "day", "rolling": ""}, GAP, "30 00:00 +0200"),  # after 23 hours less 30 minutes
        ({"calendar": "day", "rolling": ""}, FOLD, "26 00:00 +0100"),  # after 25
        ({"calendar": "", "rolling": "24 hours"}, GAP, "30 01:30 +0200"),
        ({"calendar": "", "rolling": "24 hours"}, FOLD, "25 23:30 +0100"),
    ],
)
def test_a_cap_by_the_day_goes_by_the_date_and_a_rolling_one_by_the_hours(
    world: World, window: dict[str, str], start: datetime, second: str
):
    FrequencyCap.objects.exclude(id=FrequencyCap.objects.order_by("id").values("id")[:1]).delete()
    FrequencyCap.objects.update(limit=1, **window)
    world.workspace(minimum_gap_minutes=0)
    world.now = start
    for key in ("one", "two"):
        world.publish(one_send(key), **{key: ""})
    anna = world.person()
    for key in ("one", "two"):
        world.event(anna, f"{key}.wanted")
    world.run(days=2)
    assert handed_off() == [start.astimezone(WARSAW).strftime("%d %H:%M %z"), second]


@pytest.mark.parametrize(
    ("start", "wait", "ends"),
    [
        (datetime(2027, 1, 31, 9, 0, tzinfo=WARSAW), "1 month", "28 09:00 +0100"),
        (datetime(2028, 1, 31, 9, 0, tzinfo=WARSAW), "1 month", "29 09:00 +0100"),
        (datetime(2026, 8, 31, 9, 0, tzinfo=WARSAW), "1 month", "30 09:00 +0200"),
        (datetime(2026, 1, 31, 9, 0, tzinfo=WARSAW), "2 months", "31 09:00 +0200"),
    ],
)
def test_a_month_from_the_31st_ends_on_the_last_day(world: World, start: datetime, wait: str, ends: str):
    world.now = start
    world.publish(with_steps("trip", f"- wait: {wait}\n  id: rest"))
    world.event(world.person(), "trip.wanted")
    world.run(days=70)
    assert finished() == [ends]

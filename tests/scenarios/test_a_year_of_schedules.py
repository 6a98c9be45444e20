"""A year of a weekly schedule by everybody's own clock, in every zone on earth, with two beats and workers that die."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.domain.schedules import moment_on
from orchestrator.domain.zones import find_zone
from orchestrator.journeys.launching import launch
from orchestrator.journeys.models import Enrollment, Launch
from tests.scenarios.world import World

# The night between Saturday and Sunday, when clocks change.
JOURNEY = """\
journey: weekly
entry: {schedule: {every: week, on: sunday, at: "02:30", zone: customer}}
steps:
  - wait: 1 minute
    id: rest
"""
BEATS = (timedelta(0), timedelta(seconds=7))
FIRST, LAST = date(2026, 3, 8), date(2027, 3, 7)


@pytest.mark.slow
def test_nobody_enters_twice_and_nobody_is_left_out(world: World):
    zones = sorted(name for name in available_timezones() if find_zone(name))
    people = [Person(name.replace("/", "-"), time_zone=name, created_at=world.now) for name in zones]
    ids = dict(zip(zones, save(people, world.now).ids, strict=True))
    world.publish(JOURNEY)
    killed: set[date] = set()
    while row := Launch.objects.filter(due_at__isnull=False, on__lte=LAST).first():
        for beat, chunk in (BEATS[0], 200), (BEATS[1], 350):
            launch(row.opens_at + beat, chunk)
        # Nobody walks here, and a launch waits while too many are about to.
        Enrollment.objects.filter(due_at__isnull=False).update(due_at=None)
        if row.on not in killed and row.on.day % 5 == 0:  # a worker died, and what it had noted is lost
            Launch.objects.filter(on=row.on, state="running").update(cursor=0)
            killed.add(row.on)
    assert len(killed) > 5
    sundays = [FIRST + timedelta(weeks=week) for week in range(53)]
    expected = {
        (customer, f"schedule:{on}", moment_on(on, time(2, 30), ZoneInfo(name)))
        for name, customer in ids.items()
        for on in sundays
    }
    fired = Counter(Enrollment.objects.values_list("customer_id", "entry_key", "arrived_at"))
    assert set(fired) == expected
    assert set(fired.values()) == {1}
    assert datetime(2026, 3, 29, 1, 30, tzinfo=UTC) in {
        at for customer, _, at in fired if customer == ids["Europe/Warsaw"]
    }

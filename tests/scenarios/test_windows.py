"""`wait_for_window`: on by the clock of where the person lives."""

from __future__ import annotations

import pytest

from orchestrator.domain.definition import DefinitionError
from orchestrator.journeys.models import Enrollment
from tests.scenarios.journeys import with_steps
from tests.scenarios.world import WARSAW, World


def left(world: World, window: str, **person: object) -> str:
    """When somebody who comes on Monday at 13:00 in Warsaw goes on."""
    world.publish(with_steps("trip", f"- wait_for_window: {window}\n  id: w"))
    world.event(world.person(**person), "trip.wanted")
    world.run(days=40)
    (at,) = Enrollment.objects.values_list("finished_at", flat=True)
    return at.astimezone(WARSAW).strftime("%a %d %H:%M")


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ('{from: "09:00", to: "17:00"}', "Mon 02 13:00"),
        ('{from: "14:00", to: "17:00"}', "Mon 02 14:00"),
        ('{from: "09:00", to: "13:00"}', "Tue 03 09:00"),
        ('{from: "22:00", to: "06:00"}', "Mon 02 22:00"),
        ("{days: [wed]}", "Wed 04 00:00"),
        ('{days: [mon], from: "08:00", to: "12:00"}', "Mon 09 08:00"),
        ('{days: [tue], from: "10:00"}', "Tue 03 10:00"),
    ],
)
def test_the_next_opening(world: World, window: str, expected: str):
    assert left(world, window) == expected


def test_it_is_the_persons_own_clock(world: World):
    assert left(world, '{from: "09:00", to: "17:00"}', time_zone="America/New_York") == "Mon 02 15:00"


def test_no_public_holiday(world: World):
    """6 April 2026 is Easter Monday."""
    world.now = world.now.replace(month=4, day=5)
    assert left(world, '{from: "09:00", to: "17:00", not_holidays_of: PL}') == "Tue 07 09:00"


@pytest.mark.parametrize(
    ("window", "words"),
    [
        ('{from: "09:00", to: "09:00"}', "two different times"),
        ("{days: [someday]}", "mon"),
        ("{not_holidays_of: QQ}", "no holidays are known for QQ"),
        ("{day: [mon]}", "`day`"),
    ],
)
def test_a_window_that_cannot_be(world: World, window: str, words: str):
    with pytest.raises(DefinitionError, match=words):
        world.publish(with_steps("trip", f"- wait_for_window: {window}\n  id: w"))

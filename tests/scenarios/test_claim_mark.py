"""A full batch leaves a mark, and the next claim begins there: nobody is missed, nobody moves twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from orchestrator.journeys import due
from orchestrator.journeys.due import move_due
from orchestrator.journeys.models import Enrollment
from tests.scenarios.journeys import with_steps
from tests.scenarios.world import World

NAMES = ("anna", "bela", "cleo", "dora", "ewa")


@pytest.fixture(autouse=True)
def no_marks() -> Iterator[None]:
    due._marks.clear()
    yield
    due._marks.clear()


@pytest.fixture
def resting(world: World) -> World:
    """Five people whose rest ends one minute after the other's, all of them by now."""
    world.publish(with_steps("note", "- wait: 1 day\n  id: rest"))
    for name in NAMES:
        world.event(world.person(name, addresses={"email": f"{name}@example.com"}), "note.wanted")
    world.run_walks()
    rows = list(Enrollment.objects.order_by("id"))
    for minute, row in enumerate(rows):
        Enrollment.objects.filter(pk=row.pk).update(due_at=world.now + timedelta(days=1, minutes=minute))
    world.now += timedelta(days=1, hours=1)
    return world


def moved() -> list[int]:
    """Which of them have gone on, by their places."""
    rows = Enrollment.objects.order_by("id").values_list("status", flat=True)
    return [place for place, status in enumerate(rows) if status != "active"]


def test_the_next_batch_begins_where_the_last_full_one_ended(resting: World):
    assert (move_due(resting.now, 2), moved()) == (2, [0, 1])
    assert (move_due(resting.now, 2), moved()) == (2, [0, 1, 2, 3])
    assert (move_due(resting.now, 2), moved()) == (1, [0, 1, 2, 3, 4])
    assert move_due(resting.now, 2) == 0
    assert due._marks == {}


def test_who_becomes_due_before_the_mark_waits_for_a_moment_and_no_longer(resting: World):
    first = Enrollment.objects.earliest("id")
    at = first.due_at
    Enrollment.objects.filter(pk=first.pk).update(due_at=resting.now + timedelta(days=1))
    assert (move_due(resting.now, 2), moved()) == (2, [1, 2])
    Enrollment.objects.filter(pk=first.pk).update(due_at=at)
    # One more after the mark: a batch of one is full without them, and a later one begins from the beginning.
    assert (move_due(resting.now + due.MARKED_FOR / 2, 1), moved()) == (1, [1, 2, 3])
    assert (move_due(resting.now + due.MARKED_FOR, 1), moved()) == (1, [0, 1, 2, 3])


def test_a_batch_that_is_not_full_from_the_mark_on_is_filled_from_the_beginning(resting: World):
    first = Enrollment.objects.earliest("id")
    at = first.due_at
    Enrollment.objects.filter(pk=first.pk).update(due_at=resting.now + timedelta(days=1))
    assert (move_due(resting.now, 3), moved()) == (3, [1, 2, 3])
    Enrollment.objects.filter(pk=first.pk).update(due_at=at)
    assert (move_due(resting.now, 3), moved()) == (2, [0, 1, 2, 3, 4])

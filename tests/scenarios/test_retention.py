"""RETAIN: old rows go where a policy says so, window by window; what is open or young stays, and so does all else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from orchestrator.journeys.retain import AGAIN_AFTER, retain, would_go
from orchestrator.messaging.models import Decision, Message
from orchestrator.workspace.models import Retention
from tests.scenarios.journeys import with_steps
from tests.scenarios.world import World

LATER = timedelta(days=40)


def decided(world: World, count: int) -> list[int]:
    """A final message with so many decisions; an open one with one more, the last; their ids."""
    world.publish(with_steps("trip", "- send: hello\n  id: hello"), hello="")
    for name in ("anna", "bela"):
        world.event(world.person(name, addresses={"email": f"{name}@example.com"}), "trip.wanted")
    world.run()
    done, waits = Message.objects.order_by("id")
    Message.objects.filter(pk=waits.pk).update(state="planned", due_at=world.now + 3 * LATER)
    Decision.objects.all().delete()
    rows = [done.pk] * count + [waits.pk]
    fresh = [Decision(message_id=one, decided_at=world.now, outcome="hold", reason="x") for one in rows]
    for one in fresh:
        one.save()
    return [one.pk for one in fresh]


def left() -> list[int]:
    return list(Decision.objects.order_by("id").values_list("id", flat=True))


def test_without_a_policy_all_is_kept(world: World) -> None:
    ids = decided(world, 3)
    assert retain(world.now + LATER) == 0
    assert left() == ids


def test_window_by_window_the_old_go_and_the_open_stay(world: World) -> None:
    ids = decided(world, 3)
    policy = Retention.objects.create(table="decision", days=30, due_at=world.now)
    young = world.now + timedelta(days=30)
    assert (retain(young, 2), retain(young, 2)) == (2, 0)  # the next pass is a day after the last
    assert left() == ids
    now = world.now + LATER
    assert would_go(policy, now, 2) == 3
    assert (retain(now, 2), left()) == (2, ids[2:])
    assert (retain(now, 2), left()) == (2, ids[3:])
    assert retain(now, 2) == 0
    assert Retention.objects.values_list("after", "due_at").get() == (0, now + AGAIN_AFTER)
    assert Message.objects.count() == 2


def test_a_round_does_it(world: World) -> None:
    ids = decided(world, 2)
    Retention.objects.create(table="decision", days=30, due_at=world.now)
    world.run(days=40)
    assert left() == ids[2:]


@pytest.mark.parametrize(
    ("table", "days"), [("decision", 29), ("receipt", 89), ("membership", 400), ("message", 89)]
)
def test_a_policy_that_takes_away_what_is_needed_is_refused(table: str, days: int) -> None:
    with pytest.raises(ValidationError):
        Retention(table=table, days=days).clean()

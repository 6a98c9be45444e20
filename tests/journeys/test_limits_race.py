"""Several workers at the door of a journey with a limit: as many are inside as there is room for, and nobody is lost."""

from __future__ import annotations

import pytest
from django.db import transaction

from orchestrator.domain.walks import Ended
from orchestrator.journeys.admit import admit
from orchestrator.journeys.effects import finish
from orchestrator.journeys.enroll import Candidate, enroll
from orchestrator.journeys.models import Door, Doorstep, Enrollment, Journey
from orchestrator.journeys.pull import pull
from orchestrator.journeys.versions import live
from orchestrator.store.again import again
from orchestrator.workspace.models import Brand
from tests.messaging.threads import Beside, somebody_waits
from tests.scenarios.journeys import with_steps
from tests.scenarios.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
PEOPLE, ROOM, WORKERS = 200, 50, 4
REST = "- wait: 30 days\n  id: rest\n"


@pytest.fixture
def world(transactional_db: None) -> World:
    """Tests with real commits end by emptying every table; whichever comes first still finds what was shipped."""
    Brand.objects.get_or_create(key="default", defaults={"name": "My shop"})
    return World()


def open_door(world: World, limit: str, key: str = "trip") -> None:
    world.publish(with_steps(key, REST, entry=f"{{event: {key}.wanted, limit: {limit}}}"))


def inside() -> list[int]:
    active = Enrollment.objects.filter(status="active").order_by("id")
    return list(active.values_list("customer_id", flat=True))


def line() -> list[int]:
    waiting = Doorstep.objects.filter(in_line=True).order_by("id")
    return list(waiting.values_list("customer_id", flat=True))


def leave(world: World, many: int) -> None:
    """The longest inside go."""
    with transaction.atomic():
        rows = Enrollment.objects.filter(status="active").order_by("id").select_for_update(skip_locked=True)
        ids = list(rows.values_list("id", flat=True)[:many])
        finish({id_: Ended("exited", "test") for id_ in ids}, world.now)


def test_fifty_of_two_hundred_are_inside_and_the_others_follow_in_their_order(world: World):
    open_door(world, f"{{at_once: {ROOM}}}")
    people = [world.person(f"p{number}", consents=()) for number in range(PEOPLE)]
    for one in people:
        world.event(one, "trip.wanted")
    _all_at_once(lambda: _pull(world))
    waiting = line()
    assert len(inside()) == ROOM
    assert sorted(inside() + waiting) == sorted(people)
    while line():
        Door.objects.update(due_at=world.now)
        _all_at_once(lambda: leave(world, 10), lambda: _admit(world))
        assert len(inside()) <= ROOM
        Door.objects.update(due_at=world.now)
        _all_at_once(lambda: _admit(world))
        assert len(inside()) == ROOM or not line()
    entered = list(Enrollment.objects.order_by("id").values_list("customer_id", flat=True))
    assert entered[ROOM:] == waiting
    assert sorted(entered) == sorted(people)
    assert Doorstep.objects.count() == 0


def _pull(world: World) -> None:
    while again(lambda: pull(world.now, 15)):
        pass


def _admit(world: World) -> None:
    while again(lambda: admit(world.now, 8)):
        pass


def _all_at_once(*acts) -> None:  # type: ignore[no-untyped-def]
    workers = [Beside(act) for _ in range(WORKERS) for act in acts]
    for worker in workers:
        worker.done()


@pytest.mark.parametrize("limit", ["{at_once: 1}", '{entries: "1 per day"}'])
def test_who_counts_while_another_lets_in_waits_and_counts_those_too(world: World, limit: str):
    open_door(world, limit)
    anna, bela = world.person("anna"), world.person("bela")
    (door,) = live()
    Door.objects.create(journey_id=door.journey_id)  # making it would be a lock, too
    with transaction.atomic():
        enroll([Candidate(door, anna)], world.now)
        other = Beside(lambda: _enroll(Candidate(door, bela), world))
        somebody_waits()
    other.done()
    assert (inside(), line()) == ([anna], [bela])


def test_two_doors_of_one_person_who_may_be_in_one_journey(world: World):
    world.workspace(most_journeys=1)
    for key in ("one", "two"):
        world.publish(with_steps(key, REST))
    anna = world.person("anna")
    one, two = live()
    with transaction.atomic():
        enroll([Candidate(one, anna)], world.now)
        other = Beside(lambda: _enroll(Candidate(two, anna), world))
        somebody_waits()
    other.done()
    assert inside() == [anna]
    assert Enrollment.objects.get().journey == Journey.objects.get(key="one")
    assert Doorstep.objects.get().reason == "most_journeys"


def _enroll(candidate: Candidate, world: World) -> None:
    with transaction.atomic():
        enroll([candidate], world.now)

"""People let into a journey, and taken out of it, by a list of external ids."""

from __future__ import annotations

import pytest

from orchestrator.journeys.by_hand import MOST, concerned, let_in_by_hand, take_out
from orchestrator.journeys.enter import EnterError
from orchestrator.journeys.models import Enrollment, Journey
from orchestrator.messaging.models import Message
from tests.scenarios import conftest as scenarios
from tests.scenarios.world import World

world = scenarios.world  # the fixture
pytestmark = pytest.mark.django_db
WELCOME = """
journey: welcome
purpose: marketing
entry: {event: customer.signed_up, again: never, only_if: {not: {attribute: tier, is: gold}}}
steps:
  - wait: 2 days
    id: rest
  - send: welcome
    via: [email]
    id: hello
"""


@pytest.fixture(autouse=True)
def people(world: World) -> None:
    """Three people and a journey."""
    world.person("anna")
    world.person("bea", attributes={"tier": "gold"})
    world.person("cid")
    world.publish(WELCOME, welcome="")


def said(world: World, *ids: str, key: str = "list1") -> list[tuple[str, str, str]]:
    answers = let_in_by_hand("welcome", ids, key, world.now)
    return [(one.external_id, one.said, one.reason) for one in answers]


def test_each_line_is_answered_for(world: World) -> None:
    assert said(world, "anna", "bea", "nobody", "anna") == [
        ("anna", "let_in", ""),
        ("bea", "turned_away", "only_if"),
        ("nobody", "unknown", ""),
        ("anna", "let_in", ""),
    ]
    assert list(Enrollment.objects.values_list("customer__external_id", "status")) == [("anna", "active")]


def test_the_same_list_again_lets_nobody_in_twice(world: World) -> None:
    said(world, "anna")
    assert said(world, "anna", "cid") == [("anna", "let_in", ""), ("cid", "let_in", "")]
    assert said(world, "anna", key="another") == [("anna", "inside", "")]
    assert Enrollment.objects.count() == 2


def test_who_is_taken_out_leaves_with_a_reason_and_gets_nothing(world: World) -> None:
    said(world, "anna", "cid")
    world.run(hours=1)
    journey = Journey.objects.get(key="welcome")
    before = concerned(journey, ["anna", "nobody"])
    assert (before.known, before.unknown, before.inside) == (1, 1, 1)
    done = take_out(journey, ["anna", "bea", "nobody"], world.now)
    assert [(one.external_id, one.said) for one in done.answers] == [
        ("anna", "taken_out"),
        ("bea", "not_inside"),
        ("nobody", "unknown"),
    ]
    rows = Enrollment.objects.order_by("customer__external_id").values_list(
        "customer__external_id", "status", "reason"
    )
    assert list(rows) == [("anna", "exited", "taken_out"), ("cid", "active", "")]
    assert not Message.objects.filter(customer__external_id="anna", state="accepted").exists()
    again = take_out(journey, ["anna"], world.now)
    assert [one.said for one in again.answers] == ["not_inside"]


@pytest.mark.parametrize(
    ("ids", "key", "code"),
    [
        ([], "k", "nobody"),
        (["x"] * (MOST + 1), "k", "too_many"),
        (["anna"], "", "bad_key"),
        (["anna"], "ż", "bad_key"),
        (["anna"], "a" * 65, "bad_key"),
    ],
)
def test_what_cannot_be_answered_for_is_refused_whole(
    world: World, ids: list[str], key: str, code: str
) -> None:
    with pytest.raises(EnterError) as refused:
        let_in_by_hand("welcome", ids, key, world.now)
    assert refused.value.code == code
    assert not Enrollment.objects.exists()


def test_rubbish_ids_are_not_known(world: World) -> None:
    assert said(world, "a\0b", "x" * 500) == [("a\0b", "unknown", ""), ("x" * 500, "unknown", "")]


def test_a_stopped_journey_lets_nobody_in(world: World) -> None:
    Journey.objects.update(status="stopped")
    with pytest.raises(EnterError):
        said(world, "anna")
    assert not Enrollment.objects.exists()

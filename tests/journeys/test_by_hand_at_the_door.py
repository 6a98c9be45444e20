"""People are let in and taken out by hand: each id is answered for, and the same key does nothing twice."""

from __future__ import annotations

import pytest

from orchestrator.journeys.by_hand import Concerned, concerned, let_in_by_hand, take_out
from orchestrator.journeys.enter import EnterError
from orchestrator.journeys.models import Enrollment, Journey
from orchestrator.messaging.models import Message, QuietHoursRule
from tests.scenarios.conftest import world  # noqa: F401 - the fixture
from tests.scenarios.world import World
from tests.studio.test_why import NIGHTS

JOURNEY = (
    "journey: club\ntitle: Club\nentry: {{event: joined{more}}}\n{head}"
    "steps:\n  - send: hello\n    id: hello\n  - wait: 2 days\n    id: rest\n"
)

pytestmark = pytest.mark.django_db


def publish(world: World, more: str = "", head: str = "") -> Journey:  # noqa: F811
    world.publish(JOURNEY.format(more=more, head=head), hello="")
    return Journey.objects.get()


def said(answers) -> list[tuple[str, str, str]]:
    return [(one.external_id, one.said, one.reason) for one in answers]


def test_each_line_is_answered_and_the_key_makes_it_once(world: World) -> None:  # noqa: F811
    publish(world, ", only_if: {attribute: tier, is: gold}")
    world.person("anna", attributes={"tier": "gold"})
    world.person("bea")
    carl = world.person("carl", attributes={"tier": "gold"})
    world.event(carl, "joined")
    world.run(minutes=1)
    ids = ["anna", "bea", "carl", "nobody", "anna", "a\0", "x" * 101]
    expected = [
        ("anna", "let_in", ""), ("bea", "turned_away", "only_if"), ("carl", "inside", ""), ("nobody", "unknown", ""),
        ("anna", "let_in", ""), ("a\0", "unknown", ""), ("x" * 101, "unknown", ""),
    ]  # fmt: skip
    assert said(let_in_by_hand("club", ids, "k1", world.now)) == expected
    assert said(let_in_by_hand("club", ids, "k1", world.now)) == expected
    keys = Enrollment.objects.order_by("customer_id").values_list("customer__external_id", "entry_key")
    assert list(keys) == [("anna", "hand:k1"), ("carl", "")]
    world.run(minutes=1)
    assert Message.objects.filter(state="accepted").count() == 2


def test_another_key_finds_them_inside_and_afterwards_the_door_decides(world: World) -> None:  # noqa: F811
    publish(world, ", again: never")
    world.person("anna")
    assert said(let_in_by_hand("club", ["anna"], "k1", world.now)) == [("anna", "let_in", "")]
    assert said(let_in_by_hand("club", ["anna"], "k2", world.now)) == [("anna", "inside", "")]
    world.run(days=3)
    assert said(let_in_by_hand("club", ["anna"], "k3", world.now)) == [("anna", "turned_away", "again")]
    assert Enrollment.objects.count() == 1


def test_those_held_out_are_said_to_be(world: World) -> None:  # noqa: F811
    publish(world, head="holdout: 50%\n")
    names = [f"p{number}" for number in range(12)]
    for name in names:
        world.person(name)
    answers = said(let_in_by_hand("club", names, "k1", world.now))
    rows = dict(Enrollment.objects.values_list("customer__external_id", "held_out"))
    assert answers == [(name, "held_out" if rows[name] else "let_in", "") for name in names]
    assert 0 < sum(rows.values()) < 12


def test_taking_out_ends_the_passage_and_cancels_what_is_planned(world: World) -> None:  # noqa: F811
    journey = publish(world)
    QuietHoursRule.objects.create(name="Nights", channel="email", ranges=NIGHTS)
    world.run(hours=9)  # 22:00 in Warsaw
    for name in ("anna", "bea"):
        world.person(name)
    let_in_by_hand("club", ["anna", "bea"], "k1", world.now)
    world.run(minutes=1)
    assert concerned(journey, ["anna", "bea", "nobody"]) == Concerned(2, 1, 2, 2)
    out = take_out(journey, ["anna", "nobody"], world.now)
    assert said(out.answers) == [("anna", "taken_out", ""), ("nobody", "unknown", "")]
    assert (out.cancelled, out.under_way) == (1, 0)
    stands = Enrollment.objects.order_by("customer_id").values_list("status", "reason")
    assert list(stands) == [("exited", "taken_out"), ("active", "")]
    assert sorted(Message.objects.values_list("state", "reason")) == [
        ("cancelled", "taken_out"),
        ("planned", "quiet_hours"),
    ]
    again = take_out(journey, ["anna"], world.now)
    assert (said(again.answers), again.cancelled) == ([("anna", "not_inside", "")], 0)


@pytest.mark.parametrize(
    ("ids", "key", "code"),
    [
        ([], "k", "nobody"),
        (["a"] * 10_001, "k", "too_many"),
        (["a"], "", "bad_key"),
        (["a"], "k:1", "bad_key"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is(
    world: World,  # noqa: F811
    ids: list[str],
    key: str,
    code: str,
) -> None:
    publish(world)
    with pytest.raises(EnterError) as caught:
        let_in_by_hand("club", ids, key, world.now)
    assert caught.value.code == code
    assert Enrollment.objects.count() == 0


def test_a_door_that_needs_properties_is_not_opened_by_an_id(world: World) -> None:  # noqa: F811
    world.publish(
        "journey: receipt\ntitle: R\npurpose: transactional\nentry: {api: {name: bought, requires: [order]}}\n"
        "steps: [{wait: 1 day, id: rest}]\n"
    )
    world.person("anna")
    with pytest.raises(EnterError) as caught:
        let_in_by_hand("receipt", ["anna"], "k", world.now)
    assert caught.value.code == "needs_properties"
    assert Enrollment.objects.count() == 0

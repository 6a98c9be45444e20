"""A template at fault, not the people: after five failures in a row a step's messages wait until it is mended."""

from __future__ import annotations

from orchestrator.customers.change import NewFacts, change
from orchestrator.messaging.models import Message, StepFault
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World

NEEDS = 'email:\n  en: {subject: "Hi {{ customer.nickname }}", html: "<p>hi</p>"}\n'
FAILED, HELD = ("note", "render_failed", "render_error"), ("note", "planned", "render_paused")


def want(world: World, name: str, **attributes: str) -> int:
    person = world.person(name, attributes=attributes)
    world.event(person, "note.wanted")
    world.run(minutes=1)
    return person


def live(world: World) -> None:
    world.publish(one_send("note", expires="3 days"), note=NEEDS)


def test_the_sixth_waits_and_goes_when_it_can_be_rendered(world: World):
    live(world)
    for number in range(5):
        want(world, f"p{number}")
    assert world.messages() == [FAILED] * 5
    last = want(world, "last")
    assert world.messages()[5:] == [HELD]
    assert list(StepFault.objects.values_list("journey", "step", "in_a_row")) == [("note", "note", 5)]
    change([NewFacts(last, {"nickname": "Lulu"})], world.now)
    world.run(minutes=20)
    assert world.messages() == [*[FAILED] * 5, ("note", "accepted", "accepted")]
    assert [subject for _, _, subject in world.mailbox()] == ["Hi Lulu"]
    assert StepFault.objects.count() == 0


def test_one_that_can_be_rendered_in_between_begins_the_count_anew(world: World):
    live(world)
    for number in range(4):
        want(world, f"p{number}")
    want(world, "fine", nickname="Lulu")
    for number in range(4, 8):
        want(world, f"p{number}")
    states = Message.objects.values_list("state", flat=True)
    assert [states.filter(state=state).count() for state in ("render_failed", "accepted", "planned")] == [
        8,
        1,
        0,
    ]


def test_what_waits_for_a_mended_template_expires_in_the_end(world: World):
    live(world)
    for number in range(6):
        want(world, f"p{number}")
    world.run(days=4)
    assert world.messages() == [*[FAILED] * 5, ("note", "expired", "expired")]
    assert [reason for _, reason in world.decisions("note")].count("render_paused") == 1


def test_a_batch_of_them_fails_five_and_holds_the_rest(world: World):
    live(world)
    for number in range(9):
        world.event(world.person(f"p{number}"), "note.wanted")
    world.run(minutes=1)
    assert sorted(world.messages()) == sorted([FAILED] * 5 + [HELD] * 4)

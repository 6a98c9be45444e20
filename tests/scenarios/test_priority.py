"""Two journeys, one slot: the higher priority gets it, and the other learns from whom it lost."""

from __future__ import annotations

from datetime import timedelta

from orchestrator.messaging.models import Decision, Message
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World


def both_wanted(world: World, **headers: dict[str, str]) -> None:
    for key, header in headers.items():
        world.publish(one_send(key, **header), **{key: ""})
        world.now += timedelta(minutes=1)
    anna = world.person()
    for key in headers:
        world.event(anna, f"{key}.wanted")
    world.run(minutes=1)


def test_the_higher_priority_goes_first_and_the_loser_is_told_the_winner(world: World):
    both_wanted(world, low={"priority": "10"}, high={"priority": "80"})
    assert world.messages() == [("low", "planned", "outranked"), ("high", "accepted", "accepted")]
    decision = Decision.objects.get(message__step="low")
    assert decision.outcome == "hold"
    assert decision.evidence["winner"] == Message.objects.get(step="high").id
    assert (decision.evidence["priority"], decision.evidence["winner_priority"]) == (10, 80)


def test_the_loser_is_held_and_not_starved(world: World):
    both_wanted(world, low={"priority": "10"}, high={"priority": "80"})
    world.run(days=1)
    assert world.sent() == [("Mon 13:02", "high"), ("Tue 00:00", "low")]
    assert [reason for _, reason in world.decisions("low")] == [
        "outranked",
        "minimum_gap",
        "capped",
        "allowed",
    ]


def test_of_equals_the_one_with_the_earlier_deadline_goes_first(world: World):
    both_wanted(world, patient={"expires": "3 days"}, urgent={"expires": "2 days"})
    assert world.sent() == [("Mon 13:02", "urgent")]


def test_of_equals_in_all_that_the_journey_published_first(world: World):
    both_wanted(world, younger={}, older={})  # by name only: `younger` is published first here
    assert world.sent() == [("Mon 13:02", "younger")]


def test_a_step_may_have_a_priority_of_its_own(world: World):
    world.publish(one_send("high", priority="80"), high="")
    steps = one_send("low", priority="10").rstrip() + "\n    priority: 90\n"
    world.publish(steps, low="")
    anna = world.person()
    world.event(anna, "high.wanted")
    world.event(anna, "low.wanted")
    world.run(minutes=1)
    assert world.sent() == [("Mon 13:00", "low")]


def test_a_rival_that_may_not_be_sent_takes_nobodys_slot(world: World):
    world.publish(one_send("high", "sms", priority="80"), high='sms:\n  en: {text: "hi"}\n')
    world.publish(one_send("low", priority="10"), low="")
    anna = world.person(consents=("email",))
    world.event(anna, "high.wanted")
    world.event(anna, "low.wanted")
    world.run(minutes=20)
    assert world.messages() == [("high", "skipped", "no_consent"), ("low", "accepted", "accepted")]

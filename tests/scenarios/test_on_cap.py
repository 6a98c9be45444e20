"""`on_cap: {go_to: …}`: whom a full cap keeps from a message walks the arm, and joins the others behind it."""

from __future__ import annotations

from orchestrator.journeys.models import Enrollment, StepRun
from orchestrator.messaging.models import FrequencyCap, Message
from tests.scenarios.journeys import one_send, with_steps
from tests.scenarios.world import World

TEXTS = 'email:\n  en: {subject: "hi", html: "hi"}\nsms:\n  en: {text: "hi"}\n'
STEPS = """
- send: note
  via: [email, sms]
  id: note
  on_cap:
    go_to:
      - wait: 1 hour
        id: rest
      - {send: instead, via: [email], on_cap: skip, id: instead}
- {update: {seen: true}, id: after}
"""


def live(world: World, *channels: str) -> int:
    """Anna has had one message today, and caps of one on these channels."""
    FrequencyCap.objects.all().delete()
    world.workspace(minimum_gap_minutes=0)
    for channel in channels:
        FrequencyCap.objects.create(name=channel, limit=1, rolling="7 days", channels=[channel])
    for channel in ("email", "sms"):
        world.publish(one_send(f"first_{channel}", channel), **{f"first_{channel}": TEXTS})
    world.publish(with_steps("trip", STEPS), note=TEXTS, instead=TEXTS)
    anna = world.person(
        consents=("email", "sms"), addresses={"email": "anna@example.com", "sms": "+48 600 100 200"}
    )
    for channel in channels:
        world.event(anna, f"first_{channel}.wanted")
    world.run(minutes=10)
    world.event(anna, "trip.wanted")
    return anna


def runs() -> list[tuple[str, str]]:
    theirs = StepRun.objects.filter(enrollment__journey__key="trip").order_by("id")
    return list(theirs.values_list("step", "outcome"))


def sent() -> list[tuple[str, str, str, str]]:
    theirs = Message.objects.filter(journey="trip").order_by("id")
    return list(theirs.values_list("step", "channel", "state", "reason"))


def test_whom_a_cap_keeps_walks_the_arm_and_goes_on_behind_the_send(world: World):
    live(world, "email", "sms")
    world.run(hours=2)
    assert sent() == [
        ("note", "email", "skipped", "capped"),
        ("note", "sms", "skipped", "capped"),
        ("instead", "email", "skipped", "capped"),
    ]
    assert runs() == [("note", "arm:capped"), ("rest", "done"), ("instead", "done"), ("after", "done")]
    run = StepRun.objects.get(step="note")
    assert run.reason == "not sent: email skipped (capped); SMS skipped (capped)"
    assert Enrollment.objects.get(journey__key="trip").status == "completed"


def test_a_channel_with_room_is_tried_first_and_nobody_walks_the_arm(world: World):
    live(world, "email")
    world.run(hours=2)
    assert sent() == [("note", "email", "skipped", "capped"), ("note", "sms", "accepted", "accepted")]
    assert runs() == [("note", "done"), ("after", "done")]


def test_without_a_full_cap_nobody_walks_the_arm(world: World):
    live(world)
    world.run(hours=2)
    assert sent() == [("note", "email", "accepted", "accepted")]
    assert runs() == [("note", "done"), ("after", "done")]


def test_what_the_arm_sends_passes_every_gate(world: World):
    anna = live(world, "email", "sms")
    world.run(minutes=30)
    assert runs() == [("note", "arm:capped")]
    FrequencyCap.objects.all().delete()
    world.withdraw(anna)
    world.run(hours=2)
    assert sent()[2:] == [("instead", "email", "skipped", "consent_withdrawn")]

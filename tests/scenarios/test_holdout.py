"""Some get nothing, so that it can be told what the others' messages were worth."""

from __future__ import annotations

from uuid import UUID

from orchestrator.domain.splits import held_out
from orchestrator.journeys.models import Enrollment
from orchestrator.messaging.models import Message
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World

HALF = 5000
PEOPLE = [f"person{n}" for n in range(30)]


def test_the_workspaces_holdout_gets_no_marketing_but_receipts(world: World):
    world.workspace(holdout=HALF, salt=UUID(int=7))
    world.publish(one_send("note"), note="")
    world.publish(one_send("receipt", purpose="transactional"), receipt="")
    customers = [world.person(name) for name in PEOPLE]
    for one in customers:
        world.event(one, "note.wanted")
        world.event(one, "receipt.wanted")
    world.run(hours=1)
    control = {one for one in customers if held_out(str(UUID(int=7)), str(one), HALF)}
    assert 0 < len(control) < len(customers)
    notes = dict(Message.objects.filter(step="note").values_list("customer_id", "state"))
    assert notes == {one: "ghost" if one in control else "accepted" for one in customers}
    assert set(Message.objects.filter(step="receipt").values_list("state", flat=True)) == {"accepted"}
    assert len(world.mailbox()) == 2 * len(customers) - len(control)


def test_a_journeys_holdout_walks_on_as_if_it_had_got_everything(world: World):
    world.publish(one_send("note", holdout="50%"), note="")
    customers = [world.person(name) for name in PEOPLE]
    for one in customers:
        world.event(one, "note.wanted")
    world.run(hours=1)
    control = set(Enrollment.objects.filter(held_out=True).values_list("customer_id", flat=True))
    assert 0 < len(control) < len(customers)
    ghosts = set(
        Message.objects.filter(state="ghost", reason="holdout").values_list("customer_id", flat=True)
    )
    assert ghosts == control
    assert Message.objects.filter(state="accepted").count() == len(customers) - len(control)
    assert set(Enrollment.objects.values_list("status", flat=True)) == {"completed"}


def ghost(world: World, key: str, via: str = "email", **header: str) -> int:
    """Somebody in the holdout of this journey."""
    body = "" if via == "email" else 'sms:\n  en: {text: "hi"}\n'
    world.publish(one_send(key, via, holdout="50%", **header), **{key: body})
    anna = world.person(consents=("email", "sms"))
    world.event(anna, f"{key}.wanted")
    world.run_walks()
    Message.objects.update(held_out=True)
    return anna


def test_a_ghost_takes_no_slot(world: World):
    anna = ghost(world, "one")
    world.publish(one_send("two"), two="")
    world.run(minutes=1)
    world.event(anna, "two.wanted")
    world.run(minutes=1)
    assert world.messages() == [("one", "ghost", "holdout"), ("two", "accepted", "accepted")]
    assert Message.objects.get(step="one").counted_at is None


def test_a_ghost_is_dated_when_the_message_would_have_left(world: World):
    world.now = world.now.replace(hour=21)  # 22:00 in Warsaw
    ghost(world, "text", "sms")
    world.run(hours=1)
    assert world.messages() == [("text", "planned", "quiet_hours")]
    world.run(hours=10)
    assert world.messages() == [("text", "ghost", "holdout")]
    assert (
        Message.objects.get().final_at.strftime("%d %H:%M")[:-1] == "03 07:0"
    )  # Tuesday, shortly after 08:00


def test_who_may_not_be_written_to_is_no_ghost(world: World):
    anna = ghost(world, "one")
    world.withdraw(anna)
    world.run(hours=1)
    assert world.messages() == [("one", "cancelled", "consent_withdrawn")]

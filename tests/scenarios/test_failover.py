"""A provider goes down: what it has certainly not taken goes by the next one, what it may have taken by none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orchestrator.messaging.models import Message, ProviderBreaker
from orchestrator.sdk.errors import ProviderUnavailable
from orchestrator.sdk.values import Unknown
from tests.scenarios.journeys import one_send
from tests.scenarios.scripted import Scripted
from tests.scenarios.world import World

REFUSED = ProviderUnavailable("connection refused")


def want(world: World, first: int, count: int) -> list[str]:
    """So many people of whom nobody has heard yet ask for a note; where it goes."""
    names = [f"p{number}" for number in range(first, first + count)]
    for name in names:
        person = world.person(name, addresses={"email": f"{name}@example.com"})
        world.event(person, "note.wanted")
    return [f"{name}@example.com" for name in names]


def two(world: World, promise: str = "N") -> tuple[Scripted, Scripted]:
    world.publish(one_send("note", purpose="transactional", expires="1 day"), note="")
    return world.provider(promise=promise, name="alpha"), world.provider(promise=promise, name="beta")


def attempts() -> list[int]:
    return list(Message.objects.order_by("id").values_list("attempts", flat=True))


def breaker(name: str) -> tuple[int, str]:
    row = ProviderBreaker.objects.get(provider=name)
    return row.failures, row.fault


def test_while_one_is_down_the_other_takes_over_and_afterwards_the_first_has_its_place_again(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    alpha, beta = two(world)
    before = want(world, 0, 3)
    world.run(seconds=1)
    assert (alpha.recipients, beta.recipients) == (before, [])

    alpha.down = REFUSED
    meanwhile = want(world, 3, 12)
    world.run(seconds=20)
    # Five found out, and wait for their second try; the others went by the other one, at once.
    assert len(alpha.turned_away) == 5
    assert beta.recipients == meanwhile[5:]
    assert breaker("alpha") == (5, "connection refused")
    world.run(minutes=1)
    assert sorted(beta.recipients) == sorted(meanwhile)
    assert attempts() == [1] * 3 + [2] * 5 + [1] * 7

    later = want(world, 15, 4)
    world.run(seconds=20)  # one of them tries whether it is back; it is not
    assert len(alpha.turned_away) == 6
    world.run(minutes=2)
    assert sorted(beta.recipients) == sorted(meanwhile + later)

    alpha.down = None
    back = want(world, 19, 4)
    world.run(seconds=20)
    assert alpha.recipients == [*before, back[0]]
    assert sorted(beta.recipients) == sorted(meanwhile + later + back[1:])
    last = want(world, 23, 4)
    world.run(seconds=20)
    assert alpha.recipients == [*before, back[0], *last]
    assert breaker("alpha") == (0, "connection refused")
    assert {state for _, state, _ in world.messages()} == {"accepted"}
    assert Message.objects.count() == 27
    said = [
        record.getMessage() for record in caplog.records if record.name == "orchestrator.messaging.breakers"
    ]
    assert said == [
        "provider alpha failed 5 times in a row and is left alone until 2026-03-02T12:00:31+00:00: connection refused",
        "provider alpha failed 6 times in a row and is left alone until 2026-03-02T12:02:21+00:00: connection refused",
        "provider alpha is back",
    ]


def test_where_both_are_down_messages_wait_without_using_up_their_attempts_and_go_when_one_is_back(
    world: World,
) -> None:
    alpha, beta = two(world)
    alpha.down = beta.down = REFUSED
    wanted = want(world, 0, 20)
    world.run(hours=2)
    assert (alpha.calls, beta.calls) == ([], [])
    assert max(attempts()) <= 6
    untried = Message.objects.filter(attempts=0)
    assert set(untried.values_list("state", "reason")) == {("planned", "provider_down")}
    beta.down = None
    world.run(minutes=30)
    states = dict(Message.objects.values_list("address", "state"))
    assert sorted(alpha.recipients + beta.recipients) == sorted(set(alpha.recipients + beta.recipients))
    assert {states[one] for one in wanted} <= {"accepted", "failed", "retry_wait"}
    world.run(hours=3)
    assert world.messages() == [("note", "accepted", "accepted")] * 20
    assert sorted(beta.recipients) == sorted(wanted)


def test_what_waits_for_a_provider_past_its_time_expires_visibly(world: World) -> None:
    world.publish(one_send("note", purpose="transactional"), note="")  # an hour
    alpha = world.provider(name="alpha")
    alpha.down = REFUSED
    want(world, 0, 30)
    world.run(hours=2)
    alpha.down = None
    world.run(hours=1)
    assert alpha.calls == []
    states = [(state, reason) for _, state, reason in world.messages()]
    assert set(states) == {("expired", "expired"), ("failed", "retries_outlived_message")}
    assert states.count(("expired", "expired")) >= 20


@pytest.mark.parametrize("promise", ["I", "N"])
def test_a_message_in_doubt_at_one_is_never_given_to_the_other(world: World, promise: str) -> None:
    alpha, beta = two(world, promise)
    alpha.answers = [Unknown("the line broke")]
    doubtful = want(world, 0, 1)
    world.run(seconds=1)
    assert world.messages() == [("note", "uncertain", "unknown_outcome")]
    alpha.down, alpha.silent = REFUSED, True
    others = want(world, 1, 8)
    world.run(hours=3)
    assert sorted(beta.recipients) == sorted(others)
    alpha.down, alpha.silent = None, False
    world.run(days=2)
    assert sorted(beta.recipients) == sorted(others)
    assert set(alpha.recipients) == set(doubtful)
    assert Message.objects.exclude(state="accepted").count() <= 1


def test_a_message_in_doubt_goes_by_the_other_only_once_the_first_has_said_that_it_has_it_not(
    world: World,
) -> None:
    alpha, beta = two(world, "Q")
    alpha.answers = [Unknown("the line broke")]
    doubtful = want(world, 0, 1)
    world.run(seconds=1)
    alpha.down, alpha.silent = REFUSED, True
    others = want(world, 1, 8)
    world.run(hours=3)
    assert sorted(beta.recipients) == sorted(others)
    alpha.silent = False
    world.run(hours=1)
    assert sorted(beta.recipients) == sorted(others + doubtful)
    assert {state for _, state, _ in world.messages()} == {"accepted"}


def test_a_class_i_message_stays_in_doubt_though_its_provider_puts_it_off(world: World) -> None:
    alpha, beta = two(world, "I")
    alpha.answers = [Unknown("the line broke")]
    want(world, 0, 1)
    world.run(seconds=1)
    alpha.down = REFUSED
    world.run(minutes=1)
    row = Message.objects.get()
    assert (row.state, row.maybe_sent, row.attempts) == ("uncertain", True, 2)
    assert row.counted_at is not None
    alpha.down = None
    world.run(hours=1)
    assert world.messages() == [("note", "accepted", "accepted")]
    assert (len(alpha.calls), beta.calls) == (2, [])


def test_the_mailbox_does_not_take_over(world: World) -> None:
    world.publish(one_send("note", purpose="transactional", expires="1 day"), note="")
    alpha = world.provider(name="alpha")
    alpha.down = REFUSED
    want(world, 0, 8)
    world.run(minutes=5)
    assert world.mailbox() == []
    assert Message.objects.filter(attempts=0, reason="provider_down").count() >= 1


def test_one_message_tries_and_no_other(world: World) -> None:
    world.publish(one_send("note", purpose="transactional", expires="1 day"), note="")
    alpha = world.provider(name="alpha")
    alpha.down = REFUSED
    want(world, 0, 50)
    world.run(seconds=29)
    assert len(alpha.turned_away) == 5
    world.run(seconds=2)
    assert len(alpha.turned_away) == 6
    row = ProviderBreaker.objects.get()
    assert (row.open_until, row.opened_at) == (
        world.now - timedelta(seconds=1) + timedelta(minutes=1),
        world.now - timedelta(seconds=31),
    )


def test_a_healthy_provider_writes_nothing_about_itself(world: World) -> None:
    two(world)
    want(world, 0, 5)
    world.run(seconds=10)
    assert ProviderBreaker.objects.count() == 0

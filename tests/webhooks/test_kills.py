"""Killed anywhere, a worker loses no call and writes none for what never was; what is told twice has the same id."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction

from orchestrator.domain import webhooks as rules
from orchestrator.segments.lists import add, make_list, remove
from orchestrator.segments.models import Transition
from orchestrator.webhooks import claim as claiming
from orchestrator.webhooks import deliver as delivering
from orchestrator.webhooks import note as noting
from orchestrator.webhooks.claim import LEASE
from orchestrator.webhooks.models import WebhookDelivery
from orchestrator.workspace.models import Brand, Workspace
from tests.scenarios.world import World
from tests.webhooks.conftest import Make, happen, now, tell
from tests.webhooks.receiver import RESET, Receiver, Reply

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _shop(db: None) -> None:
    Workspace.get()
    Brand.objects.get_or_create(key="default", defaults={"name": "My shop"})


def in_a_process(act: Callable[[], object]) -> int:
    """Begin it in a process of its own; answers its number."""
    connection.close()
    child = os.fork()
    if child:
        return child
    try:
        act()
    finally:
        os._exit(0)


def ended(child: int) -> int:
    """The signal that ended it; 0 where it came to its end."""
    return os.WTERMSIG(os.waitpid(child, 0)[1])


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def after(
    module: Any, name: str, then: Callable[[], object], patch: pytest.MonkeyPatch, before: bool = False
) -> None:
    """Do it whenever this function comes back, or before it begins."""
    inner = getattr(module, name)

    def wrapped(*args: Any, **more: Any) -> Any:
        if before:
            then()
        answer = inner(*args, **more)
        if not before:
            then()
        return answer

    patch.setattr(module, name, wrapped)


def test_killed_before_the_commit_of_what_happened_nothing_is_told(
    endpoint: Make, receiver: Receiver, world: World
):
    endpoint()
    anna = world.person("anna", consents=())

    def granted() -> None:
        with transaction.atomic():
            world.grant(anna)
            assert WebhookDelivery.objects.count() == 1
            die()

    assert ended(in_a_process(granted)) == signal.SIGKILL
    assert (WebhookDelivery.objects.count(), tell(days=1), receiver.heard) == (0, 0, [])


def test_killed_after_the_commit_it_is_told(endpoint: Make, receiver: Receiver, world: World):
    endpoint(kinds=["consent.granted"])
    anna = world.person("anna", consents=())

    def granted() -> None:
        world.grant(anna)
        die()

    assert ended(in_a_process(granted)) == signal.SIGKILL
    assert (tell(), receiver.kinds) == (1, ["consent.granted"])


@pytest.mark.parametrize(
    ("module", "name", "before", "told"),
    [
        (delivering, "take", False, 1),
        (delivering, "claim", False, 1),
        (delivering, "note", True, 2),  # the receiver has said yes
        (noting, "_judge", True, 2),  # written, and not committed
        (delivering, "note", False, 1),
    ],
)
def test_killed_on_the_way_it_is_told_again_under_its_id(
    endpoint: Make,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    module: Any,
    name: str,
    before: bool,
    told: int,
):
    endpoint()
    (key,) = happen(1)
    with monkeypatch.context() as patch:
        after(module, name, die, patch, before)
        assert ended(in_a_process(tell)) == signal.SIGKILL
    assert tell(seconds=LEASE.total_seconds() + 1) == (0 if (name, before) == ("note", False) else 1)
    assert receiver.ids == [key] * told
    assert len({one.raw for one in receiver.heard}) == 1
    assert list(WebhookDelivery.objects.values_list("state", "due_at")) == [("told", None)]


@pytest.mark.slow
@pytest.mark.postgresql
def test_what_is_told_is_what_was_committed_whoever_is_killed(
    endpoint: Make, receiver: Receiver, world: World, monkeypatch: pytest.MonkeyPatch, capsys: Any
):
    """Three that put people on a list and off it, a third of it rolled back, and three that tell; each is killed at times.

    The truth is the table of comings and goings, which other code writes in the same transactions.
    """
    endpoint("one", kinds=["segment.entered", "segment.left"])
    endpoint("two", kinds=["segment.entered", "segment.left"])
    people = [world.person(f"p{number}", consents=(), addresses={}) for number in range(30)]
    guests = make_list("guests", "Guests", world.now)
    monkeypatch.setattr(claiming, "LEASE", timedelta(seconds=1))
    monkeypatch.setattr(claiming, "HELD", timedelta(seconds=0.5))
    monkeypatch.setattr(rules, "WAITS", (timedelta(seconds=0.1),) * 99)
    monkeypatch.setattr(rules, "ATTEMPTS", 100)
    receiver.replies = [Reply(status) for status in (500, 204, RESET, 429, 204) * 40]
    chance = random.Random(7)
    hands = {in_a_process(lambda s=s: happening(guests, people, s)): "happens" for s in range(3)}  # type: ignore[misc]
    hands |= {in_a_process(lambda s=s: telling(s)): "tells" for s in range(3)}  # type: ignore[misc]
    until, kills = time.monotonic() + 12, 0
    while time.monotonic() < until:
        time.sleep(0.4)
        child = chance.choice(list(hands))
        what, seed = hands.pop(child), chance.randrange(1_000_000)
        os.kill(child, signal.SIGKILL)
        kills += ended(child) == signal.SIGKILL
        hands[
            in_a_process(
                lambda w=what, s=seed: happening(guests, people, s) if w == "happens" else telling(s)
            )
        ] = what  # type: ignore[misc]
    for child in hands:
        os.kill(child, signal.SIGKILL)
        ended(child)
    while WebhookDelivery.objects.filter(state="due").exists():
        tell(seconds=2)
    happened = Counter(
        ("segment.entered" if entered else "segment.left", customer)
        for entered, customer in Transition.objects.values_list("entered", "customer")
    )
    told = {(one.id, one.body["type"], one.body["data"]["customer"]["id"]) for one in receiver.heard}
    assert Counter((kind, customer) for _, kind, customer in told) == Counter(
        {what: 2 * count for what, count in happened.items()}
    )
    assert {id_ for id_, *_ in told} == set(WebhookDelivery.objects.values_list("key", flat=True))
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"told"}
    assert happened.total() > 100
    with capsys.disabled():
        calls = len(receiver.heard)
        print(
            f"\n{kills} kills, {happened.total()} facts, {len(told)} told, {calls} calls, 0 lost, 0 made up"
        )


def happening(guests: int, people: list[int], seed: int) -> None:
    chance = random.Random(seed)
    while True:
        some = sorted(chance.sample(people, 3))
        with transaction.atomic():
            (add if chance.random() < 0.5 else remove)(guests, some, now())
            if chance.random() < 0.33:
                transaction.set_rollback(True)
        time.sleep(0.01)


def telling(seed: int) -> None:
    chance = random.Random(seed)
    while True:
        tell()
        time.sleep(chance.random() / 20)


@pytest.mark.slow
def test_the_rate_is_printed(endpoint: Make, receiver: Receiver, capsys: Any):
    """No assertion of time: a figure for whoever reads it. The receiver is this process's, and takes its share."""
    endpoint()
    happen(2000)
    began = time.monotonic()
    while tell():
        pass
    took = time.monotonic() - began
    assert (len(receiver.heard), len(set(receiver.ids))) == (2000, 2000)
    with capsys.disabled():
        print(f"\n2000 calls of one endpoint by one worker ({connection.vendor}): {2000 / took:.0f} a second")
    connections.close_all()

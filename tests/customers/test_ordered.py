"""An erasure whose process is killed anywhere is finished by the workers: nothing personal is left, and it was done once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from orchestrator.customers import erase as erase_module
from orchestrator.customers import erasing, joining, ordered
from orchestrator.customers.erase import Erased, EraseError
from orchestrator.customers.merge import Pair, merge
from orchestrator.customers.models import Address, Customer, PrivacyComment, PrivacyRequest
from orchestrator.customers.ordered import LEASE, carry_out, erase_for_sure, order
from orchestrator.customers.people import Person
from orchestrator.customers.privacy import check, receive, take
from orchestrator.customers.save import save
from orchestrator.journeys.waiting import next_due, waiting
from orchestrator.journeys.work import work
from orchestrator.messaging import deliver as deliver_module
from orchestrator.workspace.models import Brand
from tests.messaging.threads import Beside
from tests.scenarios import conftest as scenarios
from tests.scenarios.test_erasure import CANARY, come, dump
from tests.scenarios.world import World

world = scenarios.world  # the fixture
HANDLERS = (
    "studio",
    "webhooks",
    "sources",
    "ingest",
    "journeys",
    "messaging",
    "duplicates",
    "segments",
    "loyalty",
    "consents",
    "events",
    "customers",
)
POINTS = (
    "after_order",
    "after_lock",
    "after_hold",
    *(f"after_{name}" for name in HANDLERS),
    "before_commit",
    "after_commit",
)


def _after(act: Callable[..., Any], die: Callable[[], None]) -> Callable[..., Any]:
    def wrapped(*args: Any, **more: Any) -> Any:
        answer = act(*args, **more)
        die()
        return answer

    return wrapped


def doom(point: str, die: Callable[[], None], patch: pytest.MonkeyPatch) -> None:
    """Have this process die when it passes the point."""
    name = point.removeprefix("after_")
    if point == "after_order":
        patch.setattr(ordered, "order", _after(ordered.order, die))
    elif point == "after_lock":
        patch.setattr(erase_module, "lock", _after(erase_module.lock, die))
    elif point == "after_hold":
        patch.setattr(joining, "hold", _after(joining.hold, die))
    elif point == "before_commit":
        patch.setattr(erase_module.doorbells, "ring", _after(erase_module.doorbells.ring, die))
    elif point == "after_commit":
        patch.setattr(ordered, "erase", _after(ordered.erase, die))
    else:
        handler = erasing.registered()[name]
        dying = erasing.Handler(handler.models, _after(handler.erase, die), handler.before)
        patch.setattr(erasing, "registered", lambda: {**_ALL, name: dying})


_ALL = erasing.registered()


def kanarek(world: World) -> int:
    """Somebody full of words that nobody else would write, in mid-journey, who asks to be erased."""
    anna = come(world)
    save(
        [Person("anna", attributes={"last_name": CANARY}, addresses={"email": f"{CANARY}@example.com"})],
        world.now,
    )
    world.run(days=1)
    asked = receive("erasure", anna, "letter", date(2026, 3, 2), f"I am {CANARY}", None, world.now)
    check(asked, f"{CANARY}'s letter", None, world.now)
    return anna


def killed(act: Callable[[], object]) -> int:
    """Do it in a process of its own; the signal that ended it, 0 where it came to its end."""
    connection.close()
    child = os.fork()
    if child:
        return os.WTERMSIG(os.waitpid(child, 0)[1])
    try:
        act()
    finally:
        os._exit(0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_the_workers_finish_it(
    world: World, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    Brand.objects.get_or_create(
        key="default", defaults={"name": "My shop"}
    )  # a test before this one emptied all
    anna = kanarek(world)
    assert set(erasing.registered()) == set(HANDLERS)
    with monkeypatch.context() as patch:
        doom(point, lambda: os.kill(os.getpid(), signal.SIGKILL), patch)
        assert killed(lambda: erase_for_sure([anna], world.now)) == signal.SIGKILL
    before = Customer.objects.get(pk=anna)
    done = point == "after_commit"
    assert (before.erased_at is not None, before.erase_due_at is None) == (done, done)
    assert (CANARY in dump()) is not done
    assert before.restricted_at is not None or done  # nothing is sent from the order on
    work(world.now)
    assert Customer.objects.get(pk=anna).erased_number == before.erased_number  # the lease still runs
    world.now += LEASE
    work(world.now)
    row = Customer.objects.get(pk=anna)
    assert row.erased_at == (before.erased_at or world.now)
    assert (row.erase_due_at, row.restricted_at) == (None, None)
    assert CANARY not in dump()
    [asked] = PrivacyRequest.objects.all()
    assert (asked.state, asked.closed_at, asked.customer_id, asked.result) == (
        "done",
        row.erased_at,
        None,
        {"erased": True},
    )
    number = row.erased_number
    world.run(days=1)
    assert Customer.objects.get(pk=anna).erased_number == number
    assert carry_out(world.now) == 0


@pytest.mark.django_db
def test_without_the_order_nobody_would_finish_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: an erasure that only runs, as it was before there were orders."""
    anna = kanarek(world)
    monkeypatch.setattr(erase_module, "lock", lambda ids: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        erase_module.erase([anna], world.now)
    monkeypatch.undo()
    world.run(days=30)
    assert CANARY in dump()


def test_ordered_twice_is_done_once(world: World) -> None:
    anna = kanarek(world)
    assert order([anna], world.now, world.now) == 1
    assert erase_for_sure([anna], world.now) == Erased(1, 0)
    number = Customer.objects.get().erased_number
    assert erase_for_sure([anna], world.now) == Erased(0, 1)
    assert (Customer.objects.get().erased_number, Customer.objects.get().erase_due_at) == (number, None)
    assert (carry_out(world.now), order([anna], world.now, world.now)) == (0, 0)


def test_an_order_is_what_there_is_to_do_when_it_is_due(world: World) -> None:
    anna = world.person()
    world.run(hours=1)
    assert "erase" not in waiting(world.now)
    order([anna], world.now + LEASE, world.now)
    assert "erase" not in waiting(world.now)
    assert next_due({"erase"}) == world.now + LEASE
    world.now += LEASE
    assert "erase" in waiting(world.now)
    assert work(world.now).erased == 1
    assert "erase" not in waiting(world.now)


def test_who_cannot_be_locked_now_is_erased_by_workers_within_minutes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = kanarek(world)

    def busy(*_: object) -> None:
        raise EraseError("workers are moving these customers just now")

    monkeypatch.setattr(ordered, "erase", busy)
    with pytest.raises(EraseError):
        erase_for_sure([anna], world.now)
    assert Customer.objects.get().erase_due_at == world.now + ordered.AGAIN_AFTER
    world.now += ordered.AGAIN_AFTER
    assert carry_out(world.now, 1) == 1
    monkeypatch.undo()
    assert Customer.objects.get().erase_due_at == world.now + ordered.AGAIN_AFTER
    world.now += ordered.AGAIN_AFTER
    work(world.now)
    assert CANARY not in dump()


def test_merged_between_the_order_and_the_erasure_both_are_erased(world: World) -> None:
    anna, bela = kanarek(world), world.person("bela")
    order([anna], world.now, world.now)
    merge([Pair(bela, anna)], world.now)
    assert [one.customer_id for one in PrivacyRequest.objects.all()] == [bela]
    work(world.now)
    assert set(Customer.objects.values_list("erased_at", "erase_due_at")) == {(world.now, None)}
    assert CANARY not in dump()
    assert PrivacyRequest.objects.get().state == "done"


def test_in_mid_hand_off_nothing_leaves_after_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = world.provider()
    anna = come(world)
    gate = deliver_module.gate

    def erased_before(*args: Any) -> Any:
        erase_for_sure([anna], world.now)
        return gate(*args)

    monkeypatch.setattr(deliver_module, "gate", erased_before)
    world.run(minutes=1)
    assert world.messages() == [("hello", "cancelled", "customer_erased")]
    assert provider.calls == []


def test_ordered_and_not_erased_yet_nothing_is_handed_off(world: World) -> None:
    provider = world.provider()
    anna = come(world)
    order([anna], world.now + timedelta(minutes=2), world.now)
    world.run(minutes=1)
    assert provider.calls == []
    world.run(minutes=2)
    assert (provider.calls, Customer.objects.get().erased_at is not None) == ([], True)


def test_an_import_meanwhile_brings_nobody_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = kanarek(world)
    again = Person("anna", attributes={"last_name": CANARY}, addresses={"email": f"{CANARY}@example.com"})
    order([anna], world.now + LEASE, world.now)
    assert save([again], world.now).problems == ()  # not erased yet: it is one row with what comes
    world.now += LEASE
    work(world.now)
    saved = save([again], world.now)
    assert [one.message for one in saved.problems] == [
        "this customer was erased at their own wish; nothing was stored"
    ]
    assert (saved.ids, Customer.objects.count(), Address.objects.count()) == ((anna,), 1, 0)
    assert CANARY not in dump()


def test_what_remains_of_their_requests_names_nobody(world: World) -> None:
    anna = kanarek(world)
    other = receive("access", anna, "phone", date(2026, 3, 1), CANARY, None, world.now)
    bela = world.person("bela")
    hers = receive("access", bela, "phone", date(2026, 3, 1), "hers", None, world.now)
    take(PrivacyRequest.objects.get(kind="erasure"), None, world.now)
    erase_for_sure([anna], world.now)
    rows = PrivacyRequest.objects.order_by("pk").values_list(
        "kind", "state", "customer", "identity", "closed_at"
    )
    assert list(rows) == [
        ("erasure", "done", None, "", world.now),
        ("access", "received", None, "", None),
        ("access", "received", bela, "", None),
    ]
    said = dict(PrivacyComment.objects.values_list("request", "text"))
    assert (said[other.pk], said[hers.pk]) == ("", "hers")
    assert CANARY not in dump()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_workers_never_share_an_order(world: World) -> None:
    Brand.objects.get_or_create(key="default", defaults={"name": "My shop"})
    anna = world.person()
    order([anna], world.now, world.now)
    got: list[int | None] = []
    with transaction.atomic():
        assert ordered._claimed(world.now) == anna
        Beside(lambda: got.append(ordered._claimed(world.now))).done()
    assert (got, ordered._claimed(world.now)) == ([None], None)

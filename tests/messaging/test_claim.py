"""CLAIM: each due message to one worker, under a fence of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from orchestrator.messaging.claim import LEASE, claim
from orchestrator.messaging.models import Message
from orchestrator.messaging.rows import Claimed
from tests.messaging.conftest import Outbox
from tests.messaging.threads import Beside

PEOPLE = ("anna", "bela", "cleo", "dora")


def ids(claimed: list[Claimed]) -> list[int]:
    return [one.id for one in claimed]


def test_a_claim_is_a_lease_with_a_fence_and_a_name(outbox: Outbox):
    planned = outbox.plan(*PEOPLE)
    first = claim(outbox.now, 3)
    assert (ids(first), [one.fence for one in first]) == (planned[:3], [1, 1, 1])
    rows = Message.objects.filter(state="leased").values_list("lease_until", "claim")
    assert {lease for lease, _ in rows} == {outbox.now + LEASE}
    assert len({name for _, name in rows}) == 1
    assert ids(claim(outbox.now, 3)) == planned[3:]
    assert claim(outbox.now, 3) == []
    assert len(set(Message.objects.values_list("claim", flat=True))) == 2


def test_what_is_not_due_yet_is_left(outbox: Outbox):
    early, late = outbox.plan("anna", "bela")
    Message.objects.filter(id=late).update(due_at=outbox.now + timedelta(seconds=1))
    assert ids(claim(outbox.now, 10)) == [early]
    assert ids(claim(outbox.now + timedelta(seconds=1), 10)) == [late]


def test_orders_and_calls_pass_a_campaign_that_is_due_longer(outbox: Outbox):
    first, second, third, fourth = outbox.plan(*PEOPLE)
    Message.objects.filter(id=third).update(purpose="system", due_at=outbox.now + timedelta(seconds=1))
    Message.objects.filter(id=fourth).update(
        purpose="transactional", due_at=outbox.now + timedelta(seconds=2)
    )
    assert ids(claim(outbox.now + timedelta(seconds=2), 3)) == [fourth, third, first]
    assert ids(claim(outbox.now, 3)) == [second]


@pytest.mark.parametrize("state", ["planned", "retry_wait", "uncertain"])
def test_open_messages_are_claimed(outbox: Outbox, state: str):
    planned = outbox.plan("anna")
    Message.objects.update(state=state)
    assert ids(claim(outbox.now, 10)) == planned


@pytest.mark.parametrize("state", ["leased", "handing_off", "accepted", "unknown", "cancelled", "dead"])
def test_held_and_final_ones_are_not(outbox: Outbox, state: str):
    outbox.plan("anna")
    Message.objects.update(state=state)
    assert claim(outbox.now, 10) == []


def test_one_that_has_killed_twice_is_taken_alone_after_all_others(outbox: Outbox):
    planned = outbox.plan(*PEOPLE)
    Message.objects.filter(id__in=planned[:2]).update(crash_count=2)
    Message.objects.filter(id=planned[2]).update(crash_count=1)
    assert [ids(claim(outbox.now, 10)) for _ in range(4)] == [planned[2:], planned[:1], planned[1:2], []]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_worker_passes_over_what_another_is_claiming(outbox: Outbox):
    planned, beside = outbox.plan(*PEOPLE), []
    with transaction.atomic():
        mine = ids(claim(outbox.now, 2))
        # Had it to wait for us, it would never end: we commit only after it.
        Beside(lambda: beside.append(ids(claim(outbox.now, 10)))).done()
    assert (mine, beside) == (planned[:2], [planned[2:]])
    assert set(Message.objects.values_list("fence", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_never_get_the_same_message(outbox: Outbox):
    planned, claimed = outbox.plan(*(f"person{n}" for n in range(40))), []

    def take() -> None:
        while got := claim(outbox.now, 3):
            claimed.extend(ids(got))

    workers = [Beside(take) for _ in range(4)]
    for worker in workers:
        worker.done()
    assert sorted(claimed) == planned
    assert set(Message.objects.values_list("fence", flat=True)) == {1}

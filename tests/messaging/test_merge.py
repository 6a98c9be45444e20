"""A merge while workers are at it: what is being prepared is prepared anew, and the cap of one person is one cap."""

from __future__ import annotations

import pytest
from django.db import transaction

from orchestrator.customers.change import NewFacts, change
from orchestrator.customers.locks import lock
from orchestrator.customers.merge import MergeError, Pair, merge
from orchestrator.customers.models import Customer
from orchestrator.domain.definition import read_rule
from orchestrator.journeys.models import Enrollment
from orchestrator.journeys.work import never, walk_by
from orchestrator.messaging.deliver import deliver
from orchestrator.messaging.gate import gate
from orchestrator.messaging.models import FrequencyCap, Message
from orchestrator.messaging.settle import settle
from orchestrator.sdk.values import Accepted
from orchestrator.segments.define import define
from orchestrator.segments.models import Membership, Segment
from orchestrator.segments.refresh import pass_over
from tests.installation import until
from tests.messaging.conftest import Outbox
from tests.messaging.threads import Beside, somebody_waits
from tests.scenarios.journeys import one_send


def two(outbox: Outbox) -> tuple[int, int]:
    """Two customers with a message each, and a cap of one a day."""
    FrequencyCap.objects.all().delete()
    FrequencyCap.objects.create(name="One a day", limit=1, rolling="24 hours")
    outbox.world.workspace(minimum_gap_minutes=0)
    ids = []
    for name, key in (("anna", "one"), ("bela", "two")):  # of one journey's two passages only one would stay
        outbox.world.publish(one_send(key), **{key: ""})
        ids.append(outbox.world.person(name, addresses={"email": f"{name}@example.com"}))
        outbox.world.event(ids[-1], f"{key}.wanted")
    walk_by(lambda: outbox.now, never)
    anna, bela = ids
    return anna, bela


def deliver_all(outbox: Outbox) -> None:
    while deliver(outbox.now, 1).claimed:
        pass


def fates() -> list[tuple[str, str]]:
    return sorted(Message.objects.values_list("state", "reason"))


# Whoever came first has the slot.
ONE_WAITS = [[("accepted", "accepted"), ("planned", reason)] for reason in ("capped", "outranked")]


@pytest.mark.django_db
def test_what_is_being_prepared_goes_back_and_is_prepared_for_the_survivor(outbox: Outbox):
    anna, bela = two(outbox)
    ready = outbox.prepare()
    assert merge([Pair(anna, bela)], outbox.now) == 1
    assert gate(ready, outbox.now) == []
    assert set(Message.objects.values_list("customer_id", "state", "reason")) == {(anna, "planned", "")}
    deliver_all(outbox)
    assert fates() in ONE_WAITS
    assert [recipient for _, recipient, _ in outbox.world.mailbox()] == ["anna@example.com"]


@pytest.mark.django_db
def test_what_may_have_left_stays_in_doubt(outbox: Outbox):
    anna, bela = two(outbox)
    Message.objects.filter(customer=bela).update(maybe_sent=True, state="uncertain", counted_at=outbox.now)
    outbox.prepare()
    merge([Pair(anna, bela)], outbox.now)
    assert sorted(Message.objects.values_list("customer_id", "state", "maybe_sent")) == [
        (anna, "planned", False),
        (anna, "uncertain", True),
    ]


@pytest.mark.django_db
def test_what_is_with_a_provider_has_left_and_counts_for_the_survivor(outbox: Outbox):
    anna, bela = two(outbox)
    Message.objects.filter(customer=anna).update(due_at=outbox.now.replace(hour=13))
    going = outbox.hand_off()
    assert merge([Pair(anna, bela)], outbox.now) == 1
    settle(going, [Accepted("r1")], outbox.now)
    outbox.world.now = outbox.now.replace(hour=13)
    deliver_all(outbox)
    assert sorted(Message.objects.values_list("customer_id", "state", "reason")) == [
        (anna, "accepted", "accepted"),
        (anna, "planned", "capped"),
    ]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_gate_while_their_people_become_one(outbox: Outbox):
    anna, bela = two(outbox)
    hands = [outbox.prepare(1), outbox.prepare(1)]
    assert [len(ready) for ready in hands] == [1, 1]
    with transaction.atomic():
        lock([anna, bela])
        workers = [Beside(lambda ready=ready: _gate_and_go_on(outbox, ready)) for ready in hands]
        somebody_waits()
        assert merge([Pair(anna, bela)], outbox.now) == 1
    for worker in workers:
        worker.done()
    deliver_all(outbox)
    assert fates() in ONE_WAITS
    assert set(Message.objects.values_list("customer_id", flat=True)) == {anna}
    assert [recipient for _, recipient, _ in outbox.world.mailbox()] == ["anna@example.com"]


def _gate_and_go_on(outbox: Outbox, ready: list) -> None:  # type: ignore[type-arg]
    assert gate(ready, outbox.now) == []
    deliver_all(outbox)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_merge_waits_for_who_is_at_the_gate_and_counts_what_they_let_out(outbox: Outbox):
    anna, bela = two(outbox)
    first, second = outbox.prepare(1), outbox.prepare(1)
    with transaction.atomic():
        assert len(gate(first, outbox.now)) == 1
        merging = Beside(lambda: merge([Pair(anna, bela)], outbox.now))
        somebody_waits()
    merging.done()
    assert gate(second, outbox.now) == []
    settle(first, [Accepted("r1")], outbox.now)
    deliver_all(outbox)
    assert fates() == [("accepted", "accepted"), ("planned", "capped")]
    assert set(Message.objects.values_list("customer_id", flat=True)) == {anna}


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_merge_gives_way_to_who_is_moving_them(outbox: Outbox, caplog: pytest.LogCaptureFixture):
    """A walk locks passages, and then the customers it changes: a merge that waited for it would wait in a circle."""
    anna, bela = two(outbox)
    with transaction.atomic():
        list(Enrollment.objects.filter(customer=bela).select_for_update())
        merging = Beside(lambda: merge([Pair(anna, bela)], outbox.now))
        until(lambda: "a transaction is run again" in caplog.text, seconds=20)
        assert change([NewFacts(bela, {"tier": "gold"})], outbox.now) == 1
    merging.done()
    assert Customer.objects.get(id=anna).attributes["tier"] == "gold"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_merge_that_cannot_be_made_now_says_so(outbox: Outbox, monkeypatch: pytest.MonkeyPatch):
    anna, bela = two(outbox)
    monkeypatch.setattr("orchestrator.store.again.PATIENT_TRIES", 2)
    with transaction.atomic():
        list(Enrollment.objects.filter(customer=bela).select_for_update())
        merging = Beside(lambda: merge([Pair(anna, bela)], outbox.now))
        with pytest.raises(
            MergeError, match="workers are moving these customers just now; try again in a minute"
        ):
            merging.done()
    assert Customer.objects.get(id=bela).merged_into_id is None


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_row_of_the_survivors_that_comes_meanwhile_is_met_and_not_run_into(outbox: Outbox):
    anna, bela = two(outbox)
    change([NewFacts(bela, {"tier": "gold"})], outbox.now)
    define("gold", "Gold", "", read_rule({"attribute": "tier", "is": "gold"}), outbox.now)
    assert pass_over(outbox.now) == 2
    assert list(Membership.objects.values_list("customer_id", flat=True)) == [bela]
    with transaction.atomic():
        Membership.objects.create(segment=Segment.objects.get(), customer_id=anna, since=outbox.now)
        merging = Beside(lambda: merge([Pair(anna, bela)], outbox.now))
        somebody_waits()
    merging.done()
    assert Customer.objects.get(id=bela).merged_into_id == anna
    assert list(Membership.objects.values_list("customer_id", flat=True)) == [anna]

"""RESCUE: what a dead worker held goes on; what may have left is never given out as if it had not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from unittest.mock import DEFAULT, Mock

import pytest

from orchestrator.messaging.claim import LEASE, claim
from orchestrator.messaging.deliver import Delivered, deliver
from orchestrator.messaging.gate import gate
from orchestrator.messaging.models import DeliveryAttempt, Message, MessageBody
from orchestrator.messaging.notes import note
from orchestrator.messaging.rescue import rescue
from orchestrator.sdk.values import Accepted, Deferred, Rejected, RejectReason
from tests.messaging.conftest import Outbox

BEYOND = LEASE + timedelta(seconds=1)
REFUSED = Rejected(RejectReason.SPAM)


def test_a_lease_that_runs_is_left_alone(outbox: Outbox):
    outbox.plan("anna")
    claim(outbox.now, 10)
    assert rescue(outbox.now + LEASE) == 0
    assert outbox.states() == [("leased", "")]


def test_one_that_was_being_prepared_goes_back_to_the_queue(outbox: Outbox):
    outbox.plan("anna", "bela")
    claim(outbox.now, 1)
    assert rescue(outbox.now + BEYOND) == 1
    assert outbox.states() == [("planned", ""), ("planned", "")]
    anna, bela = Message.objects.order_by("id")
    assert (anna.fence, anna.crash_count, anna.due_at, anna.lease_until) == (2, 1, outbox.now + BEYOND, None)
    assert (anna.maybe_sent, anna.counted_at, anna.wake_pending) == (False, None, False)
    assert (bela.fence, bela.crash_count, bela.due_at) == (0, 0, outbox.now)


@pytest.mark.parametrize(
    ("promise", "purpose", "state", "reason"),
    [
        ("I", "marketing", "uncertain", "worker_died"),
        ("Q", "marketing", "uncertain", "worker_died"),
        ("N", "marketing", "unknown", "unknown_outcome"),
        ("N", "transactional", "uncertain", "worker_died"),
    ],
)
def test_one_that_was_being_handed_off_is_in_doubt(
    outbox: Outbox, promise: str, purpose: str, state: str, reason: str
):
    outbox.world.provider(promise=promise)
    outbox.plan("anna", purpose=purpose)
    outbox.hand_off()
    assert rescue(outbox.now + BEYOND) == 1
    row = Message.objects.get()
    assert (row.state, row.reason, row.fence, row.crash_count) == (state, reason, 2, 1)
    # It may have left: it counts, whatever becomes of it. Only where it ends here the journey is told.
    assert (row.maybe_sent, row.counted_at) == (True, outbox.now)
    assert (row.wake_pending, row.final_at) == (
        (True, outbox.now + BEYOND) if state == "unknown" else (False, None)
    )


def test_of_a_group_handed_off_one_by_one_a_death_leaves_one_in_doubt(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
):
    provider = outbox.world.provider(Accepted("theirs"), promise="N")
    outbox.plan("anna", "bela", "cleo", purpose="transactional")
    deliver_and_die(outbox, monkeypatch, lambda: len(provider.calls) == 2)
    assert outbox.states() == [("handing_off", "allowed")] * 3
    assert attempts() == [("accepted", "theirs")]
    outbox.world.now += BEYOND
    assert rescue(outbox.now) == 3
    assert outbox.states() == [("accepted", "accepted"), ("uncertain", "worker_died"), ("planned", "")]
    anna, bela, cleo = Message.objects.order_by("id")
    assert (anna.reference, anna.final_at, anna.wake_pending) == ("theirs", outbox.now, True)
    assert (bela.attempts, bela.maybe_sent, bela.counted_at) == (1, True, outbox.now - BEYOND)
    assert (cleo.attempts, cleo.maybe_sent, cleo.counted_at) == (0, False, None)
    # Of Cleo's no byte has left: it is composed anew, not sent as it was rendered before.
    assert set(MessageBody.objects.values_list("message_id", flat=True)) == {anna.id, bela.id}
    deliver(outbox.now, 10)
    assert provider.recipients == [f"{name}@example.com" for name in ("anna", "bela", "bela", "cleo")]
    assert outbox.states() == [("accepted", "accepted")] * 3
    assert attempts() == [("accepted", "theirs"), ("accepted", "ref"), ("accepted", "ref")]


def test_of_a_group_handed_off_in_parts_a_death_leaves_one_part_unknown(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
):
    provider = outbox.world.provider(Accepted("theirs"), Deferred(), REFUSED, promise="N")
    provider.max_batch = 10
    monkeypatch.setattr("orchestrator.messaging.groups.CLASS_N_PART", 3)
    outbox.plan("anna", "bela", "cleo", "dora", "ewa", "fela", "gosia", "hela")
    # Gosia's part, the third, waits for the note about Dora's, which has been answered.
    deliver_and_die(outbox, monkeypatch, lambda: len(provider.calls) == 6)
    assert outbox.states() == [("handing_off", "allowed")] * 8
    outbox.world.now += BEYOND
    assert rescue(outbox.now) == 8
    planned, unknown = ("planned", ""), ("unknown", "unknown_outcome")
    assert outbox.states() == [("accepted", "accepted"), *[planned] * 2, *[unknown] * 3, *[planned] * 2]
    kept = Message.objects.order_by("id").values_list("attempts", "maybe_sent", "counted_at")
    gated = outbox.now - BEYOND
    told, doubtful = (1, False, None), (1, True, gated)
    assert list(kept) == [doubtful, told, told, *[doubtful] * 3, *[(0, False, None)] * 2]
    provider.answers = [Accepted("at last"), REFUSED]
    assert deliver(outbox.now, 10) == Delivered(4, 4)
    again = ["bela", "cleo", "gosia", "hela"]
    assert provider.recipients[6:] == [f"{name}@example.com" for name in again]
    accepted, refused = ("accepted", "accepted"), ("rejected", "spam")
    assert outbox.states() == [accepted, accepted, refused, *[unknown] * 3, accepted, accepted]


def test_a_part_that_is_looked_at_in_pieces_is_in_doubt_all_the_same(outbox: Outbox):
    outbox.world.provider(promise="N").max_batch = 3
    outbox.plan("anna", "bela", "cleo", "dora", "ewa")
    outbox.hand_off()
    outbox.world.now += BEYOND
    assert [rescue(outbox.now, 2) for _ in range(3)] == [2, 2, 1]
    assert outbox.states() == [("unknown", "unknown_outcome")] * 5


def test_a_fault_ends_the_group_and_the_rest_was_never_handed_off(outbox: Outbox):
    provider = outbox.world.provider(Accepted("theirs"), RuntimeError("broken pipe"), promise="N")
    ids = outbox.plan("anna", "bela", "cleo", purpose="transactional")
    assert deliver(outbox.now, 10) == Delivered(3, 2)
    assert outbox.states() == [("accepted", "accepted"), ("uncertain", "unknown_outcome"), ("planned", "")]
    cleo = Message.objects.get(pk=ids[2])
    assert (cleo.attempts, cleo.maybe_sent, cleo.counted_at, cleo.due_at) == (0, False, None, outbox.now)
    assert provider.recipients == ["anna@example.com", "bela@example.com"]
    assert attempts() == [("accepted", "theirs"), ("uncertain", "")]


class Died(BaseException):
    """Nobody is left to contain it."""


def deliver_and_die(outbox: Outbox, monkeypatch: pytest.MonkeyPatch, then: Callable[[], bool]) -> None:
    """The worker dies before it has noted what it was answered, once this is so."""
    dying = Mock(wraps=note, side_effect=lambda *_: _die() if then() else DEFAULT)
    with monkeypatch.context() as patched:
        patched.setattr("orchestrator.messaging.parts.note", dying)
        with pytest.raises(Died):
            deliver(outbox.now, 10)


def _die() -> None:
    raise Died


def attempts() -> list[tuple[str, str]]:
    """(outcome, provider's id) of every attempt, oldest first."""
    return list(DeliveryAttempt.objects.order_by("id").values_list("outcome", "reference"))


def test_a_lease_begins_anew_at_the_gate_however_long_the_message_was_prepared(outbox: Outbox):
    outbox.plan("anna")
    ready = outbox.prepare()
    outbox.world.now += LEASE - timedelta(seconds=1)
    assert len(gate(ready, outbox.now)) == 1
    assert rescue(outbox.now + LEASE) == 0
    assert rescue(outbox.now + BEYOND) == 1


def test_doubt_outlives_the_next_worker_that_dies_in_preparing_it(outbox: Outbox):
    outbox.world.provider(promise="I")
    outbox.plan("anna")
    outbox.hand_off()
    for crashes in (1, 2):
        outbox.world.now += BEYOND
        assert rescue(outbox.now) == 1
        assert Message.objects.values_list("state", "crash_count", "maybe_sent").get() == (
            "uncertain", crashes, True,
        )  # fmt: skip
        claim(outbox.now, 10)


@pytest.mark.parametrize(
    ("handed_off", "state", "reason"),
    [(False, "dead", "crashes_workers"), (True, "unknown", "worker_died")],
)
def test_the_fifth_crash_ends_it(outbox: Outbox, handed_off: bool, state: str, reason: str):
    outbox.world.provider(promise="I")
    outbox.plan("anna")
    take = outbox.hand_off if handed_off else outbox.prepare
    for _ in range(5):
        assert len(take()) == 1
        outbox.world.now += BEYOND
        assert rescue(outbox.now) == 1
    row = Message.objects.get()
    assert (row.state, row.reason, row.crash_count) == (state, reason, 5)
    assert (row.wake_pending, row.counted_at is not None) == (True, handed_off)
    assert claim(outbox.now, 10) == []


def test_many_are_taken_back_batch_by_batch_the_longest_lost_first(outbox: Outbox):
    outbox.plan("anna", "bela", "cleo")
    for _ in range(3):
        claim(outbox.now, 1)
        outbox.world.now += timedelta(seconds=1)
    outbox.world.now += BEYOND
    assert rescue(outbox.now, limit=2) == 2
    assert outbox.states() == [("planned", ""), ("planned", ""), ("leased", "")]
    assert rescue(outbox.now, limit=2) == 1
    assert rescue(outbox.now, limit=2) == 0

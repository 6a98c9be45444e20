"""SETTLE: what the provider said is written once, under the fence of the claim that asked it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from orchestrator import registry
from orchestrator.consents.models import Suppression
from orchestrator.messaging.models import DeliveryAttempt, Message
from orchestrator.messaging.rescue import rescue
from orchestrator.messaging.settle import settle
from orchestrator.sdk import hookimpl
from orchestrator.sdk.values import Accepted, Deferred, MessageOutcome, Rejected, RejectReason, Unknown
from tests.messaging.conftest import Outbox

LATER = timedelta(minutes=2)
NO_SUCH_ADDRESS = Rejected(RejectReason.INVALID_ADDRESS, "no such mailbox")


def test_an_acceptance_is_final_and_wakes_the_journey(outbox: Outbox):
    outbox.plan("anna")
    settle(outbox.hand_off(), [Accepted("ref-1")], outbox.now)
    row = Message.objects.get()
    assert (row.state, row.reason, row.reference) == ("accepted", "accepted", "ref-1")
    assert (row.final_at, row.counted_at, row.lease_until) == (outbox.now, outbox.now, None)
    assert (row.wake_pending, row.maybe_sent, row.attempts) == (True, True, 1)
    attempt = DeliveryAttempt.objects.get()
    assert (attempt.number, attempt.fence, attempt.outcome, attempt.reference) == (1, 1, "accepted", "ref-1")


@pytest.mark.parametrize(
    ("late", "state", "reason"),
    [
        (NO_SUCH_ADDRESS, "uncertain", "worker_died"),
        (Deferred(), "uncertain", "worker_died"),
        (Unknown(), "uncertain", "worker_died"),
        (Accepted("ref-1"), "accepted", "accepted"),
    ],
)
def test_an_answer_under_an_old_fence_overwrites_nothing_and_an_acceptance_ends_the_doubt(
    outbox: Outbox, late, state: str, reason: str
):
    outbox.plan("anna", purpose="transactional")
    slow = outbox.hand_off()
    outbox.world.now += LATER
    assert rescue(outbox.now) == 1
    settle(slow, [late], outbox.now)
    row = Message.objects.get()
    assert (row.state, row.reason, row.fence, row.crash_count) == (state, reason, 2, 1)
    assert row.counted_at == outbox.now - LATER
    assert DeliveryAttempt.objects.count() == 1  # the evidence is kept, whatever it is worth


def test_an_answer_under_an_old_fence_leaves_alone_what_the_next_worker_is_doing(outbox: Outbox):
    outbox.plan("anna", purpose="transactional")
    slow = outbox.hand_off()
    outbox.world.now += LATER
    rescue(outbox.now)
    outbox.hand_off()
    before = Message.objects.values().get()
    settle(slow, [Accepted("late")], outbox.now)
    assert Message.objects.values().get() == before
    assert (before["state"], before["fence"], before["attempts"]) == ("handing_off", 3, 2)


def test_settled_twice_is_settled_once(outbox: Outbox):
    outbox.plan("anna")
    ready = outbox.hand_off()
    settle(ready, [Accepted("ref-1")], outbox.now)
    before = Message.objects.values().get()
    settle(ready, [NO_SUCH_ADDRESS], outbox.now + LATER)
    assert Message.objects.values().get() == before


def test_a_hard_bounce_suppresses_the_address_and_frees_the_cap(outbox: Outbox):
    outbox.plan("anna", "bela")
    settle(outbox.hand_off(), [NO_SUCH_ADDRESS, Accepted()], outbox.now)
    assert outbox.states() == [("rejected", "invalid_address"), ("accepted", "accepted")]
    assert list(Suppression.objects.values_list("channel", "reason", "detail", "brand")) == [
        ("email", "bounce", "invalid_address", None)
    ]
    counted = Message.objects.order_by("id").values_list("counted_at", "maybe_sent")
    assert list(counted) == [(None, False), (outbox.now, True)]


@pytest.mark.parametrize("reason", [RejectReason.SPAM, RejectReason.TOO_LARGE, RejectReason.NOT_ALLOWED])
def test_a_refusal_of_the_message_says_nothing_about_the_address(outbox: Outbox, reason: RejectReason):
    outbox.plan("anna")
    settle(outbox.hand_off(), [Rejected(reason)], outbox.now)
    assert outbox.states() == [("rejected", str(reason))]
    assert Suppression.objects.count() == 0


class Observer:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    @hookimpl
    def messages_settled(self, messages: Sequence[MessageOutcome]) -> None:
        """(state, reason) of each."""
        self.told += [(one.state, one.reason) for one in messages]


@pytest.mark.parametrize(
    ("late", "told"), [(NO_SUCH_ADDRESS, []), (Accepted(), [("accepted", "accepted")]), (Deferred(), [])]
)
def test_plugins_are_told_what_came_true_and_nothing_else(
    outbox: Outbox, django_capture_on_commit_callbacks, late, told: list[tuple[str, str]]
):
    outbox.plan("anna", purpose="transactional")
    slow = outbox.hand_off()
    outbox.world.now += LATER
    rescue(outbox.now)
    observer = Observer()
    registry.reset(registry.load([], {"observer": observer}))
    with django_capture_on_commit_callbacks(execute=True):
        settle(slow, [late], outbox.now)
    assert observer.told == told

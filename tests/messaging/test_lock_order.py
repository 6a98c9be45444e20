"""Customers, then addresses, budgets, then messages; rows of one kind by id. Two workers wait for each other, never in a circle.

Each test holds one lock of the house's order, lets the other worker run into it, and then takes the next lock. Had
the other taken that one before, PostgreSQL would find a deadlock and end one of the two.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Q

from orchestrator.customers.locks import lock
from orchestrator.journeys.due import wake_senders
from orchestrator.journeys.models import Enrollment
from orchestrator.messaging.cancel import stop
from orchestrator.messaging.gate import Ready
from orchestrator.messaging.locks import lock_budgets, lock_messages
from orchestrator.messaging.models import Budget, Message, Price, Spending
from orchestrator.messaging.rescue import rescue
from orchestrator.messaging.settle import settle
from orchestrator.sdk.values import Accepted, Deferred, Rejected, RejectReason
from tests.messaging.conftest import Outbox
from tests.messaging.threads import Beside, somebody_waits

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def test_settling_a_bounce_locks_the_customer_before_the_message(outbox: Outbox):
    outbox.plan("anna")
    (ready,) = outbox.hand_off()
    with transaction.atomic():
        lock([ready.message.customer_id])
        settling = Beside(lambda: settle([ready], [Rejected(RejectReason.INVALID_ADDRESS)], outbox.now))
        somebody_waits()
        lock_messages([ready.message.id])
        assert outbox.states() == [("handing_off", "allowed")]
    settling.done()
    assert outbox.states() == [("rejected", "invalid_address")]


def test_cancelling_for_several_reasons_locks_all_messages_by_id(outbox: Outbox):
    first, second = outbox.plan("anna", "bela")
    with transaction.atomic():
        lock_messages([first])
        stopping = Beside(lambda: _stop([(second, "exit_rule"), (first, "goal_met")], outbox))
        somebody_waits()
        lock_messages([second])
        assert outbox.states() == [("planned", "")] * 2
    stopping.done()
    assert outbox.states() == [("cancelled", "goal_met"), ("cancelled", "exit_rule")]


def _stop(reasons: list[tuple[int, str]], outbox: Outbox, count: int = 2) -> None:
    with transaction.atomic():
        assert stop([(Q(id=id_), reason) for id_, reason in reasons], outbox.now) == count


def test_who_waits_for_a_message_is_left_to_the_next_round_while_somebody_holds_their_passage(outbox: Outbox):
    ids = outbox.plan("anna", "bela")
    settle(outbox.hand_off(), [Accepted("ref")] * 2, outbox.now)
    anna = Enrollment.objects.earliest("id")
    woken: list[int] = []
    with transaction.atomic():
        # As an erasure does: the passage first, then its messages.
        list(Enrollment.objects.filter(pk=anna.pk).select_for_update())
        Beside(lambda: woken.append(wake_senders(outbox.now))).done()
        lock_messages(ids)
    assert woken == [1]
    pending = Message.objects.filter(wake_pending=True).values_list("enrollment_id", flat=True)
    assert list(pending) == [anna.pk]
    assert [one.status for one in Enrollment.objects.order_by("id")] == ["active", "completed"]
    assert wake_senders(outbox.now) == 1
    assert [one.status for one in Enrollment.objects.order_by("id")] == ["completed"] * 2


def test_giving_money_back_locks_the_budget_before_the_message(outbox: Outbox):
    ready = _paid(outbox)
    with transaction.atomic():
        lock_budgets([Budget.objects.get().pk])
        settling = Beside(lambda: settle(ready, [Rejected(RejectReason.SPAM)], outbox.now))
        somebody_waits()
        lock_messages([ready[0].message.id])
        assert outbox.states() == [("handing_off", "allowed")]
    settling.done()
    assert outbox.states() == [("rejected", "spam")]
    assert Spending.objects.get().spent == 0


def test_cancelling_what_was_paid_locks_the_budget_before_the_message(outbox: Outbox):
    ready = _paid(outbox)
    settle(ready, [Deferred()], outbox.now)
    id_ = ready[0].message.id
    with transaction.atomic():
        lock_budgets([Budget.objects.get().pk])
        stopping = Beside(lambda: _stop([(id_, "exit_rule")], outbox, 1))
        somebody_waits()
        lock_messages([id_])
        assert outbox.states() == [("retry_wait", "deferred")]
    stopping.done()
    assert outbox.states() == [("cancelled", "exit_rule")]
    assert Spending.objects.get().spent == 0


def test_taking_back_what_was_paid_locks_the_budget_before_the_message(outbox: Outbox):
    ready = _paid(outbox)
    settle(ready, [Deferred()], outbox.now)
    outbox.world.now += timedelta(minutes=1)
    outbox.prepare()
    later = outbox.now + timedelta(minutes=5)
    with transaction.atomic():
        lock_budgets([Budget.objects.get().pk])
        rescuing = Beside(lambda: rescue(later))
        somebody_waits()
        lock_messages([ready[0].message.id])
        assert outbox.states() == [("leased", "deferred")]
    rescuing.done()
    assert outbox.states() == [("planned", "")]
    assert Spending.objects.get().spent == 0


def _paid(outbox: Outbox) -> list[Ready]:
    """One message on its way, and charged to a budget."""
    Price.objects.create(channel="email", amount="0.01")
    Budget.objects.create(name="All", amount="1", period="day")
    outbox.plan("anna")
    ready = outbox.hand_off()
    assert Spending.objects.get().spent == Decimal("0.01")
    return ready

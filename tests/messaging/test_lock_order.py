"""Customers, then addresses, then messages; rows of one kind by id. Two workers wait for each other, never in a circle.

Each test holds one lock of the house's order, lets the other worker run into it, and then takes the next lock. Had
the other taken that one before, PostgreSQL would find a deadlock and end one of the two.
"""

from __future__ import annotations

import pytest
from django.db import transaction
from django.db.models import Q

from orchestrator.customers.locks import lock
from orchestrator.messaging.cancel import stop
from orchestrator.messaging.locks import lock_messages
from orchestrator.messaging.settle import settle
from orchestrator.sdk.values import Rejected, RejectReason
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


def _stop(reasons: list[tuple[int, str]], outbox: Outbox) -> None:
    with transaction.atomic():
        assert stop([(Q(id=id_), reason) for id_, reason in reasons], outbox.now) == 2

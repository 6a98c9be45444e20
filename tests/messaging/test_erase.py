"""An erasure while workers are at it: whatever is handed off has the smaller number."""

from __future__ import annotations

import pytest
from django.db import transaction

from orchestrator.customers.erase import Erased, erase
from orchestrator.customers.models import Customer
from orchestrator.messaging.gate import gate
from orchestrator.messaging.models import Message
from tests.messaging.conftest import Outbox
from tests.messaging.test_merge import two
from tests.messaging.threads import Beside, somebody_waits

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def test_who_is_at_the_gate_waits_for_the_erasure_and_hands_off_nothing(outbox: Outbox):
    anna, bela = two(outbox)
    ready = outbox.prepare()
    with transaction.atomic():
        assert erase([anna, bela], outbox.now) == Erased(2, 0)
        worker = Beside(lambda: _refused(outbox, ready))
        somebody_waits()
    worker.done()
    assert set(Message.objects.values_list("state", "reason", "number", "handed_off_at")) == {
        ("cancelled", "customer_erased", None, None)
    }


def test_an_erasure_waits_for_who_is_at_the_gate_and_comes_after_them(outbox: Outbox):
    anna, bela = two(outbox)
    ready = outbox.prepare()
    with transaction.atomic():
        assert len(gate(ready, outbox.now)) == 2
        erasing = Beside(lambda: erase([anna, bela], outbox.now))
        somebody_waits()
    erasing.done()
    left = Message.objects.values_list("number", flat=True)
    numbers = Customer.objects.values_list("erased_number", flat=True)
    assert max(number or 0 for number in left) < min(number or 0 for number in numbers)
    assert set(Message.objects.values_list("state", "address")) == {("handing_off", "")}


def _refused(outbox: Outbox, ready: list) -> None:  # type: ignore[type-arg]
    assert gate(ready, outbox.now) == []

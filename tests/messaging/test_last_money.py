"""Four workers deliver at once what one budget cannot pay for: not one message more goes out than it has money for."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from orchestrator.journeys.work import never, walk_by
from orchestrator.messaging.deliver import deliver
from orchestrator.messaging.models import Budget, Message, Price, Spending
from tests.messaging.conftest import Outbox
from tests.messaging.threads import Beside
from tests.scenarios.journeys import one_send

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
PEOPLE = 200


def test_exactly_as_many_go_out_as_there_is_money_for(outbox: Outbox):
    world = outbox.world
    Price.objects.create(channel="sms", amount=Decimal("0.08"), per="part")
    Budget.objects.create(name="Text messages", amount=Decimal("5.00"), period="month", channels=["sms"])
    world.publish(one_send("text", "sms"), text='sms:\n  en: {text: "hi"}\n')
    for number in range(PEOPLE):
        phone = {"sms": f"+48 600 100 {number:03}"}
        world.event(world.person(f"p{number}", ("sms",), addresses=phone), "text.wanted")
    walk_by(lambda: world.now, never)
    workers = [Beside(lambda: _deliver_all(outbox)) for _ in range(4)]
    for worker in workers:
        worker.done()
    assert Counter(Message.objects.values_list("state", "reason")) == {
        ("accepted", "accepted"): 62,
        ("planned", "over_budget"): 138,
    }
    assert Spending.objects.get().spent == Decimal("4.9600")
    assert Message.objects.filter(charged__isnull=False).count() == 62


def _deliver_all(outbox: Outbox) -> None:
    while deliver(outbox.now, 4).claimed:
        pass

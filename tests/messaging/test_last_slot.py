"""Two journeys want the last slot of the same people, and two workers deliver at once: exactly one is reserved."""

from __future__ import annotations

from collections import Counter

import pytest

from orchestrator.journeys.work import never, walk_by
from orchestrator.messaging.deliver import deliver
from orchestrator.messaging.models import FrequencyCap, Message
from tests.messaging.conftest import Outbox
from tests.messaging.threads import Beside
from tests.scenarios.journeys import one_send

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
PEOPLE = 12


def test_exactly_one_is_reserved_and_the_other_waits_for_it(outbox: Outbox):
    world = outbox.world
    FrequencyCap.objects.create(name="One a day", limit=1, rolling="24 hours")
    world.workspace(minimum_gap_minutes=0)
    for key in ("one", "two"):
        world.publish(one_send(key), **{key: ""})
    for number in range(PEOPLE):
        anna = world.person(f"p{number}", addresses={"email": f"p{number}@example.com"})
        for key in ("one", "two"):
            world.event(anna, f"{key}.wanted")
    walk_by(lambda: world.now, never)
    workers = [Beside(lambda: _deliver_all(outbox)) for _ in range(2)]
    for worker in workers:
        worker.done()
    reserved = Message.objects.filter(counted_at__isnull=False)
    assert Counter(reserved.values_list("customer_id", flat=True)) == Counter(
        Message.objects.values_list("customer_id", flat=True).distinct()
    )
    assert set(reserved.values_list("state", flat=True)) == {"accepted"}
    others = Message.objects.filter(counted_at=None)
    assert others.count() == PEOPLE
    assert set(others.values_list("state", flat=True)) == {"planned"}
    assert set(others.values_list("reason", flat=True)) <= {"outranked", "capped"}


def _deliver_all(outbox: Outbox) -> None:
    while deliver(outbox.now, 3).claimed:
        pass

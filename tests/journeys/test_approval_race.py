"""Two who approve at once: one publishes, and the other is told that it is decided."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from orchestrator.journeys.approval import Decided, approve, ask_to_publish
from orchestrator.journeys.models import Journey, JourneyVersion, PublishRequest
from orchestrator.journeys.proposal import proposal
from orchestrator.workspace.models import Brand
from tests.messaging.threads import Beside, somebody_waits

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
DRAFT = "journey: hello\nentry: {event: a.b}\nsteps:\n  - wait: 1 day\n    id: rest\n"


def test_one_of_two_publishes(transactional_db: None) -> None:
    brand, _ = Brand.objects.get_or_create(key="default", defaults={"name": "My shop"})
    row = Journey.objects.create(key="hello", title="Hello", brand=brand, draft=DRAFT)
    asker = User.objects.create_user("ola")
    first, second = (User.objects.create_superuser(name) for name in ("piotr", "ewa"))
    now = datetime.now(UTC)
    asked = ask_to_publish(row, proposal(row).mark, "", None, asker, now)
    told: list[Any] = []

    def late() -> None:
        try:
            told.append(approve(PublishRequest.objects.select_related("journey").get(), "", second, now))
        except Decided as error:
            told.append(error)

    with transaction.atomic():
        done = approve(asked, "", first, now)
        beside = Beside(late)
        somebody_waits()
    beside.done()
    assert (done.number, done.unchanged) == (1, False)
    assert [type(one) for one in told] == [Decided]
    [made] = JourneyVersion.objects.all()
    assert made.published_by == first
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by, asked.version) == ("approved", first, made)

"""Planning: a message is there once, however often and with however many others it is planned."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from orchestrator.domain.keys import message_key
from orchestrator.messaging.models import Message
from orchestrator.messaging.plan import Intent, plan
from tests.messaging.conftest import Outbox

pytestmark = pytest.mark.django_db


def intents(outbox: Outbox, many: int) -> list[Intent]:
    """So many of one person and template."""
    outbox.plan("anna")
    like = Message.objects.get()
    return [
        Intent(
            key=message_key(number, "hello", 1, "email"), customer_id=like.customer_id, brand_id=like.brand_id,
            enrollment_id=number, journey="hello", version=1, step="hello", visit=1,
            template_version_id=like.template_version_id, channel="email", purpose="marketing", topic="",
            priority=50, journey_at=outbox.now, expires_at=outbox.now + timedelta(days=3),
        )
        for number in range(1_000, 1_000 + many)
    ]  # fmt: skip


@pytest.mark.parametrize("many", [5, 150])
def test_of_many_planned_again_only_the_new_are_put_in(outbox: Outbox, many: int) -> None:
    asked = intents(outbox, many)
    assert plan(asked[: many - 2], outbox.now) == many - 2
    first = list(Message.objects.order_by("id").values_list("id", "key"))
    late = outbox.now + timedelta(hours=1)
    assert plan([replace(one, topic="club") for one in asked], late) == 2
    assert list(Message.objects.order_by("id").values_list("id", "key"))[: len(first)] == first
    assert list(Message.objects.filter(topic="club").order_by("key").values_list("key", "created_at")) == [
        (key, late) for key in sorted(one.key for one in asked[-2:])
    ]


def test_how_a_message_begins(outbox: Outbox) -> None:
    (asked,) = intents(outbox, 1)
    system = replace(
        asked, purpose="system", due_at=outbox.now - timedelta(days=1), address="https://x.example"
    )
    assert plan([system], outbox.now) == 1
    message = Message.objects.get(key=asked.key)
    assert (message.state, message.reason, message.fence, message.attempts) == ("planned", "", 0, 0)
    assert (message.obeys_caps, message.counts_toward_caps, message.address) == (
        False,
        False,
        "https://x.example",
    )
    assert (message.created_at, message.due_at) == (outbox.now, outbox.now - timedelta(days=1))

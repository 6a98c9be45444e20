"""The outbox alone: messages planned by a journey, and every step of their delivery by hand."""

from __future__ import annotations

from datetime import datetime

import pytest

from orchestrator.journeys.work import never, walk_by
from orchestrator.messaging.claim import claim
from orchestrator.messaging.deliver import _render
from orchestrator.messaging.gate import Ready, gate
from orchestrator.messaging.look import look
from orchestrator.messaging.models import Message
from orchestrator.workspace.models import Brand
from tests.scenarios import conftest as scenarios
from tests.scenarios.world import World

JOURNEY = """
journey: hello
purpose: {purpose}
expires: 3 days
entry: {{event: hello.wanted}}
steps:
  - send: hello
    id: hello
"""

world = scenarios.world  # the fixture


class Outbox:
    """A world whose messages are delivered hand by hand."""

    def __init__(self, around: World) -> None:
        self.world = around

    @property
    def now(self) -> datetime:
        """The world's clock."""
        return self.world.now

    def plan(self, *names: str, purpose: str = "marketing") -> list[int]:
        """One planned message for each of these people; answers the messages' ids."""
        self.world.publish(JOURNEY.format(purpose=purpose), hello="")
        for name in names:
            self.world.event(
                self.world.person(name, addresses={"email": f"{name}@example.com"}), "hello.wanted"
            )
        walk_by(lambda: self.now, never)
        return list(Message.objects.order_by("id").values_list("id", flat=True))

    def prepare(self, limit: int = 100) -> list[Ready]:
        """Claim and render."""
        hopeful, loaded = look(claim(self.now, limit), self.now)
        return _render(hopeful, loaded, self.now)

    def hand_off(self, limit: int = 100) -> list[Ready]:
        """Claim, render, and pass the gate: what is now with the provider."""
        return gate(self.prepare(limit), self.now)

    def states(self) -> list[tuple[str, str]]:
        """(state, reason) of every message, oldest first."""
        return list(Message.objects.order_by("id").values_list("state", "reason"))


@pytest.fixture
def outbox(world: World) -> Outbox:
    """An outbox with nothing in it. Tests with real commits empty every table, so the brand is made anew."""
    Brand.objects.get_or_create(key="default", defaults={"name": "My shop"})
    return Outbox(world)

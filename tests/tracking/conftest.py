"""Somebody got one message and waits for the next: the links in the first one work."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.test import Client

from orchestrator.messaging import links
from orchestrator.messaging.models import Message
from orchestrator.workspace.models import Topic
from tests.scenarios import conftest as scenarios
from tests.scenarios.world import World

# The second message is held for the minimum gap: decided, and not handed off.
JOURNEY = """
journey: onboarding
topic: club
entry: {event: customer.signed_up}
steps:
  - send: welcome
    id: hello
  - wait: 1 hour
    id: pause
  - send: tips
    id: tips
"""
HELD = ("tips", "planned", "minimum_gap")


world = scenarios.world  # the fixture


class Post:
    """A world with a mailbox's owner in it, who reads and clicks at the world's time."""

    def __init__(self, around: World) -> None:
        self.world = around
        self.client = Client(enforce_csrf_checks=True)

    def link(self, purpose: str, customer: int) -> str:
        """The path of the link in the first message to this customer."""
        key = Message.objects.filter(customer=customer).order_by("id").values_list("key", flat=True)[0]
        return f"/{purpose}/{links.token(purpose, key)}"

    def begin(self, *customers: int, **ahead: float) -> None:
        """These people sign up; the first message is sent, the second one held."""
        for customer in customers:
            self.world.event(customer, "customer.signed_up")
        self.world.run(**(ahead or {"hours": 2}))

    def one_click(self, path: str) -> Any:
        """What a mail program posts."""
        return self.at_now("post", path, {"List-Unsubscribe": "One-Click"})

    def at_now(self, method: str, path: str, data: Any = None, **more: Any) -> Any:
        """A request at the world's time."""
        with time_machine.travel(self.world.now, tick=False):
            return getattr(self.client, method)(path, data, **more)

    def save(self, path: str, **fields: Any) -> Any:
        """Open the page, then post its form with its token."""
        self.at_now("get", path)
        token = self.client.cookies["csrftoken"].value
        return self.at_now("post", path, {"csrfmiddlewaretoken": token, **fields})


@pytest.fixture
def post(world: World) -> Post:
    """A journey is live, and has a topic."""
    Topic.objects.create(key="club", title={"en": "Club", "pl": "Klub"})
    world.publish(JOURNEY, welcome="", tips="")
    return Post(world)

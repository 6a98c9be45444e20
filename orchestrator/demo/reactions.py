"""What messages do to the sample shop's people: some of those who got one look around, and a few buy.

Without this the demo's holdouts would show that messages change nothing. Who reacts is settled by the message's
key, so the same demo has the same reactions every time.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from orchestrator.demo.buying import Habit, buy
from orchestrator.demo.tale import Act
from orchestrator.messaging.models import MailboxMessage, Message

LOOK, BUY = 0.22, 0.07


class Reactions:
    """Reads the mailboxes as the customers do."""

    def __init__(self, seed: int) -> None:
        self._seed, self._read = seed, 0

    def to_new_messages(self, now: datetime) -> Iterator[Act]:
        """What those who got messages since the last look will do in the next hours."""
        new = list(
            MailboxMessage.objects.filter(id__gt=self._read).order_by("id").values_list("id", "key")[:5000]
        )
        if not new:
            return
        self._read = new[-1][0]
        messages = Message.objects.filter(key__in=[key for _, key in new]).order_by("id")
        for key, who in messages.values_list("key", "customer__external_id"):
            yield from self._react(key, str(who), now)

    def _react(self, key: str, who: str, now: datetime) -> Iterator[Act]:
        chance = random.Random(f"{self._seed}:{key}")
        drawn = chance.random()
        later = now + timedelta(minutes=chance.randint(5, 40 * 60))
        if drawn < LOOK:
            came = {"utm_source": "newsletter", "utm_medium": "email"}
            yield Act(later, who, "page.viewed", f"look-{key}"[:100], properties=came)
        if drawn < BUY:
            bought = later + timedelta(minutes=chance.randint(4, 30))
            yield from buy(who, f"m-{key[:12]}", bought, Habit(chance.uniform(30, 180), 0), chance)

"""What the two services behind push have in common: a refusal before the first byte, Retry-After, the time left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestrator.sdk import Deferred, Message, Result, TransportError, Unknown

AT_ONCE = 20  # calls of one batch on the way together; the transport's connections are shared by all
LONGEST = timedelta(days=28)  # neither FCM nor a push service keeps a message longer
DEFAULT = timedelta(days=1)  # for a message that never expires


@dataclass(frozen=True, slots=True)
class NotSent(Deferred):
    """Deferred, since not a byte about this message has left: a whole batch of these is ProviderUnavailable."""


async def each(messages: Sequence[Message], send_one: Callable[[Message], Awaitable[Result]]) -> list[Result]:
    """Send each message by itself, a few at a time; the results in order. What breaks is told by its kind."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(message: Message) -> Result:
        async with turn:
            try:
                return await send_one(message)
            except TransportError as error:
                return Unknown("no clear answer") if error.sent else NotSent(detail="no connection")

    return list(await asyncio.gather(*(one(message) for message in messages)))


def seconds_left(message: Message, now: datetime) -> int:
    """For how long the message is still good; 0 = now or never."""
    left = DEFAULT if message.expires_at is None else message.expires_at - now
    return max(0, int(min(left, LONGEST).total_seconds()))

"""The provider `push`: browsers by Web Push, apps by FCM, told apart by how the device is spelled."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from orchestrator.sdk import (
    Message,
    Provider,
    ProviderUnavailable,
    Rejected,
    RejectReason,
    Result,
    Transport,
    is_web_device,
)
from orchestrator_push.answers import NotSent


class Sender(Protocol):
    """One of the two ways to a device."""

    async def send(self, messages: Sequence[Message], transport: Transport) -> Sequence[Result]:
        """One result for each message, in order."""


class PushProvider(Provider):
    """Hands each message of a batch to the service of its device.

    Class N: neither FCM nor a push service drops a key it has seen, nor can it be asked. A second copy takes the
    first one's place, at the push service and on the screen, but a device that has shown the first may ring twice.
    """

    name = "push"
    channel = "push"
    max_batch = 50

    def __init__(self, web: Sender | None = None, fcm: Sender | None = None) -> None:
        self.web = web or _Off("Web Push is off: PUSH_VAPID_PRIVATE_KEY is empty")
        self.fcm = fcm or _Off("FCM is off: PUSH_FCM_CREDENTIALS is empty")

    async def send(self, messages: Sequence[Message], transport: Transport) -> Sequence[Result]:
        """One result for each; raises ProviderUnavailable where not a byte of any message has left."""
        web = [message for message in messages if is_web_device(message.recipient)]
        fcm = [message for message in messages if not is_web_device(message.recipient)]
        answers = await asyncio.gather(self.web.send(web, transport), self.fcm.send(fcm, transport))
        by_web, by_fcm = (iter(results) for results in answers)
        results = [next(by_web if is_web_device(message.recipient) else by_fcm) for message in messages]
        not_sent = [result for result in results if isinstance(result, NotSent)]
        if not_sent and len(not_sent) == len(results):
            waits = [result.retry_after for result in not_sent if result.retry_after]
            raise ProviderUnavailable(not_sent[0].detail, max(waits, default=None))
        return results


class _Off:
    """A way whose settings are not there."""

    def __init__(self, why: str) -> None:
        self.why = why

    async def send(self, messages: Sequence[Message], transport: Transport) -> Sequence[Result]:
        return [Rejected(RejectReason.NOT_ALLOWED, self.why) for _ in messages]

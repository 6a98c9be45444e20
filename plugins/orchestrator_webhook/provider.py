"""The provider `webhook`: one signed POST of JSON for each message."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestrator.sdk import (
    Accepted,
    Deferred,
    Message,
    Provider,
    ProviderUnavailable,
    Receipt,
    Rejected,
    RejectReason,
    Request,
    Response,
    Result,
    Transport,
    TransportError,
    TransportRefused,
    Unknown,
    WebhookContent,
    retry_after,
)
from orchestrator_webhook import receipts
from orchestrator_webhook.signature import Secrets

TIMEOUT = 15.0  # seconds for one call
REASONS = {410: RejectReason.INVALID_ADDRESS, 413: RejectReason.TOO_LARGE}


@dataclass(frozen=True, slots=True)
class NotSent(Deferred):
    """Deferred, since not a byte has left: a whole batch of these is ProviderUnavailable."""


class WebhookProvider(Provider):
    """Calls systems of one's own. Standard Webhooks has receivers drop a `webhook-id` they have seen: class I.

    The same message is the same id and body at every attempt; only the timestamp and the signature over it are the
    attempt's. Marketers write the addresses, so every request is guarded.
    """

    name = "webhook"
    channel = "webhook"
    max_batch = 20
    idempotent = timedelta(hours=24)

    def __init__(self, secrets: Secrets, clock: Callable[[], datetime]) -> None:
        self.secrets = secrets
        self.clock = clock

    async def send(self, messages: Sequence[Message], transport: Transport) -> Sequence[Result]:
        """One result for each; raises ProviderUnavailable where not a byte of any has left."""
        results = await asyncio.gather(*(self._call(message, transport) for message in messages))
        if results and all(isinstance(result, NotSent) for result in results):
            raise ProviderUnavailable("no connection to the receiver")
        return results

    def parse_receipts(self, request: Request) -> Sequence[Receipt]:
        """Reports of receivers, signed with the same secrets."""
        return receipts.read(self.secrets.verify(request.headers, request.body, self.clock()), request.body)

    async def _call(self, message: Message, transport: Transport) -> Result:
        request = self._request(message)
        if isinstance(request, Rejected):
            return request
        try:
            return read(await transport.request(request, timeout=TIMEOUT), self.clock())
        except TransportRefused:  # its words name the host
            return Rejected(RejectReason.NOT_ALLOWED, "the address is no public https address")
        except TransportError as error:
            return Unknown("no clear answer") if error.sent else NotSent(detail="no connection")

    def _request(self, message: Message) -> Request | Rejected:
        if not isinstance(message.content, WebhookContent):
            return Rejected(RejectReason.OTHER, "the content is not that of a webhook")
        try:
            body = message.content.body.encode()
        except UnicodeEncodeError:
            return Rejected(RejectReason.OTHER, "the content holds half a character")
        headers = {"content-type": "application/json"} | self.secrets.sign(message.key, self.clock(), body)
        return Request("POST", message.recipient, headers, body, guarded=True)


def read(response: Response, now: datetime) -> Result:
    """What a receiver's status means; its body means nothing. 410 is its wish never to be called again."""
    status = response.status
    detail = f"the receiver answered {status}"
    if 200 <= status <= 299:
        return Accepted()
    if status == 429 or (status == 503 and "retry-after" in response.headers):
        return Deferred(retry_after(response, now), detail)
    if 300 <= status <= 499:
        return Rejected(REASONS.get(status, RejectReason.OTHER), detail)
    return Unknown(detail)

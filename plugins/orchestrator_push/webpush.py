"""Web Push: one POST for each message to the push service that the browser has chosen (RFC 8030)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from orchestrator.sdk import (
    Accepted,
    Deferred,
    Message,
    PushContent,
    Rejected,
    RejectReason,
    Request,
    Response,
    Result,
    Transport,
    TransportRefused,
    Unknown,
    WebDevice,
    retry_after,
)
from orchestrator_push.answers import each, seconds_left
from orchestrator_push.encryption import LARGEST, encrypt
from orchestrator_push.vapid import Vapid

REASONS = {
    401: RejectReason.NOT_ALLOWED,
    403: RejectReason.NOT_ALLOWED,  # the browser subscribed with another key than ours
    404: RejectReason.INVALID_ADDRESS,
    410: RejectReason.INVALID_ADDRESS,  # the subscription is over
    413: RejectReason.TOO_LARGE,
}


class WebPush:
    """Sends to browsers. An endpoint is the browser's word, so every request is guarded."""

    def __init__(self, vapid: Vapid, clock: Callable[[], datetime]) -> None:
        self.vapid = vapid
        self.clock = clock

    async def send(self, messages: Sequence[Message], transport: Transport) -> list[Result]:
        """One result for each message, in order."""

        async def one(message: Message) -> Result:
            request = self._request(message)
            if isinstance(request, Rejected):
                return request
            try:
                return read(await transport.request(request), self.clock())
            except TransportRefused:  # its words name the endpoint's host
                return Rejected(RejectReason.NOT_ALLOWED, "the endpoint is no public https address")

        return await each(messages, one)

    def _request(self, message: Message) -> Request | Rejected:
        """The request, or why there can be none; details never repeat the endpoint."""
        try:
            device = WebDevice.read(message.recipient)
        except ValueError as error:
            return Rejected(RejectReason.INVALID_ADDRESS, str(error))
        plain = write(message)
        if isinstance(plain, Rejected):
            return plain
        try:
            body = encrypt(plain, device, self.vapid.secret, message.key)
        except ValueError:
            return Rejected(RejectReason.INVALID_ADDRESS, "the subscription's key is no point of P-256")
        return Request("POST", device.endpoint, self._headers(message, device.endpoint), body, guarded=True)

    def _headers(self, message: Message, endpoint: str) -> dict[str, str]:
        now = self.clock()
        return {
            "content-type": "application/octet-stream",
            "content-encoding": "aes128gcm",
            "ttl": str(seconds_left(message, now)),
            "urgency": "high" if message.purpose == "transactional" else "normal",
            # A second copy takes the place of a first that the push service still holds.
            "topic": message.key[:32],
            "authorization": self.vapid.authorization(endpoint, now),
        }


def write(message: Message) -> bytes | Rejected:
    """What the browser decrypts: the JSON of Declarative Web Push, which a service worker can read too.

    The tag lets a second copy take the first one's place on the screen.
    """
    content = message.content
    if not isinstance(content, PushContent):
        return Rejected(RejectReason.OTHER, "the content is not that of a push notification")
    shown = {
        "title": content.title,
        "body": content.body,
        "navigate": content.url,
        "image": content.image,
        "lang": message.language,
        "tag": message.key,
    }
    notification = {name: value for name, value in shown.items() if value}
    try:
        plain = json.dumps({"web_push": 8030, "notification": notification}, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return Rejected(RejectReason.OTHER, "the content holds half a character")
    if len(plain) > LARGEST:
        return Rejected(RejectReason.TOO_LARGE, f"{len(plain)} bytes; a push service takes {LARGEST}")
    return plain


def read(response: Response, now: datetime) -> Result:
    """What the push service's status means. 503 says that it takes nothing now; another 5xx says nothing certain."""
    status = response.status
    detail = f"the push service answered {status}"
    if status in {201, 202}:
        return Accepted()
    if status in {408, 425, 429, 503}:
        return Deferred(retry_after(response, now) or timedelta(minutes=1), detail)
    if 300 <= status <= 499:
        return Rejected(REASONS.get(status, RejectReason.OTHER), detail)
    return Unknown(detail)

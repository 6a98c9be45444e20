"""Firebase Cloud Messaging, HTTP v1: one POST for each message to an app's device."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from orchestrator.sdk import Message, PushContent, Rejected, RejectReason, Request, Result, Transport
from orchestrator_push.answers import each, seconds_left
from orchestrator_push.fcm_answers import TOKEN_REFUSED, read
from orchestrator_push.google import ServiceAccount, Tokens

URL = "https://fcm.googleapis.com"
LARGEST = 4096  # bytes of notification and data together


class Fcm:
    """Sends to apps. `url` is Google's but in tests."""

    def __init__(self, account: ServiceAccount, clock: Callable[[], datetime], url: str = URL) -> None:
        self.address = f"{url}/v1/projects/{quote(account.project, safe='')}/messages:send"
        self.clock = clock
        self.tokens = Tokens(account, clock)

    async def send(self, messages: Sequence[Message], transport: Transport) -> list[Result]:
        """One result for each message, in order; without an access token nothing leaves."""
        written = [self._write(message) for message in messages]
        if all(isinstance(body, Rejected) for body in written):
            return [body for body in written if isinstance(body, Rejected)]
        token = await self.tokens.get(transport)
        if not isinstance(token, str):
            return [body if isinstance(body, Rejected) else token for body in written]
        bodies = dict(zip((message.key for message in messages), written, strict=True))

        async def one(message: Message) -> Result:
            body = bodies[message.key]
            if isinstance(body, Rejected):
                return body
            result = read(await transport.request(self._request(body, token)), self.clock())
            if result == TOKEN_REFUSED:
                self.tokens.forget(token)
            return result

        return await each(messages, one)

    def _request(self, body: bytes, token: str) -> Request:
        headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
        return Request("POST", self.address, headers, body)

    def _write(self, message: Message) -> bytes | Rejected:
        content = message.content
        if not isinstance(content, PushContent):
            return Rejected(RejectReason.OTHER, "the content is not that of a push notification")
        try:
            size = sum(len(_json(part)) for part in (_notification(content), _data(message, content)))
            if size > LARGEST:
                return Rejected(RejectReason.TOO_LARGE, f"{size} bytes; FCM takes {LARGEST}")
            return _json({"message": _fields(message, content, self.clock())})
        except UnicodeEncodeError:
            return Rejected(RejectReason.OTHER, "the content holds half a character")


def _fields(message: Message, content: PushContent, now: datetime) -> dict[str, Any]:
    """The message as FCM names it; the tags let a second copy take the first one's place on the screen."""
    left, urgent = seconds_left(message, now), message.purpose == "transactional"
    return {
        "token": message.recipient,
        "notification": _notification(content),
        "data": _data(message, content),
        "android": {
            "ttl": f"{left}s",
            "priority": "HIGH" if urgent else "NORMAL",
            "notification": {"tag": message.key},
        },
        "apns": {
            "headers": {
                "apns-expiration": str(int(now.timestamp()) + left),
                "apns-priority": "10" if urgent else "5",
                "apns-collapse-id": message.key,
            }
        },
        "webpush": {"headers": {"TTL": str(left), "Urgency": "high" if urgent else "normal"}}
        | ({"fcm_options": {"link": content.url}} if content.url.startswith("https://") else {}),
    }


def _notification(content: PushContent) -> dict[str, str]:
    shown = {"title": content.title, "body": content.body, "image": content.image}
    return {name: value for name, value in shown.items() if value}


def _data(message: Message, content: PushContent) -> dict[str, str]:
    """What the app reads when the notification is touched."""
    return {"key": message.key} | ({"url": content.url} if content.url else {})


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

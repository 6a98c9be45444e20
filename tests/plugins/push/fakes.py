"""The other sides of push: a browser with true keys, its push service, FCM's HTTP v1 and Google's tokens."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from orchestrator.sdk import Message, Request, Response, Transport, WebDevice
from orchestrator.sdk.testing import FakeTransport, Gateway, Verdict, make_message
from orchestrator.sdk.testing.factories import COMPOSED_AT

NOW = COMPOSED_AT + timedelta(minutes=1)
PRIVATE_KEY = "s4cRtT1bGkqPDjyTPwMH4RkCsgJM5nIoV7yNLQy1Zrs"
SUBJECT = "mailto:shop@example.com"
TOKEN_URI = "https://oauth2.example.com/token"


def clock() -> datetime:
    """A clock that stands: one minute after the messages of the kit were composed."""
    return NOW.astimezone(UTC)


class Browser:
    """Browser `number`: its keys are the same in every run."""

    def __init__(self, number: int, host: str = "https://push.example.com") -> None:
        drawn = hashlib.sha512(f"browser {number}".encode()).digest()
        self.key = ec.derive_private_key(int.from_bytes(drawn[:31]), ec.SECP256R1())
        self.auth = drawn[48:]
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.device = WebDevice(f"{host}/canary-device-{number}", point, self.auth)

    def open(self, body: bytes) -> dict[str, Any]:
        """Decrypt with an implementation that is not ours; answers the notification."""
        plain = http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        notification: dict[str, Any] = json.loads(plain)["notification"]
        return notification


@lru_cache(maxsize=256)
def browser(number: int) -> Browser:
    return Browser(number)


def web_message(number: int = 1, **overrides: Any) -> Message:
    """Message `number` of the kit, to browser `number`."""
    return make_message("push", number, **({"recipient": browser(number).device.address} | overrides))


def push_service(request: Request, gateway: Gateway) -> Response:
    """What a push service answers (RFC 8030), after its browser has read the message."""
    number = int(request.url.rpartition("-")[2])
    shown = browser(number).open(request.body)
    verdict = gateway.take(browser(number).device.address, text=shown["body"])
    answers = {
        Verdict.ACCEPT: Response(201, {"location": "https://push.example.com/m/1"}),
        Verdict.REJECT: Response(410, {}, b'{"code":410,"errno":106}'),
        Verdict.DEFER: Response(429, {"retry-after": "60"}),
    }
    return answers[verdict]


def fcm(request: Request, gateway: Gateway) -> Response:
    """What FCM's HTTP v1 answers."""
    message = json.loads(request.body)["message"]
    verdict = gateway.take(message["token"], text=message["notification"]["body"])
    if verdict is Verdict.REJECT:
        return fcm_error(404, "NOT_FOUND", "UNREGISTERED")
    if verdict is Verdict.DEFER:
        return fcm_error(503, "UNAVAILABLE", "UNAVAILABLE", {"retry-after": "10"})
    return Response(200, {}, b'{"name": "projects/the-shop/messages/0:1500415314455276%31bd1c9631bd1c96"}')


def fcm_error(
    status: int, google: str, code: str = "", headers: dict[str, str] | None = None, **details: Any
) -> Response:
    """An error as FCM writes it; its words repeat the token, as the true ones may."""
    kind = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
    listed = [{"@type": kind, "errorCode": code}] if code else []
    error = {
        "code": status,
        "message": "Requested entity canary- was not found.",
        "status": google,
        "details": [*listed, *([details] if details else [])],
    }
    return Response(status, headers or {}, json.dumps({"error": error}).encode())


@lru_cache(maxsize=1)
def google_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def service_account(**fields: str) -> str:
    """The JSON of a service account, with a key of this run's own."""
    pem = google_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    account = {
        "type": "service_account",
        "project_id": "the-shop",
        "private_key_id": "k1",
        "private_key": pem,
        "client_email": "push@the-shop.example.com",
        "token_uri": TOKEN_URI,
    }
    return json.dumps(account | fields)


class Google(Transport):
    """Answers requests for access tokens, and lets all others through to `inner`."""

    def __init__(self, inner: FakeTransport) -> None:
        self.inner = inner
        self.asked: list[dict[str, str]] = []
        self.instead: Response | Exception | None = None

    async def request(self, request: Request, *, timeout: float = 10.0) -> Response:
        if request.url != TOKEN_URI:
            return await self.inner.request(request, timeout=timeout)
        self.asked.append({name: values[0] for name, values in parse_qs(request.body.decode()).items()})
        if isinstance(self.instead, Exception):
            raise self.instead
        token = {"access_token": f"token-{len(self.asked)}", "expires_in": 3599, "token_type": "Bearer"}
        return self.instead or Response(200, {}, json.dumps(token).encode())

"""VAPID (RFC 8292): every call to a push service says who we are, signed with a key of our own."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid.jwt import sign

from orchestrator.sdk import PluginError

GOOD_FOR = timedelta(hours=12)  # RFC 8292 allows 24
RENEWED_AT = timedelta(hours=1)  # before the end
ORIGINS = (
    200  # whose tokens are kept; the endpoints are the browsers' choice, so their number is bounded here
)
MEND = "Make a pair with: python -m orchestrator_push.keys"


class Vapid:
    """Our key pair. `subject`: where a push service reaches us, `mailto:…` or `https://…`.

    `public_key` is what a site gives to `pushManager.subscribe` as applicationServerKey.
    """

    def __init__(self, private_key: str, subject: str) -> None:
        if not subject.startswith(("mailto:", "https://")):
            raise PluginError("orchestrator_push", "PUSH_VAPID_SUBJECT begins with mailto: or https://.", "")
        self.subject = subject
        self.secret = _read(private_key)
        try:
            self._key = ec.derive_private_key(int.from_bytes(self.secret), ec.SECP256R1())
        except ValueError:
            raise _wrong() from None
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public_key = encode(point)
        self._tokens: dict[str, tuple[str, datetime]] = {}

    def authorization(self, endpoint: str, now: datetime) -> str:
        """The Authorization header for an endpoint; one signature serves its push service for hours."""
        parts = urlsplit(endpoint)
        origin = f"{parts.scheme}://{parts.netloc}"
        token, ends = self._tokens.get(origin, ("", now))
        if ends - now <= RENEWED_AT:
            token, ends = self._sign(origin, now + GOOD_FOR), now + GOOD_FOR
            if len(self._tokens) >= ORIGINS:
                self._tokens.clear()
            self._tokens[origin] = token, ends
        return f"vapid t={token}, k={self.public_key}"

    def _sign(self, origin: str, ends: datetime) -> str:
        claims = {"aud": origin, "exp": int(ends.timestamp()), "sub": self.subject}
        token: str = sign(claims, self._key)
        return token


def encode(value: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _read(private_key: str) -> bytes:
    try:
        secret = base64.b64decode(private_key + "=" * (-len(private_key) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _wrong() from None
    if len(secret) != 32:
        raise _wrong()
    return secret


def _wrong() -> PluginError:
    what = "PUSH_VAPID_PRIVATE_KEY is no private key of P-256 (32 bytes, as base64url)."
    return PluginError("orchestrator_push", what, MEND)

"""The public links that a message carries. A token names a message and a purpose, and is signed for that purpose."""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import lru_cache

from django.conf import settings

_SIGNATURE = 12  # bytes: 96 bits, far beyond guessing over the network


def token(purpose: str, key: str) -> str:
    """A short, URL-safe token for the message with this key (32 hex digits)."""
    body = bytes.fromhex(key)
    return base64.urlsafe_b64encode(body + _sign(purpose, body)).rstrip(b"=").decode()


def read(purpose: str, written: str) -> str | None:
    """The message key in a token; None if it is cut, changed or of another purpose."""
    try:
        raw = base64.b64decode(
            written.encode("ascii") + b"=" * (-len(written) % 4), altchars=b"-_", validate=True
        )
    except ValueError:
        return None
    body, signature = raw[:16], raw[16:]
    if len(raw) != 16 + _SIGNATURE or not hmac.compare_digest(signature, _sign(purpose, body)):
        return None
    return body.hex()


def url(purpose: str, key: str) -> str:
    """`https://…/u/<token>` for purpose "u" (unsubscribe) or "p" (preferences)."""
    return f"{settings.PUBLIC_URL}/{purpose}/{token(purpose, key)}"


def _sign(purpose: str, body: bytes) -> bytes:
    return hmac.digest(_secret(settings.SECRET_KEY), purpose.encode() + b"\0" + body, "sha256")[:_SIGNATURE]


@lru_cache(maxsize=8)
def _secret(key: str) -> bytes:
    return hashlib.sha256(f"orchestrator.links:{key}".encode()).digest()

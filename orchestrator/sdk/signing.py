"""Looking at signatures, in constant time: what most shops sign with, HMAC-SHA256, and secrets sent as they are."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

from orchestrator.sdk.errors import SignatureInvalid

TOLERANCE = timedelta(minutes=5)  # between their clock and ours, either way


def check_hmac(given: str, secrets: Sequence[str], message: bytes) -> None:
    """`given` is the base64 of an HMAC-SHA256 over the message by one of these secrets; else SignatureInvalid."""
    right = [base64.b64encode(_sign(secret.encode(), message)).decode() for secret in secrets if secret]
    if not any(_same(given, one) for one in right):
        raise SignatureInvalid("the signature is missing or wrong")


def check_secret(given: str, secrets: Sequence[str]) -> None:
    """`given` is one of these secrets; else SignatureInvalid."""
    if not any(_same(given, one) for one in secrets):
        raise SignatureInvalid("the secret is missing or wrong")


def check_standard(headers: dict[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> None:
    """Standard Webhooks 1.0, with secrets `whsec_…`."""
    id_, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    signed = b".".join((id_.encode("utf-8", "replace"), stamp.encode("utf-8", "replace"), body))
    right = [base64.b64encode(_sign(_key(one), signed)).decode() for one in secrets if one]
    given = [one.removeprefix("v1,") for one in headers.get("webhook-signature", "").split(" ")]
    if not any(_same(one, other) for one in given for other in right):
        raise SignatureInvalid("webhook-signature is missing or wrong")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12) or not id_:
        raise SignatureInvalid("webhook-id or webhook-timestamp is missing or none")
    check_fresh(float(stamp), now)


def check_fresh(stamp: float, now: datetime) -> None:
    """A moment (seconds since 1970) that the signature covers is not more than five minutes from now."""
    if abs(stamp - now.timestamp()) > TOLERANCE.total_seconds():
        raise SignatureInvalid("the signature is more than five minutes from now")


def _key(secret: str) -> bytes:
    plain = secret.removeprefix("whsec_")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except ValueError:
        return secret.encode()


def _sign(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def _same(one: str, other: str) -> bool:
    return bool(other) and hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())

"""Standard Webhooks 1.0: `v1` signatures, HMAC-SHA256 over id, timestamp and body, with secrets `whsec_…`."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from orchestrator.sdk import PluginError, SignatureInvalid

PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)  # between the sender's clock and ours, either way
MEND = "Write it as whsec_ and 24 to 64 random bytes in base64; while one is replaced, both with a space between."


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets shared with receivers, the newest first: all sign, and each of them verifies."""

    keys: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def read(cls, setting: str) -> Secrets:
        """Read WEBHOOK_SECRETS; raises PluginError, which never repeats a secret."""
        return cls(tuple(_key(number, one) for number, one in enumerate(setting.split(), 1)))

    def sign(self, id_: str, at: datetime, body: bytes) -> dict[str, str]:
        """The three headers of a call that leaves at `at`."""
        stamp = str(int(at.timestamp()))
        signed = (_signature(key, id_, stamp, body) for key in self.keys)
        return {"webhook-id": id_, "webhook-timestamp": stamp, "webhook-signature": " ".join(signed)}

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
        """The id of a call that came in; raises SignatureInvalid if it is not signed, or not fresh."""
        id_, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        given = headers.get("webhook-signature", "").split(" ")
        if not id_ or not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
            raise SignatureInvalid("webhook-id or webhook-timestamp is missing or none")
        right = [_signature(key, id_, stamp, body) for key in self.keys]
        if not any(_same(one, other) for one in given for other in right):
            raise SignatureInvalid("webhook-signature is missing or wrong")
        if abs(int(stamp) - now.timestamp()) > TOLERANCE.total_seconds():
            raise SignatureInvalid("webhook-timestamp is more than five minutes from now")
        return id_


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())


def _signature(key: bytes, id_: str, stamp: str, body: bytes) -> str:
    signed = b".".join((id_.encode("utf-8", "replace"), stamp.encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _key(number: int, written: str) -> bytes:
    plain = written.removeprefix(PREFIX)
    try:
        key = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not written.startswith(PREFIX) or not 24 <= len(key) <= 64:
        raise PluginError("orchestrator_webhook", f"WEBHOOK_SECRETS: number {number} is no secret.", MEND)
    return key

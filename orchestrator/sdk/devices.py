"""Devices as the push channel addresses them: a browser's subscription is JSON, an app's token anything else."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

POINT = 65  # bytes of an uncompressed point of P-256; the first is 4
SECRET = 16  # bytes of the authentication secret (RFC 8291, 3.2)


@dataclass(frozen=True, slots=True)
class WebDevice:
    """A browser's push subscription: where its push service is, and the two keys that only the browser can open.

    `address` is its one spelling; `read` takes it in any, as `PushSubscription.toJSON()` gives it.
    """

    endpoint: str
    p256dh: bytes
    auth: bytes

    @property
    def address(self) -> str:
        """The subscription as JSON without spaces, its names in order."""
        keys = {"auth": _encode(self.auth), "p256dh": _encode(self.p256dh)}
        return json.dumps({"endpoint": self.endpoint, "keys": keys}, separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> WebDevice:
        """Read a subscription; raises ValueError with words. Whether its endpoint may be called is another question."""
        try:
            given = json.loads(text)
        except (ValueError, RecursionError):
            raise ValueError("the push subscription is no JSON; give what toJSON() of it answers") from None
        endpoint = given.get("endpoint") if isinstance(given, dict) else None
        keys = given.get("keys") if isinstance(given, dict) else None
        if not isinstance(endpoint, str) or not endpoint:
            raise ValueError("the push subscription has no endpoint; give what toJSON() of it answers")
        if not isinstance(keys, dict):
            raise ValueError("the push subscription has no keys; give what toJSON() of it answers")
        p256dh, auth = _key(keys, "p256dh", POINT), _key(keys, "auth", SECRET)
        if p256dh[0] != 4:
            raise ValueError("the push subscription's p256dh is no uncompressed point of P-256")
        return cls(endpoint, p256dh, auth)


def is_web_device(address: str) -> bool:
    """Whether an address of the push channel is a browser's subscription; no token of an app begins so."""
    return address.startswith("{")


def _key(keys: dict[str, Any], name: str, size: int) -> bytes:
    written = keys.get(name)
    if not isinstance(written, str):
        raise ValueError(f"the push subscription has no {name}; give what toJSON() of it answers")
    try:
        # Padding is optional and browsers leave it out; some libraries write the other alphabet of base64.
        plain = written.rstrip("=").replace("+", "-").replace("/", "_")
        value = base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"the push subscription's {name} is no base64url") from None
    if len(value) != size:
        raise ValueError(f"the push subscription's {name} has {len(value)} bytes; {size} are right")
    return value


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

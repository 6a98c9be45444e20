"""Names that never change: idempotency keys, hashes of addresses, keys of orders without ids.

Each is a hash over a JSON array, so no two different inputs are spelled alike. Stored and sent to providers:
changing one of these functions would send again what was sent, so the tests pin literal values.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import date, datetime
from decimal import Decimal
from json.encoder import encode_basestring_ascii

SECRET_BYTES = 16


def message_key(enrollment_id: int | str, step_id: str, visit: int, channel: str) -> str:
    """Answer a message's idempotency key, 32 hex digits (128 bits of SHA-256).

    The same enrollment, step, visit and channel are the same message, whoever plans it and however often
    it is tried; no attempt, task or row id goes in (RELIABILITY §1).
    """
    return _digest("message", str(enrollment_id), step_id, visit, channel)


def test_key(
    journey: str, version: int, step_id: str, customer: int, channel: str, asked_at: datetime
) -> str:
    """Answer the key of a test message, 32 hex digits: one for each person, channel and asking."""
    return _digest("test", journey, version, step_id, customer, channel, asked_at.isoformat())


def address_hash(secret: bytes, channel: str, normalised: str) -> str:
    """Answer the keyed hash of a normalised address, 64 hex digits (HMAC-SHA256).

    It outlives erasure: with the secret an address can be recognised, without it nothing can be guessed back.
    """
    if len(secret) < SECRET_BYTES:
        raise ValueError(f"the address secret needs at least {SECRET_BYTES} bytes, got {len(secret)}")
    return hmac.new(secret, _spelled("address", channel, normalised), hashlib.sha256).hexdigest()


def order_key(customer: str, on: date, count: int, value: Decimal, occurrence: int) -> str:
    """Answer the key of an order in a file without ids, 32 hex digits (DESIGN §7).

    `occurrence` numbers equal lines of one file from 0; `value` is money, and 10.5 is the same as 10.50.
    """
    if not value.is_finite():
        raise ValueError(f"an order's value must be a finite number, got {value}")
    return _digest(
        "order", customer, date(on.year, on.month, on.day).isoformat(), count, _plain(value), occurrence
    )


def _plain(value: Decimal) -> str:
    """Spell a Decimal without exponent, trailing zeros or -0 (`normalize` would round at 28 digits)."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _digest(*parts: str | int) -> str:
    return hashlib.sha256(_spelled(*parts)).hexdigest()[:32]


def _spelled(*parts: str | int) -> bytes:
    """As `json.dumps` writes it without spaces; its own machinery takes three times as long, for each message."""
    spelled = [encode_basestring_ascii(one) if isinstance(one, str) else int.__repr__(one) for one in parts]
    return f"[{','.join(spelled)}]".encode("ascii")

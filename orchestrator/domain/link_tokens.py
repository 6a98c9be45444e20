"""LINK TOKENS: what stands in our public links, signed by a ring of keys. Pure.

    message (16 bytes) [place of a link in it (2)] [number of the key (1)] signature (12), in URL-safe base64

The newest key signs, every key of the ring is read. Key 0 is the one there was before there was a ring: its tokens for
messages name no number, so that what was sent then is read as ever.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MOST = 255  # the number of a key is one byte
PLACES = 1 << 16
LEAST = 32  # characters of a secret
RETIRED = "retired"
_KEY = re.compile(r"([0-9]{1,3}):([A-Za-z0-9_-]+)", re.ASCII)
_MESSAGE, _SIGNATURE = 16, 12  # bytes; 96 bits are far beyond guessing over the network
_LONGEST = 64  # characters, more than any token has
_HOW = f"Write number:secret, the number from 1 to {MOST}, the secret at least {LEAST} of A-Z a-z 0-9 - _"


@dataclass(frozen=True, slots=True)
class Ring:
    """Keys by number. `signs`: whose new tokens are; the others are only read."""

    keys: Mapping[int, bytes]
    signs: int


@dataclass(frozen=True, slots=True)
class Named:
    """What a token names: a message by its key, and for a link in it its place among them."""

    message: str
    place: int | None = None


def parse(written: Sequence[str], first: str) -> Ring:
    """The ring of `number:secret` each, the one that signs at the beginning; `first` is the secret of key 0.

    Key 0 is in every ring until `0:retired` says otherwise, lest the first rotation breaks every link sent before.
    ValueError says what is wrong with which of them, and never repeats a secret.
    """
    keys: dict[int, bytes] = {}
    first_is_retired = False
    for place, one in enumerate(written, 1):
        number, secret = _split(one, place)
        if number in keys or (not number and first_is_retired):
            raise ValueError(f"key {number} is written twice.")
        if number:
            keys[number] = key_of(secret)
        else:
            first_is_retired = True
    if not keys and first_is_retired:
        raise ValueError("key 0 is retired and there is no other. Put a new key before it.")
    signs = next(iter(keys), 0)
    return Ring(keys if first_is_retired else {**keys, 0: key_of(first)}, signs)


def _split(one: str, place: int) -> tuple[int, str]:
    found = _KEY.fullmatch(one)
    if found is None or str(int(found[1])) != found[1] or int(found[1]) > MOST:
        raise ValueError(f"the key in place {place} cannot be read. {_HOW}.")
    number, secret = int(found[1]), found[2]
    if not number and secret != RETIRED:
        raise ValueError(f"key 0 is made of SECRET_KEY; only 0:{RETIRED} can be said of it.")
    if number and len(secret) < LEAST:
        raise ValueError(f"the secret of key {number} is too short. {_HOW}.")
    return number, secret


def rotated(written: Sequence[str], secret: str) -> list[str]:
    """What is written of the ring, with a new key of this secret at its beginning."""
    taken = {int(one.partition(":")[0]) for one in written}
    # A number is taken anew only when all were: none means two keys in one place.
    after = max(taken, default=0) + 1
    number = next((one for one in (after, *range(1, MOST)) if one <= MOST and one not in taken), None)
    if number is None:
        raise ValueError(f"there are {MOST} keys already. Retire one.")
    return [f"{number}:{secret}", *written]


def retired(written: Sequence[str], number: int) -> list[str]:
    """What is written of the ring without this key. ValueError for one that signs, or that is not there."""
    ring = parse(written, "")
    if number not in ring.keys:
        raise ValueError(f"there is no key {number}.")
    if number == ring.signs:
        raise ValueError(f"key {number} signs. Rotate first.")
    return (
        [*written, f"0:{RETIRED}"]
        if not number
        else [one for one in written if one.partition(":")[0] != str(number)]
    )


def key_of(secret: str) -> bytes:
    """The key that a secret stands for."""
    return hashlib.sha256(f"orchestrator.links:{secret}".encode()).digest()


def write(ring: Ring, purpose: str, named: Named, number: int | None = None) -> str:
    """The token, signed by the key with this number where it is still in the ring, else by the one that signs."""
    number = _signing(ring, number)
    body = bytes.fromhex(named.message)
    if named.place is not None:
        body += named.place.to_bytes(2, "big")
    if number or named.place is not None:
        body += bytes((number,))
    return _written(ring.keys[number], purpose.encode() + b"\0", body)


def write_places(ring: Ring, purpose: str, message: str, count: int, number: int | None = None) -> list[str]:
    """The tokens of the first `count` links of a message: as `write`, in less time."""
    number = _signing(ring, number)
    key, start = ring.keys[number], purpose.encode() + b"\0"
    head, tail = bytes.fromhex(message), bytes((number,))
    return [_written(key, start, head + place.to_bytes(2, "big") + tail) for place in range(count)]


def _signing(ring: Ring, number: int | None) -> int:
    return number if number is not None and number in ring.keys else ring.signs


def _written(key: bytes, start: bytes, body: bytes) -> str:
    signature = hmac.digest(key, start + body, "sha256")[:_SIGNATURE]
    return base64.urlsafe_b64encode(body + signature).rstrip(b"=").decode()


def read(ring: Ring, purpose: str, written: str) -> Named | None:
    """What a token names; None if a sign of it is cut or changed, for another purpose, and where its key is retired."""
    raw = _raw(written)
    body, signature = raw[:-_SIGNATURE], raw[-_SIGNATURE:]
    extra = len(body) - _MESSAGE
    if extra not in (0, 1, 3):
        return None
    number = body[-1] if extra else 0
    key = ring.keys.get(number)
    # In the time that a right one takes, whatever it is.
    right = hmac.compare_digest(signature, _sign(key or bytes(32), purpose, body))
    if key is None or not right or (extra == 1 and not number):
        return None
    return Named(body[:_MESSAGE].hex(), int.from_bytes(body[_MESSAGE:-1], "big") if extra == 3 else None)


def _raw(written: str) -> bytes:
    """The bytes; none where they would be written otherwise, so that a token has one spelling."""
    if len(written) > _LONGEST or not written.isascii():
        return b""
    try:
        raw = base64.b64decode(written + "=" * (-len(written) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return b""
    return raw if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == written else b""


def _sign(key: bytes, purpose: str, body: bytes) -> bytes:
    return hmac.digest(key, purpose.encode() + b"\0" + body, "sha256")[:_SIGNATURE]

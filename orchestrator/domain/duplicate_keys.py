"""DUPLICATE KEYS: what two people must share at least for `duplicates.weigh` to find anything, as keyed hashes.

Whoever shares no key is compared with nobody. So every sign, or sum of signs, that reaches `POSSIBLE` must bring a key with
it; tests/domain holds it. A town and a name bring none: by themselves they are nothing, and of every name there are many.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from enum import IntEnum

from orchestrator.domain.duplicates import Facts
from orchestrator.domain.keys import SECRET_BYTES
from orchestrator.domain.likeness import bare

# People who share a key; more are a crowd, and are not compared: a tablet in a shop, a number made up.
MOST = 6
_ENDS = 4  # letters of a local part that stay as they are, at its beginning or its end, whatever slip is made


class Kind(IntEnum):
    """What a key is made of."""

    EMAIL = 1
    PHONE = 2
    DEVICE = 3
    NAME_BIRTHDAY = 4
    NAME_POSTCODE = 5
    NAME_EMAIL_START = 6
    NAME_EMAIL_END = 7


def keys_of(facts: Facts) -> Iterator[tuple[Kind, str]]:
    """Each key of somebody, in plain words: it is hashed before it is kept anywhere."""
    for mail in facts.all_mails:
        yield Kind.EMAIL, f"{mail.local}@{mail.domain}"
    for phone in facts.phones | facts.told_phones:
        yield Kind.PHONE, phone
    for device in facts.devices:
        yield Kind.DEVICE, device
    if facts.name:
        yield from _named(facts)


def hashed(secret: bytes, kind: Kind, text: str) -> int:
    """The keyed hash of a key: 64 bits, signed, as a database keeps them."""
    if len(secret) < SECRET_BYTES:
        raise ValueError(f"the secret of keys needs at least {SECRET_BYTES} bytes, got {len(secret)}")
    said = f"{kind.value}:{text}".encode()
    return int.from_bytes(hashlib.blake2b(said, digest_size=8, key=secret).digest(), "big", signed=True)


def _named(facts: Facts) -> Iterator[tuple[Kind, str]]:
    name, born = facts.name, facts.birthday
    if born is not None and born.year is not None:
        yield Kind.NAME_BIRTHDAY, f"{name}|{born.year}-{born.month}-{born.day}"
    if facts.postcode:
        yield Kind.NAME_POSTCODE, f"{name}|{facts.postcode}"
    for local in {bare(mail.local) for mail in facts.mails}:
        yield Kind.NAME_EMAIL_START, f"{name}|{local[:_ENDS]}"
        yield Kind.NAME_EMAIL_END, f"{name}|{local[-_ENDS:]}"

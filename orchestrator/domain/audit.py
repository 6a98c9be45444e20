"""The chain of the audit log: how an entry is spelled, and how each holds the one before it.

An entry's hash is SHA-256 over its canonical form, in which the hash of the entry before stands. Whoever changes, takes
away or puts in an entry has to write every later one anew, and the head's hash, kept elsewhere, tells. The spelling is
for ever: an entry that is spelled otherwise than it was has a broken chain behind it, so the tests pin literal values.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

# What stands in the first entry for the hash of the one before.
NOTHING = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One deed, as it is hashed. `at`: an aware instant; `details`: as `plain` made them; `previous`: 64 hex digits."""

    number: int
    at: datetime
    who: str
    who_id: str
    who_name: str
    action: str
    subject: str
    subject_id: str
    title: str
    details: Mapping[str, Any]
    previous: str


FIELDS = tuple(Entry.__dataclass_fields__)


def canonical(entry: Entry) -> bytes:
    """The entry as JSON of one spelling: sorted keys, no spaces, UTF-8, the instant in UTC to the microsecond."""
    spelled = {name: getattr(entry, name) for name in FIELDS} | {"at": instant(entry.at)}
    return json.dumps(spelled, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest(entry: Entry) -> str:
    """The entry's hash, 64 hex digits."""
    return hashlib.sha256(canonical(entry)).hexdigest()


def instant(at: datetime) -> str:
    """RFC 3339 in UTC with six digits, such as 2026-11-27T17:50:00.000000Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f").rjust(26, "0") + "Z"


def plain(value: Any) -> Any:
    """The value as JSON that no database spells anew: text, whole numbers, yes and no, nothing, lists, and objects.

    What else there is becomes text: 1.0 would come back as 1 from one database and as 1.0 from another. Characters that
    a database or UTF-8 refuses become U+FFFD.
    """
    if value is None or isinstance(value, bool) or type(value) is int:
        return value
    if isinstance(value, Mapping):
        return {text(key): plain(one) for key, one in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((plain(one) for one in value), key=str)
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return instant(value) if isinstance(value, datetime) and value.tzinfo else text(value)


def text(value: Any) -> str:
    """The value as text that both databases keep."""
    return str(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")

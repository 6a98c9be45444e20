"""KEYS: making, rotating and revoking write keys, and telling whose a secret is."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from orchestrator.accounts.digests import digest
from orchestrator.ingest.models import WriteKey
from orchestrator.store.prepared import Given, prepared
from orchestrator.workspace.audit import Action, note

OVERLAP = timedelta(hours=24)  # how long the secret before a rotation stays good
SHOWN = 8  # letters of a secret by which people know it
LONGEST_SECRET = 100


@dataclass(frozen=True, slots=True)
class Key:
    """A key that is good now. `trusted`: only the company's servers know it. `watched`: somebody looks at its calls."""

    id: int
    trusted: bool
    origins: frozenset[str]
    refused: frozenset[str]
    per_minute: int
    watched: bool

    def allows(self, origin: str) -> bool:
        """Whether a browser on this site may use it; `""` is no browser. A server's key in a page is a leak, not a call."""
        if not origin:
            return True
        return not self.trusted and ("*" in self.origins or origin.rstrip("/").lower() in self.origins)


def hashed(secret: str) -> str:
    """What the database holds of a secret."""
    return digest("write key", secret)


def lookup(given: Collection[str], now: datetime) -> dict[str, Key]:
    """Each of these secrets that is good -> its key, in one query, asked anew each time: who is revoked is out at once."""
    marks = {_hashed(secret): secret for secret in given if 0 < len(secret) <= LONGEST_SECRET}
    if not marks:
        return {}
    found: dict[str, Key] = {}
    for mark, previous, until, *rest in _rows().rows(marks=list(marks)):
        key = _key(rest, now)
        if mark in marks:
            found[marks[mark]] = key
        if previous in marks and until is not None and until > now:
            found[marks[previous]] = key
    return found


def of(row: WriteKey, now: datetime) -> Key:
    """A row as the door sees it."""
    values = (row.pk, row.kind, row.origins, row.refused, row.per_minute, row.watched_until)
    return _key(values, now)


def make(row: WriteKey, now: datetime, by: Any) -> str:
    """Store a new key and answer its secret, which nobody can read afterwards."""
    secret = _new_secret()
    row.digest, row.prefix, row.created_at = hashed(secret), secret[:SHOWN], now
    with transaction.atomic():
        row.save()
        note(Action.KEY_MADE, by, row, now, kind=row.kind)
    return secret


def rotate(row: WriteKey, now: datetime, by: Any) -> str:
    """Give a key a new secret; the one before is good for another 24 hours, so that nothing is lost meanwhile."""
    secret = _new_secret()
    with transaction.atomic():
        rows = WriteKey.objects.select_for_update().filter(pk=row.pk, revoked_at=None)
        current = rows.get()
        rows.update(
            digest=hashed(secret), prefix=secret[:SHOWN], rotated_at=now,
            previous_digest=current.digest, previous_until=now + OVERLAP,
        )  # fmt: skip
        note(Action.KEY_ROTATED, by, row, now)
    return secret


def revoke(row: WriteKey, now: datetime, by: Any) -> bool:
    """Let a key be good no more, from this moment on; False if it was not."""
    with transaction.atomic():
        done = WriteKey.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=now, watched_until=None)
        if done:
            note(Action.KEY_RETIRED, by, row, now)
    return bool(done)


def _new_secret() -> str:
    return f"wk_{secrets.token_urlsafe(24)}"


@lru_cache(maxsize=256)  # the same few secrets with every call; they live in this process anyway
def _hashed(secret: str) -> str:
    return hashed(secret)


@prepared
def _rows() -> QuerySet[Any]:
    good = WriteKey.objects.filter(
        Q(digest__among=Given("marks")) | Q(previous_digest__among=Given("marks")), revoked_at=None
    )
    return good.values_list(
        "digest", "previous_digest", "previous_until",
        "id", "kind", "origins", "refused", "per_minute", "watched_until",
    )  # fmt: skip


def _key(values: Any, now: datetime) -> Key:
    id_, kind, origins, refused, per_minute, watched_until = values
    trusted = kind == WriteKey.Kind.SERVER
    return Key(
        id_, trusted, _lines(origins.lower().replace("/\n", "\n")),
        frozenset() if trusted else _lines(refused), per_minute, watched_until is not None and watched_until > now,
    )  # fmt: skip


@lru_cache(maxsize=256)
def _lines(written: str) -> frozenset[str]:
    return frozenset(line.strip() for line in written.splitlines() if line.strip())

"""CONNECTIONS: making one, renewing its secret, and what the house knows of it when something comes."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Case, F, Q, Value, When

from orchestrator import registry
from orchestrator.accounts.digests import Unreadable, seal, unseal
from orchestrator.sdk import Connected, Source
from orchestrator.sources.models import Connection
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.models import Workspace

OVERLAP = timedelta(hours=24)  # how long the secret before stays good
STEPS = ("placed", "paid", "delivered", "cancelled", "returned", "")


def source_of(connection: Connection) -> Source | None:
    """What reads its words; None while the plugin is off."""
    return registry.current().sources.get(connection.source)


def new_secret() -> str:
    """In the form of Standard Webhooks; for those who sign otherwise it is a text like any other."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def make(row: Connection, given: str, now: datetime, by: Any) -> str:
    """Store a new connection and answer its secret: `given` by the other side, else made here."""
    secret = given or new_secret()
    row.key, row.secret, row.created_at = secrets.token_urlsafe(18), seal(secret.encode()), now
    with transaction.atomic():
        row.save()
        note(Action.KEY_MADE, by, row, now, source=row.source)
    return secret


def rotate(row: Connection, given: str, now: datetime, by: Any) -> str:
    """Give it a new secret; the one before is good for another 24 hours, so that nothing is refused meanwhile."""
    secret = given or new_secret()
    with transaction.atomic():
        current = Connection.objects.select_for_update().get(pk=row.pk)
        Connection.objects.filter(pk=row.pk).update(
            secret=seal(secret.encode()), previous_secret=current.secret,
            previous_until=now + OVERLAP, rotated_at=now,
        )  # fmt: skip
        note(Action.KEY_ROTATED, by, row, now)
    return secret


def connected(row: Connection, now: datetime) -> Connected:
    """As its source is told. Unreadable where the secret was sealed with a SECRET_KEY that is gone."""
    space = Workspace.objects.get()
    sealed = [row.secret]
    if row.previous_secret and row.previous_until is not None and row.previous_until > now:
        sealed.append(row.previous_secret)
    return Connected(
        tuple(unseal(one).decode() for one in sealed), now, ZoneInfo(space.time_zone), row.prefix,
        space.currency, read_statuses(row.statuses),
    )  # fmt: skip


def read_statuses(written: str) -> Mapping[str, str]:
    """`name = step`, one a line; ValueError in words for a line that is none."""
    found = {}
    for line in written.splitlines():
        name, sign, step = (part.strip() for part in line.partition("="))
        if not line.strip():
            continue
        if not sign or not name or step.lower() not in STEPS:
            raise ValueError(line.strip()[:60])
        found[name.casefold()] = step.lower()
    return found


def admit(row: Connection, now: datetime) -> int:
    """Count one more delivery of this minute: 0 if there was room, else the seconds until there is. One statement."""
    minute = now.replace(second=0, microsecond=0)
    room = Q(minute=minute, taken__lt=F("per_minute")) | Q(minute=None) | ~Q(minute=minute)
    taken = Case(When(minute=minute, then=F("taken") + 1), default=Value(1))
    rows = Connection.objects.filter(room, pk=row.pk)
    done = rows.update(taken=taken, minute=minute, received_at=now, received=F("received") + 1)
    return 0 if done else 60 - now.second


def refuse(row: Connection, why: str, now: datetime) -> None:
    """Note that something was turned away: without a true signature nothing of it is kept, only that it was."""
    Connection.objects.filter(pk=row.pk).update(
        refused=F("refused") + 1, refused_at=now, refused_why=why[:200]
    )


__all__ = [
    "Unreadable",
    "admit",
    "connected",
    "make",
    "new_secret",
    "read_statuses",
    "refuse",
    "rotate",
    "source_of",
]

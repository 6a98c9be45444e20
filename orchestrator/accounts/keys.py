"""KEYS: make, find, rotate and revoke what programs sign in with. The secret leaves this module once, as the answer."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

from django.db import transaction
from django.db.models import Q

from orchestrator.accounts.digests import digest
from orchestrator.accounts.models import ApiKey
from orchestrator.accounts.scopes import RIGHTS
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.who import Who, named

_SHAPE = re.compile(r"jk_[0-9a-f]{8}_[A-Za-z0-9_-]{43}")
_PREFIX = 11
LONGEST_NAME, MOST_PER_MINUTE = 100, 100_000
USED_EVERY = timedelta(minutes=1)  # so that a busy key costs one write a minute, and not one a call


class KeyRefused(Exception):
    """A key that opens nothing: `unknown`, `expired` or `revoked`."""


def make(
    name: str, scopes: Sequence[str], per_minute: int, expires_at: datetime | None, by: Any, now: datetime
) -> tuple[ApiKey, str]:
    """A new key and its secret, which nobody can read again. ValueError for a scope that is not on the list."""
    key, secret = _new(name, scopes, per_minute, expires_at, by, now)
    with transaction.atomic():
        key.save(force_insert=True)
        note(Action.KEY_MADE, by, key, now, scopes=key.scopes)
    return key, secret


def rotate(key: ApiKey, overlap: timedelta, by: Any, now: datetime) -> tuple[ApiKey, str]:
    """A new key in place of this one, which goes on for `overlap` so that programs can change over in between.

    The new one lasts as long as the old one was made for. KeyRefused where the old one opens nothing any more.
    """
    with transaction.atomic():
        old = ApiKey.objects.select_for_update().get(pk=key.pk)
        if (state := old.state(now)) != "live":
            raise KeyRefused(state)
        ends = now + (old.expires_at - old.made_at) if old.expires_at else None
        new, secret = _new(old.name, old.scopes, old.per_minute, ends, by, now)
        new.save(force_insert=True)
        until = min(filter(None, (old.expires_at, now + overlap)))
        ApiKey.objects.filter(pk=old.pk).update(successor=new, expires_at=until)
        note(Action.KEY_ROTATED, by, old, now, successor=new.pk, until=until.isoformat())
    return new, secret


def revoke(key: ApiKey, by: Any, now: datetime) -> bool:
    """It opens nothing from this moment on; answers whether it had not been revoked before."""
    with transaction.atomic():
        done = ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now) == 1
        if done:
            note(Action.KEY_RETIRED, by, key, now)
    return done


def find(secret: str, now: datetime) -> ApiKey:
    """Whose secret it is, or KeyRefused. One query; the comparison takes as long whatever was guessed right."""
    if _SHAPE.fullmatch(secret) is None:
        raise KeyRefused("unknown")
    key = ApiKey.objects.filter(prefix=secret[:_PREFIX]).first()
    if not compare_digest(digest("api key", secret), key.digest if key is not None else ""):
        raise KeyRefused("unknown")
    assert key is not None
    if (state := key.state(now)) != "live":
        raise KeyRefused(state)
    return key


def used(key: ApiKey, now: datetime) -> None:
    """Note that it was used, at most once a minute."""
    lately = now - USED_EVERY
    if key.last_used_at is None or key.last_used_at <= lately:
        row = ApiKey.objects.filter(Q(last_used_at=None) | Q(last_used_at__lte=lately), pk=key.pk)
        row.update(last_used_at=now)


def _new(
    name: str, scopes: Sequence[str], per_minute: int, expires_at: datetime | None, by: Any, now: datetime
) -> tuple[ApiKey, str]:
    if unknown := [scope for scope in scopes if scope not in RIGHTS]:
        raise ValueError(f"there is no scope {unknown[0]!r}; there are: {', '.join(RIGHTS)}")
    secret = f"jk_{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}"
    return ApiKey(
        name=name, prefix=secret[:_PREFIX], digest=digest("api key", secret), per_minute=per_minute,
        scopes=[scope for scope in RIGHTS if scope in scopes], expires_at=expires_at, made_at=now,
        made_by=by if named(by).kind == "user" and not isinstance(by, Who) else None,
    ), secret  # fmt: skip

"""What keeps programs from filling in forms, without asking anybody else: time, a trap, and a count."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from enum import Enum

from django.conf import settings
from django.core import signing
from django.core.cache import cache

SOONEST = 2  # seconds between showing and sending: nobody types faster
LATEST = 24 * 3600
MOST = 20  # sign-ups from one network in WITHIN seconds
WITHIN = 600
_SALT = "orchestrator.signup"


class Age(Enum):
    """How old a page is that was sent back."""

    FINE = "fine"
    TOO_SOON = "too_soon"
    TOO_OLD = "too_old"


def issue(form: str, now: datetime) -> str:
    """A signed note of when this form was shown."""
    return signing.dumps([form, int(now.timestamp())], salt=_SALT)


def age(note: str, form: str, now: datetime) -> Age:
    """A note that is cut, changed or another form's is too old: the page is shown anew."""
    try:
        whose, at = signing.loads(note[:500], salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return Age.TOO_OLD
    seconds = now.timestamp() - at
    if whose != form or not 0 <= seconds <= LATEST:
        return Age.TOO_OLD
    return Age.TOO_SOON if seconds < SOONEST else Age.FINE


def too_many(ip: str) -> bool:
    """Count one more sign-up from this network address, which is kept as a keyed hash only, for some minutes.

    Each web process counts for itself unless Django's cache is a shared one.
    """
    secret = hashlib.sha256(f"{_SALT}:{settings.SECRET_KEY}".encode()).digest()
    key = f"signup-{hmac.new(secret, ip.encode(), hashlib.sha256).hexdigest()}"
    cache.add(key, 0, WITHIN)
    try:
        return cache.incr(key) > MOST
    except ValueError:  # it ran out in between
        return False

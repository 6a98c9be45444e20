"""Programs call many times a minute: names and passwords that were right a moment ago are not hashed again.

Kept in this process's memory alone, as keyed hashes. What it costs: for a quarter of an hour a right password may be
guessed at by a fast hash, by whoever reads this process's memory, where the key is too. What it gives: a call costs no
Argon2, and a program that is at work is not locked out by somebody who guesses at its name.
"""

from __future__ import annotations

from collections import OrderedDict
from time import monotonic
from typing import Any

from django.contrib.auth.models import User

from orchestrator.accounts.backend import closed_to
from orchestrator.accounts.digests import digest

SECONDS, MOST = 900, 1000
_right: OrderedDict[str, tuple[int, str, float]] = OrderedDict()


def remember(name: str, password: str, user: Any) -> None:
    """These were right."""
    _right[digest("recent", name, password)] = (user.pk, user.password, monotonic() + SECONDS)
    while len(_right) > MOST:
        _right.popitem(last=False)


def recall(name: str, password: str) -> User | None:
    """Whose they are, if they were right lately and nothing has changed: read anew, so that a change holds at once."""
    pk, hashed, until = _right.get(digest("recent", name, password), (0, "", 0.0))
    if monotonic() >= until:
        return None
    user = User.objects.filter(pk=pk, password=hashed, is_active=True).first()
    return None if user is None or closed_to(user) else user


def forget() -> None:
    """Nothing is remembered."""
    _right.clear()

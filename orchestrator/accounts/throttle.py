"""THROTTLE: attempts to sign in, counted in the database so that all processes of the web share the counts.

`take` before anything is checked, `succeeded` after it was right. Its price: two small transactions for each attempt.
Lock order: the address's row, then the account's; nothing else is locked or asked for meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from orchestrator.accounts.digests import digest
from orchestrator.accounts.models import Attempts
from orchestrator.domain import sign_in
from orchestrator.domain.sign_in import Seen
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.who import NOBODY

Rule = Callable[[Seen | None, datetime], Seen | timedelta]
_CLEARED = 200  # old rows that one new row takes along: nobody clears many at once, and they never pile up


class TooManyAttempts(Exception):
    """Refused unchecked; `wait` until it is worth trying. Says nothing of whether the name exists."""

    def __init__(self, wait: timedelta, kind: str, key: str) -> None:
        super().__init__(f"too many attempts, wait {wait}")
        self.wait, self.kind, self.key = wait, kind, key

    @property
    def minutes(self) -> int:
        """For people."""
        return sign_in.minutes(self.wait)


@dataclass(frozen=True, slots=True)
class Counted:
    """One thing that attempts are counted of, by a rule."""

    kind: str
    key: str
    rule: Rule


def of_account(name: str) -> Counted:
    """By a name's digest; a name that nobody has is counted like any other."""
    return Counted("account", digest("account", name), sign_in.try_account)


def of_device(device: str, name: str) -> Counted:
    """By a device that has signed in by this name before: whoever attacks from elsewhere does not lock it out."""
    return Counted("device", digest("device", device, name), sign_in.try_account)


def of_codes(whose: str) -> Counted:
    """By who is asked for a code."""
    return Counted("code", digest("code", whose), sign_in.try_account)


def of_address(address: str) -> Counted:
    """By where it comes from."""
    return Counted("address", digest("address", address), sign_in.try_address)


def of_calls(user: int, most: int, within: timedelta) -> Counted:
    """By the account of a program that calls."""
    return Counted(
        "program", digest("program", str(user)), lambda seen, now: sign_in.try_window(seen, now, most, within)
    )


def of_key(key: int, most: int, within: timedelta) -> Counted:
    """By the key of a program that calls; beside `of_calls`, where the number is an account's."""
    return Counted(
        "program", digest("key", str(key)), lambda seen, now: sign_in.try_window(seen, now, most, within)
    )


def take(counted: Sequence[Counted], now: datetime) -> None:
    """Count one attempt of each, or none and TooManyAttempts. However many try at once, no more get through."""
    try:
        with transaction.atomic():
            for one in sorted(counted, key=lambda each: each.kind != "address"):
                _count(one, now)
    except TooManyAttempts as refused:
        _note(refused)
        raise


def _note(refused: TooManyAttempts) -> None:
    """In the audit log, once for each wait: whoever goes on trying writes nothing more."""
    if refused.kind == "program":
        return
    with transaction.atomic():
        if Attempts.objects.filter(key=refused.key, noted=False).update(noted=True):
            note(Action.THROTTLED, NOBODY, of=refused.kind, mark=refused.key[:8], minutes=refused.minutes)


def _count(one: Counted, now: datetime) -> None:
    row = _locked(one, now)
    seen = Seen(row.count, row.since, row.last, row.until) if row.count else None
    after = one.rule(seen, now)
    if isinstance(after, timedelta):
        raise TooManyAttempts(after, one.kind, one.key)
    Attempts.objects.filter(pk=row.pk).update(
        count=after.count, since=after.since, last=after.last, until=after.until, noted=False
    )


def _locked(one: Counted, now: datetime) -> Attempts:
    """The row of a count, locked; again where another's success takes it away between two statements."""
    rows = Attempts.objects.select_for_update()
    while True:
        if (row := rows.filter(key=one.key).first()) is not None:
            return row
        new = Attempts(kind=one.kind, key=one.key, count=0, since=now, last=now)
        Attempts.objects.bulk_create([new], ignore_conflicts=True)
        clear(now)


def clear(now: datetime) -> None:
    """Take away rows that say nothing any more."""
    old = Attempts.objects.filter(last__lt=now - sign_in.FORGOTTEN).order_by("last").values("pk")[:_CLEARED]
    # Skipping what another clears at this moment, so that two never wait for each other.
    gone = old.select_for_update(skip_locked=True, of=("self",)) if _can_skip() else old
    Attempts.objects.filter(pk__in=list(gone.values_list("pk", flat=True))).delete()


def _can_skip() -> bool:
    return connection.features.has_select_for_update_skip_locked


def succeeded(counted: Sequence[Counted]) -> None:
    """The attempt was right: accounts begin anew, an address gets this one back."""
    keys = {one.kind == "address": one.key for one in counted}
    if (address := keys.get(True)) is not None:
        Attempts.objects.filter(key=address, count__gt=0).update(count=F("count") - 1)
    if (account := keys.get(False)) is not None:
        Attempts.objects.filter(key=account).delete()

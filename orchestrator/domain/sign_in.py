"""How often somebody may try to sign in, and what an issuer's word about a person is worth. Pure; instants are UTC.

An attempt is counted before anything is checked, so that a hundred at once are still counted one by one; one that
succeeds is taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

FREE = 5  # attempts of one account before it has to wait
FIRST, MOST = timedelta(minutes=1), timedelta(minutes=15)
FORGOTTEN = timedelta(hours=24)  # after so long without an attempt a count begins anew, and its row may go
WIDE, WITHIN = 50, timedelta(minutes=15)  # attempts of one address, of whatever accounts


@dataclass(frozen=True, slots=True)
class Seen:
    """What was counted so far: attempts since `since`, the last at `last`; none is let through before `until`."""

    count: int
    since: datetime
    last: datetime
    until: datetime | None = None


def delay(count: int) -> timedelta:
    """How long to wait after so many failures: nothing, then 1 minute, doubled by each further one, up to 15."""
    if count < FREE:
        return timedelta(0)
    return min(FIRST * (1 << min(count - FREE, 10)), MOST)


def try_account(seen: Seen | None, now: datetime) -> Seen | timedelta:
    """One more attempt at an account: the new count, or how long to wait.

    >>> t = datetime(2026, 1, 1)
    >>> try_account(Seen(5, t, t, t + FIRST), t + timedelta(seconds=20))
    datetime.timedelta(seconds=40)
    """
    if seen is None or now - seen.last >= FORGOTTEN:
        return Seen(1, now, now)
    if seen.until is not None and now < seen.until:
        return seen.until - now
    count = seen.count + 1
    wait = delay(count)
    return Seen(count, seen.since, now, now + wait if wait else None)


def try_address(seen: Seen | None, now: datetime) -> Seen | timedelta:
    """One more attempt from an address: 50 in each quarter of an hour, which begins with the first of them."""
    return try_window(seen, now, WIDE, WITHIN)


def try_window(seen: Seen | None, now: datetime, most: int, within: timedelta) -> Seen | timedelta:
    """One more of at most `most` in each stretch of `within`."""
    if seen is None or now - seen.since >= within:
        return Seen(1, now, now)
    if seen.count >= most:
        return seen.since + within - now
    return Seen(seen.count + 1, seen.since, now)


def minutes(wait: timedelta) -> int:
    """Whole minutes, at least one: never told to come back too early."""
    return max(1, -(-int(wait.total_seconds() * 1000) // 60_000))


def roles_of(values: Iterable[str], mapping: Mapping[str, str]) -> tuple[str, ...]:
    """The roles that an issuer's groups stand for, each once, in the mapping's order; none for groups we do not know."""
    said = frozenset(values)
    return tuple(dict.fromkeys(role for value, role in mapping.items() if value in said))


def claimed(claims: Mapping[str, object], path: str) -> tuple[str, ...]:
    """The words of a claim: a list, one word, or words with blanks; `realm_access.roles` reaches into objects.

    A claim whose own name has dots, as namespaced ones have, is found by that name first.
    """
    found: object = claims.get(path)
    if found is None:
        found = claims
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return tuple(found.split())
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def second_factor_used(amr: object) -> bool:
    """Whether an issuer says that more than a password was asked for (RFC 8176: "mfa")."""
    return isinstance(amr, list) and "mfa" in amr

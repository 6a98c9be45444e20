"""REACTIONS: what somebody would do after a message that was never sent, drawn from what others did after real ones. Pure.

A stable hash draws, never a die: the same message of the same simulation is answered in the same way every time, and
whoever clicks at a rate of 3 % clicks at 4 % too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from orchestrator.domain.splits import ALL, bucket

ENOUGH = 100  # messages, below which a share says nothing
QUANTILES = 20  # of the delays that are kept


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of those who got a message over a channel ("" for any) did `what`, in basis points, and after how long.

    `of`: the messages it was measured on. `delays`: quantiles, the shortest first; at least one where the share is not 0.
    """

    what: str
    channel: str
    share: int
    of: int
    delays: tuple[timedelta, ...] = ()


@dataclass(frozen=True, slots=True)
class Reaction:
    """What somebody does, and how long after the message left."""

    what: str
    after: timedelta


def draw(rates: Sequence[Rate], channel: str, key: str) -> Iterator[Reaction]:
    """What the person a message was for does; `key` is the message's."""
    for rate in rates:
        if rate.channel in ("", channel) and bucket("reaction", rate.what, key) < rate.share:
            place = bucket("delay", rate.what, key) * len(rate.delays) // ALL
            yield Reaction(rate.what, rate.delays[place])


def rate_of(what: str, channel: str, of: int, delays: Sequence[timedelta]) -> Rate:
    """Measured: after `of` messages so many did it, each after a delay."""
    share = ALL * len(delays) // of if of else 0
    return Rate(what, channel, share, of, quantiles(delays))


def excess(what: str, of: int, delays: Sequence[timedelta], held_out: int, without: int) -> Rate:
    """What messages add: the share of those who got one less the share of those held out, never less than nothing.

    Nothing where too few were held out, or got one, for either share to say anything.
    """
    if of < ENOUGH or held_out < ENOUGH:
        return Rate(what, "", 0, min(of, held_out))
    share = max(ALL * len(delays) // of - ALL * without // held_out, 0)
    return Rate(what, "", share, of, quantiles(delays) if share else ())


def quantiles(delays: Sequence[timedelta]) -> tuple[timedelta, ...]:
    """At most QUANTILES of them, as far apart in their order as they come."""
    ordered = sorted(delays)
    count = min(len(ordered), QUANTILES)
    return tuple(ordered[len(ordered) * (2 * place + 1) // (2 * count)] for place in range(count))

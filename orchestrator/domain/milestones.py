"""MILESTONES: which marks a run of amounts passes, and for the how manieth time. Pure.

A mark is passed when the total comes from below to it or above. It is passed again only once it has been armed again:
by the total falling below a number, or by a new period beginning (then the total begins anew, too).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal


def passings(amounts: Sequence[Decimal], mark: Decimal, below: Decimal | None) -> Iterator[tuple[int, int]]:
    """(place in `amounts`, how many times by then) of each passing. `below` None: once for ever."""
    total, times, armed = Decimal(0), 0, True
    for place, amount in enumerate(amounts):
        total += amount
        if armed and total >= mark:
            times, armed = times + 1, False
            yield place, times
        elif below is not None and total < below:
            armed = True


def key_of(mark: str, period: str, times: int) -> str:
    """The entry key of a passing: `spent_500`, `spent_500:2` for the second, `spent_500:2026-03` in a period."""
    parts = [mark, *([period] if period else []), *([str(times)] if times > 1 else [])]
    return ":".join(parts)

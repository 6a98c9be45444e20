"""From a tree to the limit of an entry."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import cast

from orchestrator.domain import durations
from orchestrator.domain.definition.limits import Limit, Rate
from orchestrator.domain.definition.problems import shown
from orchestrator.domain.definition.reading import Spot, duration_words, integer
from orchestrator.domain.durations import Duration, Unit
from orchestrator.domain.frequency import Calendar, Period, Rolling

FIELDS = ("entries", "at_once", "per_customer", "over")
MOST = 10_000_000
LONGEST_WAIT = timedelta(days=30)
WAIT = Duration(30, Unit.DAY)  # where `over` says no more than `wait`, or nothing
RATE_MEND = "Write it like `100 per day` (day, week or month) or `2 per 30 days`."
OVER_MEND = "Write `refuse`, `wait`, or for how long: `wait 2 days`."
_RATE = re.compile(r"([0-9]{1,9})\s+per\s+(.+)", re.ASCII)
_PERIODS = ("day", "week", "month")


def parse_limit(spot: Spot) -> Limit | None:
    """Read `limit`; None, noted, where it is none."""
    spots = spot.fields(FIELDS, "`limit`")
    if spots is None:
        return None
    if not spots.keys() & {"entries", "at_once", "per_customer"}:
        what = "`limit` does not say what it limits"
        spot.refuse("no_limit", what, "Add `entries`, `at_once` or `per_customer`.", key=True)
        return None
    return Limit(
        _rate(spots["entries"]) if "entries" in spots else None,
        integer(spots["at_once"], 1, MOST, "`at_once`") if "at_once" in spots else None,
        _rate(spots["per_customer"]) if "per_customer" in spots else None,
        _over(spots["over"]) if "over" in spots else WAIT,
    )


def _rate(spot: Spot) -> Rate | None:
    value = spot.node.value
    found = _RATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or not 1 <= int(found[1]) <= MOST:
        spot.refuse("bad_rate", f"{shown(value)} is not so many in a time", RATE_MEND)
        return None
    if found[2] in _PERIODS:
        return Rate(int(found[1]), Calendar(cast(Period, found[2])))
    window = _duration(spot, found[2])
    return Rate(int(found[1]), Rolling(window)) if window else None


def _over(spot: Spot) -> Duration | None:
    """For how long they wait; None for `refuse`, and where it cannot be read."""
    value = spot.node.value
    match value.split() if isinstance(value, str) else []:
        case ["refuse"]:
            return None
        case ["wait"]:
            return WAIT
        case ["wait", *rest]:
            waits = _duration(spot, " ".join(rest))
            if waits and waits.approximate > LONGEST_WAIT:
                spot.refuse(
                    "long_wait", f"a wait of {waits} at the door is longer than 30 days", "Shorten it."
                )
            return waits
    spot.refuse("bad_over", f"{shown(value)} cannot be `over`", OVER_MEND)
    return None


def _duration(spot: Spot, text: str) -> Duration | None:
    try:
        return durations.parse(text)
    except ValueError:
        spot.refuse("bad_duration", *duration_words(text))
        return None

"""PERSON: all scores of one person that need no model, in two steps: what events say, and how it stands in the base.

The first step is dear, since it reads events, and is true whatever others do. The second needs the base's cuts and
rates alone: so one person can be scored anew without looking at anybody else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from orchestrator.domain.orders import ZERO
from orchestrator.domain.scores import favourites, habits, intervals, rfm
from orchestrator.domain.scores.came import Came
from orchestrator.domain.scores.favourites import Answered
from orchestrator.domain.scores.orders import Line, bought
from orchestrator.domain.scores.rfm import Cuts, Rfm
from orchestrator.domain.scores.stage import Seen, stage
from orchestrator.domain.zones import local


@dataclass(frozen=True, slots=True)
class History:
    """What events say of somebody, oldest first, on their own clock. `sent`: messages that reached them, by channel."""

    known_on: date
    zone: ZoneInfo
    lines: Sequence[Line] = ()
    answers: Sequence[tuple[str, datetime]] = ()
    sent: Mapping[str, int] = field(default_factory=dict)
    cart_on: date | None = None
    came: Came = field(default_factory=Came)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of them whatever others do. `purchases`: days on which they bought; `repeat_net`: but for the first."""

    known_on: date
    orders: int = 0
    purchases: int = 0
    net: Decimal = ZERO
    repeat_net: Decimal = ZERO
    first_order_on: date | None = None
    last_order_on: date | None = None
    pause: int | None = None
    cart_on: date | None = None
    interval_days: int | None = None
    intervals: int = 0
    next_order_on: date | None = None
    favourite_category: str = ""
    best_hour: int | None = None
    answers: int = 0
    discount_share: float | None = None
    season: str = ""
    channels: Mapping[str, Answered] = field(default_factory=dict)
    came: Came = field(default_factory=Came)


@dataclass(frozen=True, slots=True)
class Base:
    """What of the others somebody is measured by. `cheapest`: the channels in the order of their price."""

    cuts: Cuts = field(default_factory=Cuts)
    channels: Mapping[str, Answered] = field(default_factory=dict)
    cheapest: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """How they stand in the base; `rfm` None for who has not bought."""

    rfm: Rfm | None
    stage: str
    preferred_channel: str


def facts_of(history: History) -> Facts:
    """What a history says."""
    mine = bought(history.lines)
    days = [local(order.at, history.zone).date() for order in mine.orders]
    first, last = (min(days), max(days)) if days else (None, None)
    repeated = (order.amount for order, day in zip(mine.orders, days, strict=True) if day != first)
    rhythm, hour = intervals.rhythm(days), favourites.hour([at for _, at in history.answers], history.zone)
    return Facts(
        history.known_on,
        len(days),
        len(set(days)),
        mine.net,
        sum(repeated, ZERO),
        first,
        last,
        intervals.pause(days),
        history.cart_on,
        rhythm.days if rhythm else None,
        rhythm.intervals if rhythm else 0,
        rhythm.next_on if rhythm else None,
        favourites.category(mine.orders),
        hour.hour if hour else None,
        len(history.answers),
        habits.discount_share(mine.orders),
        habits.season(set(days)),
        _channels(history),
        history.came,
    )


def _channels(history: History) -> dict[str, Answered]:
    answered = Counter(name for name, _ in history.answers if name)
    names = sorted({*history.sent, *answered})
    return {name: Answered(history.sent.get(name, 0), answered[name]) for name in names}


def place(facts: Facts, base: Base, on: date) -> Placed:
    """How somebody stands in a base on a day."""
    found = None
    if facts.last_order_on is not None:
        found = rfm.score(facts.last_order_on, facts.purchases, facts.net, base.cuts)
    channel = favourites.channel(facts.channels, base.channels, base.cheapest)
    return Placed(found, stage(_seen(facts, found, on)), channel)


def _seen(facts: Facts, found: Rfm | None, on: date) -> Seen:
    return Seen(
        _ago(facts.known_on, on) or 0,
        _ago(facts.cart_on, on),
        facts.purchases,
        _ago(facts.first_order_on, on),
        _ago(facts.last_order_on, on),
        facts.pause,
        found.frequency if found else 0,
        found.monetary if found else 0,
    )


def _ago(day: date | None, on: date) -> int | None:
    return max((on - day).days, 0) if day is not None else None

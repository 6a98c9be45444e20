"""FAVOURITES: what somebody buys most, by which channel they are reached best, and at which hour of the week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from orchestrator.domain.scores.orders import Line
from orchestrator.domain.zones import local

WEIGHT = 10  # messages that the base's own rate counts for, beside a person's
HOURS = 168  # of a week; 0 is Monday at midnight
FEWEST = 5  # answers that say anything about hours
NEAR = ((-1, 1), (0, 2), (1, 1))  # an answer at ten says half as much for nine and for eleven


@dataclass(frozen=True, slots=True)
class Answered:
    """Of one channel: messages that came, and those that were answered by an opening, a click or a reply."""

    sent: int
    answered: int


@dataclass(frozen=True, slots=True)
class Hour:
    """The hour of the week, 0 to 167 on their own clock, and how many answers say so."""

    hour: int
    answers: int


def category(orders: Sequence[Line]) -> str:
    """What was bought most often; of what was bought as often, the dearer, then the first by name. "" for nothing."""
    often, worth = Counter[str](), Counter[str]()
    for order in orders:
        for name in order.categories:
            often[name] += 1
            worth[name] += int(order.amount * 100)
    return min(often, key=lambda name: (-often[name], -worth[name], name), default="")


def channel(mine: Mapping[str, Answered], base: Mapping[str, Answered], cheapest: Sequence[str]) -> str:
    """The channel that this person answers best: their rate, smoothed by the base's; ties go to the cheapest.

    `cheapest`: channels in the order of their price; one that is not in it is dearer than all that are. "" where they
    never answered anything: then nothing is known of them, and the base's best channel is no preference of theirs.
    """
    if not any(one.answered for one in mine.values()):
        return ""
    place = {name: number for number, name in enumerate(cheapest)}
    rates = {name: round(_smoothed(one, base.get(name)), 9) for name, one in mine.items()}
    return min(rates, key=lambda name: (-rates[name], place.get(name, len(place)), name))


def _smoothed(mine: Answered, base: Answered | None) -> float:
    """(answered + WEIGHT × the base's rate) / (sent + WEIGHT); an answer to what we did not count as sent was sent."""
    usual = base.answered / max(base.sent, base.answered) if base and base.answered else 0.0
    return (mine.answered + WEIGHT * usual) / (max(mine.sent, mine.answered) + WEIGHT)


def hour(answers: Collection[datetime], zone: ZoneInfo) -> Hour | None:
    """The best hour of their week; of equal ones the earliest. None below five answers."""
    if len(answers) < FEWEST:
        return None
    weights = [0] * HOURS
    for at in answers:
        there = local(at, zone)
        mine = there.weekday() * 24 + there.hour
        for step, weight in NEAR:
            weights[(mine + step) % HOURS] += weight
    return Hour(weights.index(max(weights)), len(answers))

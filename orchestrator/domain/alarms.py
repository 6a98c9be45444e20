"""ALARMS: what is wrong with the installation, when an alarm opens, and when it closes again.

Each look brings signs; an alarm opens with a sign that is OVER, and closes once nothing but calm has been seen for a
while. What a sign measures opens at one threshold and is calm only under a lower one. So an alarm does not flap: from
one opening of it to the next there are at least `CALM_FOR`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from orchestrator.domain.answering import Standing, standing

CALM_FOR = timedelta(minutes=5)
HALF = 500  # messages tried of a channel: the newest so many against as many before
LEAST_HALF = 200
FALLS, RISEN = 0.10, 0.05  # by so much less is accepted; again within so much of what it was
SURE = 4.0  # standard errors: a channel looked at every minute for a year must not cry wolf
COMPLAINTS, MANY_COMPLAINTS = 0.001, 0.003
CALMER = 0.8  # of a threshold
LEAST_ACCEPTED, LEAST_COMPLAINTS = 1000, 3
NEARLY_SPENT, ROOM_AGAIN = Decimal("0.95"), Decimal("0.90")
_EXACT = 9  # places: 1 - 0.9 is 0.1
LATE, IN_TIME = timedelta(minutes=15), timedelta(minutes=5)


class Kind(StrEnum):
    """What can be wrong."""

    HALTED = "halted"
    WORKERS = "workers_silent"
    PROVIDER = "provider_down"
    DELIVERY = "delivery_falls"
    STOPPED = "marketing_stopped"
    MANY_COMPLAINTS = "many_complaints"
    COMPLAINTS = "complaints"
    CAMPAIGN = "campaign_late"
    STEP = "step_fault"
    JOURNEY = "journey_silent"
    BUDGET = "budget_spent"
    REQUEST_LATE = "request_overdue"
    REQUEST_DUE = "request_due"
    AUDIT = "audit_broken"
    WEBHOOK = "webhook_off"


class Severity(StrEnum):
    """How soon somebody must look."""

    GRAVE = "grave"
    WARNING = "warning"


# Nothing leaves, what leaves does harm, somebody's right is not answered in time, or nobody can say who did what.
_GRAVE = frozenset(
    {
        Kind.HALTED,
        Kind.WORKERS,
        Kind.PROVIDER,
        Kind.DELIVERY,
        Kind.STOPPED,
        Kind.MANY_COMPLAINTS,
        Kind.CAMPAIGN,
        Kind.REQUEST_LATE,
        Kind.AUDIT,
    }
)
# What somebody has ended by hand is over at once.
_BY_HAND = frozenset({Kind.HALTED, Kind.STOPPED, Kind.WEBHOOK})


class Level(StrEnum):
    """What one look at one thing found."""

    CALM = "calm"
    BETWEEN = "between"  # not enough to open an alarm, too much to close one
    OVER = "over"


Key = tuple[str, str]  # kind, subject


@dataclass(frozen=True, slots=True)
class Sign:
    """One look at one thing. `subject` names it within its kind; `evidence` is plain, as JSON keeps it."""

    kind: Kind
    subject: str
    level: Level = Level.OVER
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """What an open alarm is found by."""
        return self.kind, self.subject


@dataclass(frozen=True, slots=True)
class Turn:
    """What follows from a look: alarms that open, those that close, and of the others those that begin or cease to be calm."""

    opens: list[Sign]
    closes: list[Key]
    calms: list[Key]
    stirs: list[Key]


def severity(kind: str) -> Severity:
    """How grave an alarm of this kind is."""
    return Severity.GRAVE if kind in _GRAVE else Severity.WARNING


def turn(calm_since: Mapping[Key, datetime | None], signs: Sequence[Sign], now: datetime) -> Turn:
    """What a look changes. `calm_since`: the open alarms, and since when each is calm; what no sign tells of is calm."""
    levels = {sign.key: sign.level for sign in signs}
    opens = {sign.key: sign for sign in signs if sign.level is Level.OVER and sign.key not in calm_since}
    done = Turn(list(opens.values()), [], [], [])
    for key, since in calm_since.items():
        if levels.get(key, Level.CALM) is not Level.CALM:
            if since is not None:
                done.stirs.append(key)
        elif key[0] in _BY_HAND or (since is not None and now - since >= CALM_FOR):
            done.closes.append(key)
        elif since is None:
            done.calms.append(key)
    return done


@dataclass(frozen=True, slots=True)
class Tried:
    """Of so many messages that were tried, how many the provider accepted."""

    accepted: int
    of: int

    @property
    def share(self) -> float:
        """The accepted share; 1 of none."""
        return self.accepted / self.of if self.of else 1.0


def halves(outcomes: Sequence[bool]) -> tuple[Tried, Tried] | None:
    """The newest and those before them, of a channel's outcomes from the newest on; None where they are too few."""
    half = min(HALF, len(outcomes) // 2)
    if half < LEAST_HALF:
        return None
    return Tried(sum(outcomes[:half]), half), Tried(sum(outcomes[half : 2 * half]), half)


def delivery(channel: str, newest: Tried, before: Tried, was: float | None) -> Sign:
    """Whether less is accepted than before. `was`: the share an open alarm began from, which alone can end it."""
    usual = before.share if was is None else was
    drop = round(usual - newest.share, _EXACT)
    both = (newest.accepted + before.accepted) / (newest.of + before.of)
    noise = SURE * math.sqrt(both * (1 - both) * (1 / newest.of + 1 / before.of))
    if was is not None:
        level = Level.CALM if drop < RISEN else Level.BETWEEN
    else:
        level = Level.OVER if drop >= FALLS and drop >= noise else Level.CALM
    told = {"newest": newest.of, "accepted": newest.accepted, "share": newest.share, "was": usual}
    return Sign(Kind.DELIVERY, channel, level, told)


def complaints(channel: str, complained: int, accepted: int) -> list[Sign]:
    """Two signs: mailbox providers ask to stay under 0.1 %, and block who is over 0.3 %."""
    told = {"complained": complained, "accepted": accepted}
    rate = complained / accepted if accepted else 0.0
    known = accepted >= LEAST_ACCEPTED and complained >= LEAST_COMPLAINTS
    return [
        Sign(kind, channel, _level(rate, limit, round(limit * CALMER, _EXACT)) if known else Level.CALM, told)
        for kind, limit in ((Kind.COMPLAINTS, COMPLAINTS), (Kind.MANY_COMPLAINTS, MANY_COMPLAINTS))
    ]


def budget(subject: str, spent: Decimal, amount: Decimal, told: Mapping[str, Any]) -> Sign:
    """Whether a budget is as good as spent: what is paid from it waits from then on. One of nothing is meant to be."""
    level = _level(spent, amount * NEARLY_SPENT, amount * ROOM_AGAIN) if amount else Level.CALM
    return Sign(Kind.BUDGET, subject, level, told)


def requests(due: Sequence[date], today: date) -> list[Sign]:
    """Two signs, of requests of people that are open: some are overdue, some are due within a week. `due`: their last days."""
    found = {stand: [one for one in due if standing(one, False, today) is stand] for stand in Standing}
    return [
        Sign(kind, "", evidence={"count": len(days), "due": min(days).isoformat()})
        for kind, days in (
            (Kind.REQUEST_LATE, found[Standing.OVERDUE]),
            (Kind.REQUEST_DUE, found[Standing.SOON]),
        )
        if days
    ]


def campaign(subject: str, late: timedelta, missed: bool, told: Mapping[str, Any]) -> Sign:
    """Whether a launch should have gone on by now; one that was missed let nobody in at all."""
    level = Level.OVER if missed else _level(late, LATE, IN_TIME)
    return Sign(Kind.CAMPAIGN, subject, level, told)


def without_lesser(keys: Iterable[Key]) -> set[Key]:
    """Of open alarms those to be shown: who has far too many complaints need not be told that there are too many."""
    shown = set(keys)
    return {key for key in shown if key[0] != Kind.COMPLAINTS or (Kind.MANY_COMPLAINTS, key[1]) not in shown}


def _level(found: Any, opens: Any, closes: Any) -> Level:
    if found >= opens:
        return Level.OVER
    return Level.BETWEEN if found >= closes else Level.CALM


# How long to wait before telling is tried again, by how often it has failed; the last one for ever after.
_PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=2),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
)
TOLD_WITHIN = timedelta(days=3)  # news older than that are given up


def again_at(tries: int, first_at: datetime, now: datetime) -> datetime | None:
    """When to try to tell once more after so many tries; None where it is given up."""
    at = now + _PAUSES[min(tries, len(_PAUSES)) - 1]
    return at if at - first_at <= TOLD_WITHIN else None

"""How often a person may be written to: windows, caps and the minimum gap (SEMANTICS §2).

Pure arithmetic over the instants that already count. What counts (accepted, unknown, reserved; by customer and
by address) is loaded under the gate's locks by the caller, who leaves out the message being looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from orchestrator.domain import durations
from orchestrator.domain.durations import Duration
from orchestrator.domain.zones import as_instant, local, resolve
from orchestrator.sdk.value import value

Period = Literal["day", "week", "month"]


@dataclass(frozen=True, slots=True)
class Rolling:
    """The last so-and-so long, in elapsed time: here a day is 24 hours, whatever the clocks do."""

    duration: Duration

    @property
    def length(self) -> timedelta:
        """Elapsed length; a month is a twelfth of 365.25 days."""
        return self.duration.approximate


@dataclass(frozen=True, slots=True)
class Calendar:
    """The current day, week (from Monday) or month by the customer's own calendar."""

    period: Period


Window = Rolling | Calendar


@dataclass(frozen=True, slots=True)
class CapRule:
    """At most `limit` messages per window; None for channels, topic or brand means any."""

    key: str
    limit: int
    window: Window
    channels: frozenset[str] | None = None
    topic: str | None = None
    brand: str | None = None

    def __post_init__(self) -> None:
        _check_limit(self.limit)
        if self.channels is not None and not self.channels:
            raise ValueError(f"the cap `{self.key}` names no channel; name some, or leave them out for all")

    def applies(self, channel: str, topic: str, brand: str) -> bool:
        """Whether a message of this channel, topic and brand is counted and capped by this rule."""
        return (
            (self.channels is None or channel in self.channels)
            and (self.topic is None or topic == self.topic)
            and (self.brand is None or brand == self.brand)
        )


# No day, week or month is longer, wherever its customer lives and whatever the clocks do.
_AT_MOST = {"day": timedelta(days=2), "week": timedelta(days=8), "month": timedelta(days=32)}
OWN = "own_limit"  # the key of the cap that a person asked for themselves
_OWN_WINDOWS = {"day": "24 hours", "week": "7 days", "month": "30 days"}


@lru_cache
def own_cap(wish: str) -> CapRule:
    """A person's own wish, "at most one a week": of any channel, topic and brand, in elapsed time."""
    return CapRule(OWN, 1, Rolling(durations.parse(_OWN_WINDOWS[wish])))


def longest_of(rule: CapRule) -> timedelta:
    """How far back counting must look for it."""
    window = rule.window
    return window.length if isinstance(window, Rolling) else _AT_MOST[window.period]


@value
class Candidate:
    """The message that would like to be sent."""

    channel: str
    topic: str = ""
    brand: str = ""


@value
class Counted:
    """A message that counts: when it was reserved or accepted (UTC), and the topic it had then.

    `system`: who sent it, where it was not us but the system before us.
    """

    at: datetime
    channel: str
    topic: str = ""
    brand: str = ""
    system: str = ""


@value
class CapVerdict:
    """Free if `capped_by` is None; else the rule, the instant at which it frees, and what it counted.

    `elsewhere`: of these, how many each system before us has sent.
    """

    capped_by: CapRule | None = None
    until: datetime | None = None
    evidence: tuple[datetime, ...] = ()
    elsewhere: Mapping[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether one more may be sent now."""
        return self.capped_by is None


def window_name(window: Window) -> str:
    """The window as it is written: `7 days` for a rolling one, `day`, `week` or `month` for a calendar's."""
    return str(window.duration) if isinstance(window, Rolling) else window.period


def window_start(window: Window, now: datetime, zone: ZoneInfo) -> datetime:
    """Answer where the window that ends now begins (UTC): exclusive if rolling, inclusive if calendar."""
    if isinstance(window, Rolling):
        return as_instant(now) - window.length
    return resolve(datetime.combine(first_day(window, now, zone), time(0)), zone)


def inside(window: Window, counted_at: Sequence[datetime], now: datetime, zone: ZoneInfo) -> list[datetime]:
    """Answer the instants that lie in the current window, oldest first.

    Rolling: later than now − length; exactly that long ago no longer counts. An instant after `now`, from a
    machine whose clock runs ahead, counts: rather one too few than one too many.
    """
    if isinstance(window, Rolling):
        start = window_start(window, now, zone)
        return sorted(at for at in counted_at if at > start)
    day = first_day(window, now, zone)
    return sorted(at for at in counted_at if first_day(window, at, zone) == day)


def frees_at(
    window: Window, counted_at: Sequence[datetime], limit: int, now: datetime, zone: ZoneInfo
) -> datetime | None:
    """Answer None if one more is allowed now, else the first instant at which it will be."""
    _check_limit(limit)
    within = inside(window, counted_at, now, zone)
    if len(within) < limit:
        return None
    if isinstance(window, Rolling):
        return as_instant(within[-limit]) + window.length
    moment = as_instant(now)
    while len(inside(window, counted_at, moment, zone)) >= limit:
        moment = next_start(window, moment, zone)
    return moment


def check_caps(
    rules: Sequence[CapRule],
    counted: Sequence[Counted],
    candidate: Candidate,
    now: datetime,
    zone: ZoneInfo,
) -> CapVerdict:
    """Answer whether all rules allow the candidate; of several that do not, the one that frees last.

    Of two that free at the same instant the one named first is reported.
    """
    verdict = CapVerdict()
    for rule in rules:
        if not rule.applies(candidate.channel, candidate.topic, candidate.brand):
            continue
        theirs = [one for one in counted if rule.applies(one.channel, one.topic, one.brand)]
        ats = [one.at for one in theirs]
        until = frees_at(rule.window, ats, rule.limit, now, zone)
        if until is not None and (verdict.until is None or until > verdict.until):
            within = tuple(inside(rule.window, ats, now, zone))
            verdict = CapVerdict(rule, until, within, _elsewhere(theirs, within))
    return verdict


def _elsewhere(counted: Sequence[Counted], within: Sequence[datetime]) -> Mapping[str, int]:
    """How many of those inside the window each system before us has sent."""
    moments = set(within)
    return dict(sorted(Counter(one.system for one in counted if one.system and one.at in moments).items()))


def check_gap(last_at: datetime | None, gap: timedelta, now: datetime) -> datetime | None:
    """Answer None if the last message is at least `gap` ago, else the instant at which it will be."""
    if last_at is None:
        return None
    until = as_instant(last_at) + gap
    return until if until > now else None


def first_day(window: Calendar, instant: datetime, zone: ZoneInfo) -> date:
    """The local date on which the period began that this instant lies in."""
    today = local(instant, zone).date()
    if window.period == "day":
        return today
    return today - timedelta(days=today.weekday()) if window.period == "week" else today.replace(day=1)


def next_start(window: Calendar, instant: datetime, zone: ZoneInfo) -> datetime:
    """Answer the first instant (UTC) of the next period (the second midnight, where clocks go back over the first)."""
    first = first_day(window, instant, zone)
    longest = {"day": 1, "week": 7, "month": 31}[window.period]
    following = first + timedelta(days=longest)
    midnight = datetime.combine(following.replace(day=1) if window.period == "month" else following, time(0))
    moment = resolve(midnight, zone)
    return moment if moment > instant else midnight.replace(tzinfo=zone, fold=1).astimezone(UTC)


def _check_limit(limit: int) -> None:
    if type(limit) is not int or limit < 1:
        raise ValueError(
            f"a cap allows at least 1 message, got {limit!r}; to send nothing, pause the channel"
        )

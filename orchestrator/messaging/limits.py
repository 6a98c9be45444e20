"""The workspace's limits as the gate uses them: caps, quiet hours, the gap, what is paused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import time, timedelta
from functools import lru_cache
from typing import Any

from orchestrator.domain import durations
from orchestrator.domain.frequency import Calendar, CapRule, Rolling
from orchestrator.domain.quiet import EVERY_DAY, QuietHours, Range
from orchestrator.messaging.models import FrequencyCap, QuietHoursRule
from orchestrator.workspace.models import Workspace

# No day, week or month is longer, wherever its customer lives and whatever the clocks do.
_AT_MOST = {"day": timedelta(days=2), "week": timedelta(days=8), "month": timedelta(days=32)}


@dataclass(frozen=True, slots=True)
class Limits:
    """Read anew for every batch: the kill switch is a column of the workspace, and must bite at once."""

    workspace: Workspace
    caps: tuple[CapRule, ...]
    quiet_rules: tuple[tuple[str, str, QuietHours], ...]

    @classmethod
    def read(cls) -> Limits:
        """Three small queries."""
        caps = FrequencyCap.objects.filter(enabled=True).select_related("topic").order_by("id")
        quiet = QuietHoursRule.objects.filter(enabled=True).order_by("id")
        return cls(
            Workspace.get(),
            tuple(cap_rule(cap) for cap in caps),
            tuple((rule.channel, rule.purpose, quiet_hours(rule)) for rule in quiet),
        )

    @property
    def minimum_gap(self) -> timedelta:
        """Between any two marketing messages to one person."""
        return timedelta(minutes=self.workspace.minimum_gap_minutes)

    @property
    def longest_window(self) -> timedelta:
        """How far back counting must look."""
        windows = (rule.window for rule in self.caps)
        spans = (one.length if isinstance(one, Rolling) else _AT_MOST[one.period] for one in windows)
        return max(self.minimum_gap, timedelta(days=1), *spans)

    def paused(self, channel: str) -> str:
        """ "workspace", "channel" or ""."""
        if self.workspace.paused_at is not None:
            return "workspace"
        return "channel" if channel in self.workspace.paused_channels else ""

    def quiet(self, channel: str, purpose: str) -> tuple[QuietHours, ...]:
        """The quiet hours that a message of this channel and purpose must keep."""
        asked = (channel, purpose)
        return tuple(rule for *kept_for, rule in self.quiet_rules if tuple(kept_for) == asked)


def cap_rule(cap: FrequencyCap) -> CapRule:
    """A row as the domain's rule."""
    window = Rolling(durations.parse(cap.rolling)) if cap.rolling else Calendar(cap.calendar)  # type: ignore[arg-type]
    return CapRule(
        key=cap.name,
        limit=cap.limit,
        window=window,
        channels=frozenset(cap.channels) or None,
        topic=cap.topic.key if cap.topic else None,
        brand=str(cap.brand_id) if cap.brand_id else None,
    )


def quiet_hours(rule: QuietHoursRule) -> QuietHours:
    """A row as the domain's rule."""
    return _quiet_hours(json.dumps(rule.ranges), rule.holidays)


@lru_cache(maxsize=256)
def _quiet_hours(ranges: str, holidays: str) -> QuietHours:
    spans = tuple(_range(span) for span in json.loads(ranges))
    return QuietHours(ranges=spans, holidays_country=holidays or None)


def _range(span: dict[str, Any]) -> Range:
    days = frozenset(span.get("weekdays", EVERY_DAY))
    return Range(days, time.fromisoformat(span["start"]), time.fromisoformat(span["end"]))

"""The workspace's limits as the gate uses them: caps, quiet hours, the gap, what is paused."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from orchestrator.domain import durations
from orchestrator.domain.frequency import Calendar, CapRule, Period, Rolling
from orchestrator.domain.quiet import EVERY_DAY, QuietHours, Range
from orchestrator.messaging.models import FrequencyCap, QuietHoursRule
from orchestrator.store.prepared import prepared
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
        return cls(
            Workspace.get(),
            tuple(_cap_rule(*row) for row in _caps().rows()),
            tuple(
                (channel, purpose, quiet_hours(ranges, holidays))
                for channel, purpose, ranges, holidays in _quiet_rules().rows()
            ),
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


@prepared
def _caps() -> QuerySet[Any]:
    caps = FrequencyCap.objects.filter(enabled=True).order_by("id")
    return caps.values_list("name", "limit", "rolling", "calendar", "channels", "topic__key", "brand_id")


@prepared
def _quiet_rules() -> QuerySet[Any]:
    rules = QuietHoursRule.objects.filter(enabled=True).order_by("id")
    return rules.values_list("channel", "purpose", "ranges", "holidays")


def _cap_rule(
    name: str,
    limit: int,
    rolling: str,
    calendar: Period,
    channels: Sequence[str],
    topic: str | None,
    brand: int | None,
) -> CapRule:
    return CapRule(
        key=name,
        limit=limit,
        window=Rolling(durations.parse(rolling)) if rolling else Calendar(calendar),
        channels=frozenset(channels) or None,
        topic=topic,
        brand=str(brand) if brand else None,
    )


def quiet_hours(ranges: Sequence[Mapping[str, Any]], holidays: str) -> QuietHours:
    """A row's columns as the domain's rule."""
    return _quiet_hours(json.dumps(ranges), holidays)


@lru_cache(maxsize=256)
def _quiet_hours(ranges: str, holidays: str) -> QuietHours:
    spans = tuple(_range(span) for span in json.loads(ranges))
    return QuietHours(ranges=spans, holidays_country=holidays or None)


def _range(span: dict[str, Any]) -> Range:
    days = frozenset(span.get("weekdays", EVERY_DAY))
    return Range(days, time.fromisoformat(span["start"]), time.fromisoformat(span["end"]))

"""The workspace's limits as the gate uses them: caps, quiet hours, the gap, what is paused."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from orchestrator.domain import durations
from orchestrator.domain.frequency import Calendar, CapRule, Period, Rolling, longest_of
from orchestrator.domain.quiet import EVERY_DAY, QuietHours, Range
from orchestrator.messaging.models import FrequencyCap, QuietHoursRule
from orchestrator.segments.guards import Guard, guarding_segments
from orchestrator.store.prepared import prepared
from orchestrator.workspace.models import Workspace

_STOP_TOLD = ("complained", "accepted", "counted_since", "stopped_at")


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
            tuple(cap_rule(*row) for row in _caps().rows()),
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
        return max(self.minimum_gap, timedelta(days=1), *(longest_of(rule) for rule in self.caps))

    def paused(self, channel: str) -> str:
        """ "workspace", "channel" or ""."""
        if self.workspace.paused_at is not None:
            return "workspace"
        return "channel" if channel in self.workspace.paused_channels else ""

    def stopped(self, brand: int, channel: str) -> dict[str, Any] | None:
        """What complaints have stopped the brand's marketing by this channel, as evidence; it rides on the workspace."""
        found = self.workspace.stopped.get(f"{brand} {channel}")
        return {name: found[name] for name in _STOP_TOLD} if found is not None else None

    def guards(self) -> tuple[Guard, ...]:
        """The segments that get no marketing: one small query, which only whoever has marketing to send asks.

        A sensitive one comes without its title: the gate writes it into what everybody may read.
        """
        hidden = frozenset(self.workspace.sensitive_segments)
        return tuple(replace(one, title="") if one.key in hidden else one for one in guarding_segments())

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


def cap_rule(
    name: str,
    limit: int,
    rolling: str,
    calendar: Period,
    channels: Sequence[str],
    topic: str | None,
    brand: int | None,
) -> CapRule:
    """A row's columns as the domain's rule."""
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

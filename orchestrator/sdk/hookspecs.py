"""The eleven hooks. The first seven are called once, at start; a name registered twice refuses to start, naming both.

Arguments are passed by name and pruned: implement only those you need, and hooks may gain arguments later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pluggy

from orchestrator.sdk.conditions import ConditionKind
from orchestrator.sdk.providers import Channel, Provider
from orchestrator.sdk.recommenders import Recommender
from orchestrator.sdk.sources import Source
from orchestrator.sdk.steps import StepKind
from orchestrator.sdk.values import EnrollmentChange, Message, MessageOutcome, Veto

PROJECT = "journey_orchestrator"
ENTRY_POINTS = "journey_orchestrator.plugins"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def register_channels() -> Iterable[Channel]:  # type: ignore[empty-body]
    """Channels this plugin brings."""


@hookspec
def register_providers() -> Iterable[Provider]:  # type: ignore[empty-body]
    """Providers this plugin brings, ready to use: read settings from the environment here."""


@hookspec
def register_steps() -> Iterable[StepKind[Any]]:  # type: ignore[empty-body]
    """Step kinds this plugin brings."""


@hookspec
def register_conditions() -> Iterable[ConditionKind]:  # type: ignore[empty-body]
    """Words of the rule language this plugin brings."""


@hookspec
def register_template_filters() -> Mapping[str, Callable[..., Any]]:  # type: ignore[empty-body]
    """Template filters this plugin brings, by name. They are given and must answer plain values."""


@hookspec
def register_recommenders() -> Iterable[Recommender]:  # type: ignore[empty-body]
    """Recommenders this plugin brings."""


@hookspec
def register_sources() -> Iterable[Source]:  # type: ignore[empty-body]
    """Kinds of shops and helpdesks whose webhooks and files this plugin reads."""


@hookspec(firstresult=True)
def choose_provider(channel: str, candidates: Sequence[str], failing: frozenset[str]) -> str | None:
    """Choose one of `candidates` (names, in configured order) for `channel`; None leaves the choice to the next.

    `failing`: those whose breaker is open. An answer that is not a candidate is ignored and blamed on the plugin.
    """


@hookspec
def review_messages(messages: Sequence[Message], now: datetime) -> Iterable[Veto]:  # type: ignore[empty-body]
    """Look at rendered messages before they leave; refuse any. An exception holds the whole batch."""


@hookspec
def messages_settled(messages: Sequence[MessageOutcome]) -> None:
    """Messages that reached a final state, after the commit. Errors are contained."""


@hookspec
def enrollments_changed(changes: Sequence[EnrollmentChange]) -> None:
    """Enrollments that began or ended, after the commit. Errors are contained."""

"""What this room plugs in: the step kinds that come with the engine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from orchestrator.journeys.steps import STEP_KINDS
from orchestrator.sdk import StepKind, hookimpl


@hookimpl
def register_steps() -> Iterable[StepKind[Any]]:
    """send, wait, wait_until, choose, split, exit."""
    return STEP_KINDS

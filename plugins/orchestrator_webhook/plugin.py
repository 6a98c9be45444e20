"""What the orchestrator calls."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.sdk import Provider, hookimpl


@hookimpl
def register_providers() -> Sequence[Provider]:
    """The providers whose settings are there."""
    return ()

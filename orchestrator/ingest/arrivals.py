"""What comes through the door, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from orchestrator.ingest.keys import Key
from orchestrator.sdk.value import value

EVENT, CHANGE, DEAD = "event", "change", "dead"


@value
class Arrival:
    """One call as it came: JSON that is parsed, and what stood around it in its batch. `kind`: of its route, if that says it."""

    item: Any
    key: Key
    received_at: datetime
    batch: Mapping[str, Any] = field(default_factory=dict)
    kind: str = ""


@value
class Fate:
    """What became of a call: an event, a change of somebody, or a dead letter for a reason.

    `reason` may stand beside the first two as well: a part that was not taken.
    """

    became: str
    reason: str = ""
    words: str = ""

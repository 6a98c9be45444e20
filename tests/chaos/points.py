"""Named points of a delivery at which a worker can die or dawdle. They are put into a test's worker, not into the product.

`POINTS` are the edges of every transaction, in the order of a message's life; `install` wraps the functions there.
"""

from __future__ import annotations

import functools
import os
import random
import signal
import time
from collections.abc import Callable
from typing import Any

from tests.chaos.campaign import Campaign

POINTS = (
    "after_move", "after_claim", "after_doubt", "in_look_up", "after_look", "after_render", "in_gate", "after_gate",
    "before_call", "in_call", "before_settle", "after_note", "in_settle", "after_settle", "in_rescue", "after_rescue",
)  # fmt: skip
_doom: tuple[str, int] | None = None
_pause, _nap, _chance = 0.0, ("", 0.0, 0.0), random.Random()
DAWDLING = ("in_facts", "in_gate", "after_render", "after_look")  # between reading and writing


def passing(point: str) -> None:
    """Die here, if it is this worker's point and its count has come; else perhaps dawdle."""
    global _doom
    if _doom is not None and _doom[0] == point:
        _doom = (point, _doom[1] - 1)
        if _doom[1] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
    if _pause and point in DAWDLING and _chance.random() < 0.3:
        time.sleep(_chance.random() * _pause)
    if _nap[0] == point and _chance.random() < _nap[1]:
        time.sleep(_nap[2])


def install(campaign: Campaign, doom: tuple[str, int] | None, seed: int) -> None:
    """Put the points into this process. `doom`: where to die, at which passing."""
    global _doom, _pause, _nap, _chance
    from orchestrator.journeys import work
    from orchestrator.messaging import deliver, facts, gate, parts, rescue, settle

    _doom, _pause, _chance = doom, campaign.pauses, random.Random(seed)
    _nap = (*campaign.nap, campaign.lease_lasts * 1.3)
    after(work, "move_due", "after_move")
    after(deliver, "claim", "after_claim")
    after(deliver, "clear_up", "after_doubt")
    after(deliver, "look", "after_look")
    after(deliver, "review", "after_render")
    after(facts, "_counted", "in_facts")
    after(gate, "load", "in_gate")
    after(deliver, "gate", "after_gate")
    after(parts, "hand_off", "before_settle")
    after(parts, "note", "after_note")
    after(settle, "_keep_references", "in_settle")
    after(deliver, "settle", "after_settle")
    after(rescue, "_told", "in_rescue")
    after(work, "rescue", "after_rescue")


def after(module: Any, name: str, point: str) -> None:
    """Pass the point whenever this function comes back."""
    inner: Callable[..., Any] = getattr(module, name)

    @functools.wraps(inner)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        answer = inner(*args, **kwargs)
        passing(point)
        return answer

    setattr(module, name, wrapped)

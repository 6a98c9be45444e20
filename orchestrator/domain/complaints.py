"""COMPLAINTS: when so many people call a brand's marketing spam that no more of it may leave by that channel.

Mailbox providers block a sender over 0.3 %. Of what was handed off in the last seven days, so many complaints of so many
accepted stop marketing. Nothing opens it again but a person: while it is stopped nothing new is accepted, so the share
could only fall because old messages leave the window, which says nothing of what the next ones would meet. What is
handed off from then on is counted anew.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from orchestrator.domain.alarms import LEAST_ACCEPTED, LEAST_COMPLAINTS

WINDOW = timedelta(days=7)  # by the moment of hand-off
STOPS_AT = 3  # complaints in
OF = 1000  # accepted messages


def since(now: datetime, opened_again: datetime | None) -> datetime:
    """What was handed off since when counts. `opened_again`: when a person let marketing go on, if ever."""
    began = now - WINDOW
    return began if opened_again is None else max(began, opened_again)


def enough(complained: int) -> bool:
    """Whether so few complaints say anything at all."""
    return complained >= LEAST_COMPLAINTS


def at_most(complained: int) -> int:
    """Of how many accepted messages so many complaints are still enough: who counts need not count further."""
    return complained * OF // STOPS_AT


def stops(complained: int, accepted: int) -> bool:
    """Whether marketing stops: exactly 0.3 % does, of no fewer than both minimums."""
    return enough(complained) and LEAST_ACCEPTED <= accepted <= at_most(complained)

"""What the studio says of the workers, and of a halt of all sending."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orchestrator.domain.alarms import Kind
from orchestrator.domain.liveness import AtWork
from orchestrator.journeys.alarms.words import moment, say
from orchestrator.workspace.models import Halt


def say_workers(found: AtWork, now: datetime) -> str:
    """Who works, or since when nobody does; "" where nobody ever did."""
    if found.last is None:
        return ""
    if not found.workers:
        return _("Nobody works since %(since)s: run `make work`.") % {"since": moment(found.last.isoformat())}
    seconds = max(0, int((now - found.last).total_seconds()))
    told = {"count": found.workers, "seconds": seconds}
    return (
        ngettext(
            "%(count)s worker at work; last heard %(seconds)s s ago.",
            "%(count)s workers at work; last heard %(seconds)s s ago.",
            found.workers,
        )
        % told
    )


def say_halt(halt: Halt) -> str:
    """Why nothing is sent, and what to do."""
    told = {"why": halt.why, "since": halt.halted_at.isoformat()}
    return say(Kind.HALTED, "", told).text

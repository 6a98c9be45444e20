"""What the studio says of the workers, and of a halt of all sending."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orchestrator.domain.liveness import AtWork
from orchestrator.journeys.waiting import next_due
from orchestrator.studio.silent import Alarm
from orchestrator.workspace.halt import current
from orchestrator.workspace.models import Halt

DUE = frozenset({"deliver", "move"})


def say_workers(found: AtWork, now: datetime) -> str:
    """Who works, or since when nobody does; "" where nobody ever did."""
    if found.last is None:
        return ""
    if not found.workers:
        return _("Nobody works since %(since)s: run `make work`.") % {"since": _moment(found.last)}
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


def alarms(heard: AtWork, now: datetime) -> list[Alarm]:
    """That sending is halted; that messages are due and nobody works."""
    halt = current()
    found = [] if halt is None else [Alarm(say_halt(halt), reverse("admin:workspace_halt_changelist"))]
    due = next_due(DUE) if heard.last is not None and not heard.workers else None
    if due is not None and due <= now:
        words = _("Messages are due, and no worker runs: run `make work`.")
        found.append(Alarm(words, reverse("admin:workspace_heartbeat_changelist")))
    return found


def say_halt(halt: Halt) -> str:
    """Why nothing is sent, and what to do."""
    told = {"since": _moment(halt.halted_at)}
    if halt.why == "restored":
        words = _(
            "Nothing is sent since %(since)s: the database was restored, and what it calls unsent may have left. "
            "`manage.py outbox` shows what waits, and asks."
        )
    else:
        words = _(
            "Nothing is sent since %(since)s: no worker had run for long, and what was due is late. "
            "`manage.py outbox` shows what waits, and asks."
        )
    return words % told


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")

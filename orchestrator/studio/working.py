"""Workers and halts in words: who works and at what, and what a halt was found by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orchestrator.domain.liveness import Beat, at_work
from orchestrator.studio import words
from orchestrator.workspace.models import Heartbeat

_KINDS = {"work": gettext_lazy("`manage.py work`, without a broker"), "celery": gettext_lazy("Celery")}
_DOING = {
    "work": gettext_lazy("everything by turns"),
    "walk": gettext_lazy("moves people on"),
    "deliver": gettext_lazy("delivers messages"),
    "sweep": gettext_lazy("looks what is due"),
}
_EVIDENCE = {
    "number": gettext_lazy("last heartbeat in the database, number"),
    "number_left": gettext_lazy("last heartbeat that a worker noted, number"),
    "last_beat": gettext_lazy("last sign of a worker"),
    "due_since": gettext_lazy("messages were due since"),
}


def say_kind(kind: str) -> str:
    """By what a worker was started."""
    return str(_KINDS.get(kind, kind))


def say_doing(doing: str) -> str:
    """What a worker was last at."""
    return str(_DOING.get(doing, doing)) or "–"


def say_state(row: Heartbeat, now: datetime) -> tuple[str, str]:
    """Whether a worker works, has stopped, or fell silent: code and words."""
    if row.ended_at is not None:
        return "ended", _("ended")
    works = at_work([Beat(row.beat_at, row.ended_at)], now).workers
    return ("works", _("at work")) if works else ("silent", _("silent"))


def say_evidence(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """What the database and the workers' notes said when sending was halted."""
    return {str(_EVIDENCE.get(name, words.spaced(name))): value for name, value in evidence.items()}

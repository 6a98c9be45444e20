"""Passages of an erased person end; who walked where, and when, remains, and why for whom does not."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from orchestrator.customers.erasing import Handler, register
from orchestrator.domain.alarms import Kind
from orchestrator.domain.walks import Ended
from orchestrator.journeys.effects import finish
from orchestrator.journeys.models import Doorstep, Enrollment, EntryTimer, StepRun
from orchestrator.store import bulk
from orchestrator.workspace.models import Alarm

ERASED = "erased"
_QUOTING = (Kind.PROVIDER.value, Kind.STEP.value)
_QUOTED = ("fault", "detail")


def handle() -> None:
    """Have passages ended and emptied in an erasure."""
    names = ("Enrollment", "StepRun", "EntryTimer", "Doorstep")
    register("journeys", Handler(tuple(f"journeys.{name}" for name in names), erase))


def erase(customer_ids: Collection[int], now: datetime) -> None:
    """End what is under way, and cancel what it has not sent; nobody waits at a door or for a day any more.

    Whom another worker lets in meanwhile is ended too, as far as it is seen here. One that is not keeps its key, since two
    passages under way may not have the same, until the erasure is run again.
    """
    theirs = Enrollment.objects.filter(customer__in=customer_ids)
    active = theirs.filter(status=Enrollment.Status.ACTIVE).order_by("id").values_list("id", flat=True)
    while ids := list(active.all()):  # asked anew
        finish({id_: Ended("exited", ERASED) for id_ in ids}, now)
    EntryTimer.objects.filter(customer__in=customer_ids).delete()
    Doorstep.objects.filter(customer__in=customer_ids).delete()
    StepRun.objects.filter(enrollment__in=theirs.values("id")).update(evidence={})
    ended = theirs.exclude(status=Enrollment.Status.ACTIVE)
    ended.update(entry_key="", once_key=None, entry_properties={})
    _unsay()


def _unsay() -> None:
    """What alarms quote of a provider's or a template's words, which may name anybody, goes; that it was wrong stays."""
    rows = list(Alarm.objects.filter(kind__in=_QUOTING).select_for_update())
    quoting = [one for one in rows if any(map(one.evidence.get, _QUOTED))]
    bulk.update(Alarm, ("evidence",), [(one.pk, one.evidence | _nothing(one.evidence)) for one in quoting])


def _nothing(evidence: Mapping[str, Any]) -> dict[str, str]:
    return {name: "" for name in _QUOTED if isinstance(evidence.get(name), str)}

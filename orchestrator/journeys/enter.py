"""ENTER: a program lets one person in, with a key of its own: the same key again is the same entry.

An order's confirmation is such a journey: `purpose: transactional`, `entry: {api: order_confirmed}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from orchestrator.customers.locks import lock
from orchestrator.customers.plain import check_text, make_plain
from orchestrator.customers.survivors import survivors
from orchestrator.domain.definition.audiences import ApiTrigger
from orchestrator.journeys.doorstep import keep
from orchestrator.journeys.enroll import Candidate, ask, let_in
from orchestrator.journeys.models import Doorstep, Enrollment, Journey
from orchestrator.journeys.versions import Live, version
from orchestrator.store import doorbells

LONGEST_KEY = 100


class EnterError(Exception):
    """The call cannot be made, in words; `code` names the reason for programs."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code = code


@dataclass(frozen=True, slots=True)
class Entered:
    """What came of a call: the enrollment, and whether this call made it; `reason` where nobody was let in."""

    enrollment: int | None
    made: bool
    reason: str = ""


def enter(journey: str, customer_id: int, key: str, properties: Mapping[str, Any], now: datetime) -> Entered:
    """Let a customer in; EnterError where the journey takes no such call.

    Whoever calls twice with a key gets the first call's enrollment, whatever the second one's properties say.
    Somebody who was merged is let in as who they are now.
    """
    door = door_of(journey)
    trigger = next((one for one in door.definition.entry.triggers if isinstance(one, ApiTrigger)), None)
    if trigger is None:
        raise EnterError(
            "no_api", f"the journey “{journey}” lets nobody in by a call: its `entry` has no `api`"
        )
    said = _checked(trigger, key, properties)
    with transaction.atomic():
        lock([customer_id])  # whoever is being merged just now is merged first
        customer_id = survivors([customer_id]).get(customer_id, customer_id)
        if (before := _found(door, customer_id, key)) is not None:
            return Entered(before, False)
        candidate = Candidate(door, customer_id, key, said)
        asked = ask([candidate], now)
        keep(asked.turned_away, now)
        made = let_in(asked.welcome, now)
        if not made:
            return _not_made(door, candidate, bool(asked.turned_away), bool(asked.welcome))
        doorbells.ring(doorbells.WALK)
    return Entered(made[0], True)


def door_of(journey: str) -> Live:
    """The version by which people enter now; EnterError where nobody can."""
    row = Journey.objects.filter(key=journey).values_list("status", "current_id").first()
    if row is None:
        raise EnterError("no_journey", f"there is no journey “{journey}”")
    status, current = row
    if status not in (Journey.Status.LIVE, Journey.Status.PAUSED) or current is None:
        raise EnterError("not_live", f"the journey “{journey}” is {status}; publish it first")
    return version(current)


def _checked(trigger: ApiTrigger, key: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    if not 1 <= len(check_text(key, "the key")) <= LONGEST_KEY:
        raise EnterError(
            "bad_key", f"the key must have 1 to {LONGEST_KEY} characters, and this has {len(key)}"
        )
    missing = [name for name in trigger.requires if properties.get(name) is None]
    if missing:
        raise EnterError("missing_property", f"the properties lack {', '.join(missing)}")
    return dict(make_plain(properties, "properties"))


def _found(door: Live, customer_id: int, key: str) -> int | None:
    theirs = Enrollment.objects.filter(customer_id=customer_id, journey_id=door.journey_id, entry_key=key)
    return theirs.order_by("-id").values_list("id", flat=True).first()


def _not_made(door: Live, candidate: Candidate, turned_away: bool, welcome: bool) -> Entered:
    """Why nobody was let in: the filter, a limit, the time since the last entry, or another call that came first."""
    if welcome:
        before = _found(door, candidate.customer_id, candidate.entry_key)
        return Entered(before, False, "" if before else _kept_out(door, candidate) or "inside")
    return Entered(None, False, "only_if" if turned_away else "again")


def _kept_out(door: Live, candidate: Candidate) -> str:
    """The limit for which they wait at the door, or were turned away just now; "" if it is none."""
    theirs = Doorstep.objects.filter(customer_id=candidate.customer_id, journey_id=door.journey_id)
    theirs = theirs.filter(entry_key=candidate.entry_key).exclude(reason="")
    return (
        theirs.order_by(F("turned_away_at").desc(nulls_first=True)).values_list("reason", flat=True).first()
        or ""
    )

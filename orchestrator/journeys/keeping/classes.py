"""CLASSES: every class of data that has an end, one entry each; higher floors add their own (`register`).

Which days may be asked for stands in `domain/retention.py`, why and what it costs in `studio/keeping.py`, and the models
that have no end in `kept.py`: a test holds that every model of ours stands here or there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from orchestrator.consents.models import Consent, ConsentRecord
from orchestrator.customers.models import Customer
from orchestrator.domain.orders import CHANGES, PLACED
from orchestrator.domain.outbox import OPEN
from orchestrator.duplicates.models import DuplicateSearch, LikelyDuplicate
from orchestrator.events.models import Event
from orchestrator.events.net_sql import OrderId
from orchestrator.ingest.models import DeadLetter
from orchestrator.journeys.keeping import inactive
from orchestrator.journeys.keeping.shape import Asked, DataClass, Moments, blank, is_blank
from orchestrator.journeys.models import Enrollment, Launch, Simulation, StepRun
from orchestrator.messaging.models import (
    Decision,
    DeliveryAttempt,
    MailboxMessage,
    Message,
    MessageBody,
    PastMessage,
    Receipt,
)
from orchestrator.sources.models import KeptDelivery
from orchestrator.workspace.models import Alarm, AlarmNotice

LONGEST_WAIT = timedelta(days=400)
# What is emptied, and with what, where the row stays.
FILLED_WITH: Mapping[str, Any] = {"parameters": {}, "address": "", "zone": "", "zone_rung": ""}
PROOF: Mapping[str, Any] = {"text": "", "proof": {}}


def _waits(when: Moments) -> Asked:
    """Its message is not final."""
    return Exists(Message.objects.filter(pk=OuterRef("message_id"), state__in=OPEN))


def _waits_or_empty(when: Moments) -> Asked:
    return Q(context={}) | Exists(Message.objects.filter(pk=OuterRef("message_id"), state__in=OPEN))


def _long_empty(when: Moments) -> Asked:
    """A body has its message's number, and may come when later ones are long empty: a message waits that long at most."""
    return Q(context={}, composed_at__lt=when.now - LONGEST_WAIT)


def _walks(when: Moments) -> Asked:
    """Its passage goes on."""
    walking = Enrollment.objects.filter(pk=OuterRef("enrollment_id"), status=Enrollment.Status.ACTIVE)
    return Exists(walking)


def _measured(when: Moments) -> Asked:
    """The passage goes on, or its goal may still be met: of those held out, too."""
    return Q(status=Enrollment.Status.ACTIVE) | Q(goal_met_at=None, goal_until__gt=when.now)


def _unfinished(when: Moments) -> Asked:
    return Q(state__in=OPEN) | Q(final_at=None) | Q(wake_pending=True)


def _tells(when: Moments) -> Asked:
    """Not looked at yet, or the last of its name that this person did: whoever asks since when still learns it.

    What was cancelled or given back is kept as long as its order, which would else count whole again.
    """
    newer = Event.objects.filter(
        customer=OuterRef("customer"), name=OuterRef("name"), occurred_at__gt=OuterRef("occurred_at")
    )
    ordered = Event.objects.filter(
        Exact(OrderId("properties"), OrderId(OuterRef("properties"))),
        customer=OuterRef("customer"),
        name=PLACED,
    )
    return Q(pending=True) | ~Exists(newer) | (Q(name__in=CHANGES) & Exists(ordered))


def _in_use(when: Moments) -> Asked:
    """It is what holds now, or what took its place did so less long ago than it is kept."""
    same = {name: OuterRef(name) for name in ("customer", "brand", "channel", "purpose", "topic")}
    newer = ConsentRecord.objects.filter(**same, number__gt=OuterRef("number"), recorded_at__lt=when.before)
    return Exists(Consent.objects.filter(record=OuterRef("pk"))) | ~Exists(newer)


def _asked_or_told_apart(when: Moments) -> Asked:
    """Somebody is still to look at it; or said that they are two people, which is never asked again."""
    return Q(state__in=(LikelyDuplicate.State.OPEN, LikelyDuplicate.State.TWO_PEOPLE))


def _closed(column: str) -> Any:
    """What is still open has no such moment: its place among the ids is told by its beginning."""
    beginning = {"finished_at": "entered_at", "final_at": "created_at", "closed_at": "opened_at"}
    return Coalesce(column, beginning[column])


CLASSES: dict[str, DataClass] = {
    one.name: one
    for one in (
        DataClass("decision", Decision, "decided_at", open=_waits),
        DataClass("attempt", DeliveryAttempt, "settled_at", open=_waits),
        DataClass("step_run", StepRun, "left_at", open=_walks),
        DataClass("receipt", Receipt, "received_at"),
        DataClass("past_message", PastMessage, "stored_at"),
        DataClass("mailbox", MailboxMessage, "composed_at"),
        DataClass(
            "context", MessageBody, "composed_at", blank(context={}), _waits_or_empty, done=_long_empty
        ),
        DataClass("body", MessageBody, "composed_at", open=_waits),
        DataClass(
            "message",
            Message,
            _closed("final_at"),
            blank(**FILLED_WITH),
            _unfinished,
            "created_at",
            is_blank(**FILLED_WITH),
        ),
        DataClass(
            "entry",
            Enrollment,
            _closed("finished_at"),
            blank(entry_properties={}),
            _measured,
            "entered_at",
            is_blank(entry_properties={}),
        ),
        DataClass(
            "simulation", Simulation, "asked_at", open=lambda when: Q(state__in=("planned", "running"))
        ),
        DataClass(
            "alarm",
            Alarm,
            _closed("closed_at"),
            open=lambda when: Q(closed_at=None),
            born="opened_at",
        ),
        DataClass(
            "notice",
            AlarmNotice,
            "made_at",
            open=lambda when: Q(due_at__isnull=False) | Q(alarm__closed_at=None),
        ),
        DataClass(
            "launch",
            Launch,
            Coalesce("finished_at", "opens_at"),
            open=lambda when: Q(due_at__isnull=False) | Q(finished_at=None),
            born=None,
        ),
        DataClass("journal", LogEntry, "action_time"),
        DataClass("session", Session, "expire_date", by_time=True),
        DataClass("dead_letter", DeadLetter, "received_at"),
        DataClass("delivery", KeptDelivery, "received_at"),
        DataClass("event", Event, "received_at", open=_tells),
        DataClass(
            "consent_proof", ConsentRecord, "recorded_at", blank(**PROOF), _in_use, done=is_blank(**PROOF)
        ),
        DataClass(
            "quiet",
            Customer,
            inactive.last_heard(),
            inactive.restrict_them,
            inactive.goes_on,
            None,
            among=inactive.THERE,
            most=inactive.MOST,
        ),
        DataClass(
            "inactive",
            Customer,
            inactive.last_heard(),
            inactive.erase_them,
            inactive.goes_on,
            None,
            among=inactive.THERE,
            most=inactive.MOST,
        ),
        DataClass(
            "duplicate",
            LikelyDuplicate,
            Coalesce("decided_at", "found_at"),
            open=_asked_or_told_apart,
            born=None,
        ),
        DataClass(
            "search",
            DuplicateSearch,
            Coalesce("ended_at", "began_at"),
            open=lambda when: Q(due_at__isnull=False),
            born="began_at",
        ),
    )
}


def register(*classes: DataClass) -> None:
    """Add classes of a higher floor; the same name again replaces one."""
    CLASSES.update({one.name: one for one in classes})

"""REACHED: what came of a journey's messages since a moment, as rates are made of it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Q

from orchestrator.domain.outbox import SENT, State
from orchestrator.domain.waves import Numbers
from orchestrator.events.models import Event
from orchestrator.messaging.models import Message

COMPLAINED, BOUNCED = "message.complained", "message.bounced"


def reached(journey: str, since: datetime) -> Numbers:
    """Accepted, complained of, and bounced: refused at once, or later by a receipt."""
    messages = Message.objects.filter(journey=journey, created_at__gte=since, test=False)
    sent, refused = Q(state__in=list(SENT)), Q(state=State.REJECTED)
    counted = messages.aggregate(sent=Count("id", filter=sent), refused=Count("id", filter=refused))
    events = Event.objects.filter(occurred_at__gte=since, properties__journey=journey)
    complaints = events.filter(name=COMPLAINED).count()
    bounces = events.filter(name=BOUNCED).count() + counted["refused"]
    return Numbers(counted["sent"] + counted["refused"], complaints, bounces)

"""The outbox's two queues: messages whose time has come, and messages whose worker is gone. Both by a partial index.

Those whose time has come stand in lanes (`domain/lanes.py`), one a purpose: their index begins with it, so that whoever
asks for one lane never reads another. A second one begins with the channel, for what is limited or counted by channel.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Upper

from orchestrator.domain.lanes import LANES
from orchestrator.domain.outbox import State
from orchestrator.messaging.models import Message
from orchestrator.store.literal import literals
from orchestrator.store.prepared import Given, prepared

CLAIMABLE = (State.PLANNED, State.RETRY_WAIT, State.UNCERTAIN)
_CLAIMABLE = literals(CLAIMABLE)
_HELD_BY_A_WORKER = literals((State.LEASED, State.HANDING_OFF))
_LANES = literals(LANES)


def claimable() -> QuerySet[Message]:
    """Messages that a worker may take when they are due."""
    return Message.objects.filter(state__in=_CLAIMABLE, purpose__in=_LANES)


def lane(purpose: str) -> QuerySet[Message]:
    """Those of one lane."""
    return Message.objects.filter(state__in=_CLAIMABLE, purpose=purpose)


def of_channel(channel: str | Given, purpose: str) -> QuerySet[Message]:
    """Those of a lane that go by one channel.

    The purpose is asked for in capitals, as the channels' index has it, which the lanes' index cannot serve. With that,
    PostgreSQL would step over every message of a channel whose limit is reached to find the first of another.
    """
    rows = Message.objects.filter(state__in=_CLAIMABLE, channel=channel)
    return rows.alias(lane=Upper("purpose")).filter(lane=purpose.upper())


def count_over(channel: str, now: datetime, most: int) -> int:
    """How many are due over a channel, counted no further than `most`."""
    return over(channel, now).values("pk")[:most].count()


def channels() -> list[str]:
    """Those over which anything may be taken, due or not: one step in the index for each."""
    found, last = list[str](), ""
    while following := _following().column(last=last):
        found.append(last := following[0])
    return found


@prepared
def _following() -> QuerySet[Any]:
    later = Message.objects.filter(state__in=_CLAIMABLE, channel__gt=Given("last"))
    return later.order_by("channel").values_list("channel")[:1]


def due(now: datetime | Given) -> QuerySet[Message]:
    """Those that are due."""
    return claimable().filter(due_at__lte=now)


def over(channel: str, now: datetime | Given) -> QuerySet[Message]:
    """Those that are due over a channel, whatever their lane."""
    return due(now).filter(channel=channel)


def lost(now: datetime | Given) -> QuerySet[Message]:
    """Those whose lease has run out."""
    return Message.objects.filter(state__in=_HELD_BY_A_WORKER, lease_until__lt=now)

"""How sound the data on people is: who lacks a consent, an address or an event, and who may be known twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q
from django.utils.translation import gettext as _

from orchestrator.consents.models import Consent, ConsentState
from orchestrator.customers.models import Address, Customer
from orchestrator.events.models import Event
from orchestrator.studio import words
from orchestrator.studio.numbers import grouped, share

NEWEST = 20_000
QUIET = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that people lack: its name, how many of those looked at, and their share."""

    name: str
    count: str
    share: str


@dataclass(frozen=True, slots=True)
class Audit:
    """How many were looked at, whether there are more, and what they lack."""

    looked_at: str
    sampled: bool
    lacks: list[Lack]


def read(now: datetime) -> Audit | None:
    """Of the newest customers; None where there are none. Two queries."""
    newest = Customer.objects.aggregate(newest=Max("id"))["newest"] or 0
    after = newest - NEWEST
    told = Customer.objects.filter(id__gt=after, erased_at=None, merged_into=None).aggregate(
        people=Count("id"),
        silent=Count("id", filter=~_has(Consent.objects.filter(state=ConsentState.GRANTED), after)),
        mute=Count("id", filter=~_has(Address.objects.filter(invalid_at=None), after)),
        twice=Count("id", filter=_shared(after)),
        quiet=Count("id", filter=~_has(Event.objects.filter(occurred_at__gte=now - QUIET), after)),
    )
    people = told["people"]
    if not people:
        return None
    names = {
        "silent": _("Without any consent"),
        "mute": _("Without a usable address"),
        "twice": _("Known twice, by a shared address"),
        "quiet": _("Without an event in the last 90 days"),
    }
    lacks = [Lack(name, grouped(told[key]), share(told[key], people)) for key, name in names.items()]
    return Audit(words.people(people), newest > NEWEST, lacks)


def _has(rows: Any, after: int) -> Q:
    """Whether somebody has such a row. `after` says once more who is looked at, so that no database reads all rows."""
    return Q(Exists(rows.filter(customer=OuterRef("pk"), customer_id__gt=after)))


def _shared(after: int) -> Q:
    """Whether somebody else is reached at an address of theirs."""
    others = Address.objects.filter(channel=OuterRef("channel"), digest=OuterRef("digest")).exclude(
        customer=OuterRef("customer")
    )
    return _has(Address.objects.filter(Exists(others)), after)

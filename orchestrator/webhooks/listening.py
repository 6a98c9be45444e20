"""LISTENING: which endpoints want which kinds, and the rows that are written for them.

What they want is read once in FRESH seconds and process: an endpoint that is made, changed or switched on is heard of by
all processes so much later, at once by the one that changed it. Else a fact costs no statement where nobody listens, and
one for a whole batch where somebody does.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from orchestrator import outside
from orchestrator.domain.outside import KINDS, Fact, Kind
from orchestrator.store import bulk, doorbells
from orchestrator.store.prepared import prepared
from orchestrator.webhooks.models import WebhookDelivery, WebhookEndpoint

FRESH = 5.0  # seconds
TELL = "orchestrator.webhooks"  # the task whose doorbell this is
COLUMNS = ("key", "endpoint", "customer", "kind", "data", "happened_at")
Wants = Mapping[Kind, Sequence[int]]  # kind -> the endpoints' numbers


@dataclass(frozen=True, slots=True)
class _Known:
    """What was wanted when somebody looked, and until when that is believed (on this process's own clock)."""

    wants: Wants
    kinds: frozenset[Kind]
    until: float


class Listening:
    """Hears facts for all endpoints."""

    def __init__(self) -> None:
        self._known = _Known({}, frozenset(), 0.0)

    def wanted(self) -> frozenset[Kind]:
        """What any endpoint wants."""
        return self._fresh().kinds

    def write(self, facts: Sequence[Fact]) -> None:
        """A row for each fact and each endpoint that wants it; workers are called once it is committed."""
        wants, now = self._fresh().wants, datetime.now(UTC)
        rows = [_row(endpoint, one) for one in facts for endpoint in wants.get(one.kind, ())]
        new = {"created_at": now, "state": "due", "due_at": now, "attempts": 0, "reason": "", "answer": ""}
        bulk.insert(WebhookDelivery, COLUMNS, rows, always=new)
        if rows:
            doorbells.ring(TELL)

    def forget(self) -> None:
        """Look again at the next fact."""
        self._known = _Known({}, frozenset(), 0.0)

    def assume(self, wants: Wants, lasting: float = FRESH) -> None:
        """Believe this for so many seconds."""
        self._known = _Known(wants, frozenset(wants), time.monotonic() + lasting)

    def _fresh(self) -> _Known:
        if time.monotonic() >= self._known.until:
            self.assume(_wants(_switched_on().rows()))
        return self._known


@cache
def listening() -> Listening:
    """This process's."""
    return Listening()


def handle() -> None:
    """Hear what is said."""
    outside.listen(listening())


def forget() -> None:
    """An endpoint has changed: this process sees it at its next fact, and at the first after the commit."""
    listening().forget()
    transaction.on_commit(listening().forget)


def _row(endpoint: int, fact: Fact) -> tuple[Any, ...]:
    """As COLUMNS. The fact's own customer stands in `data`: the row's is their survivor once they are merged."""
    data = {"customer": fact.customer_id, **fact.data}
    return new_key(), endpoint, fact.customer_id, fact.kind, data, fact.at


def new_key() -> str:
    """An id that nobody else has."""
    return f"msg_{secrets.token_hex(16)}"


def _wants(rows: Iterable[tuple[int, Any]]) -> Wants:
    wants: dict[Kind, list[int]] = {}
    for endpoint, kinds in rows:
        for kind in sorted(KINDS.intersection(kinds)):
            wants.setdefault(kind, []).append(endpoint)
    return wants


@prepared
def _switched_on() -> QuerySet[Any]:
    return WebhookEndpoint.objects.filter(enabled=True).order_by("id").values_list("id", "kinds")

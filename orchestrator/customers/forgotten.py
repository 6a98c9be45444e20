"""What becomes of people's requests when they are erased: that there was one, and how it ended, remains.

An erasure that is waited for is done by this very transaction, whoever began it: a button, a command, or a worker that
ended what another had begun.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import F

from orchestrator.customers.keys import MARK
from orchestrator.customers.known import mark_of
from orchestrator.customers.models import Identity, PrivacyComment, PrivacyRequest
from orchestrator.store import bulk
from orchestrator.workspace.audit import Action, note


def forget(customer_ids: Collection[int], now: datetime) -> None:
    """Close erasures that are waited for; empty what may quote anybody; let go of the person."""
    theirs = PrivacyRequest.objects.filter(customer__in=customer_ids)
    waited = theirs.filter(kind=PrivacyRequest.Kind.ERASURE, closed_at=None)
    done = list(waited.select_related("taken_by"))
    waited.update(
        state=PrivacyRequest.State.DONE, closed_at=now, closed_by=F("taken_by"), result={"erased": True}
    )
    PrivacyComment.objects.filter(request__in=theirs.values("pk")).update(text="")
    theirs.update(customer=None, identity="", extended_why="", extended_told="", answer="")
    for one in done:
        note(Action.REQUEST_DONE, one.taken_by, one, now, result={"erased": True})


def forget_ids(customer_ids: Collection[int]) -> None:
    """Of the ids of their browsers, and those they gave up, only keyed hashes stay: should one of them come again, nothing
    is kept of whoever uses it."""
    theirs = Identity.objects.filter(customer__in=customer_ids).exclude(value__startswith=MARK)
    rows = [(id_, mark_of(kind, value)) for id_, kind, value in theirs.values_list("id", "kind", "value")]
    bulk.update(Identity, ("value",), rows)

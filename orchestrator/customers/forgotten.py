"""What becomes of people's requests when they are erased: that there was one, and how it ended, remains.

An erasure that is waited for is done by this very transaction, whoever began it: a button, a command, or a worker that
ended what another had begun.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import F

from orchestrator.customers.models import PrivacyComment, PrivacyRequest
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

"""VERIFY the audit log every day, a piece at a time, beside the workers; what came of it stands in the workspace's row.

The head of the last pass is the anchor of the next, so that what was cut off or written anew since is found, too: by
whoever has not changed that row as well, which is why a head is to be kept elsewhere now and then (docs/audit.md).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from orchestrator.domain.audit import NOTHING
from orchestrator.domain.audit_chain import Anchor, Break, Chain
from orchestrator.workspace import audited
from orchestrator.workspace.models import Workspace

EVERY = timedelta(days=1)
LEASE = timedelta(minutes=5)  # after which another goes on where somebody died
PIECE = 20_000


def look(now: datetime, piece: int = PIECE) -> bool:
    """Verify a piece if it is time, and nobody else does; answers whether it did. Resumes where the last piece ended."""
    Workspace.get()
    mine = Q(audit_due_at=None) | Q(audit_due_at__lte=now)
    if not Workspace.objects.filter(mine, pk=1).update(audit_due_at=now + LEASE):
        return False
    told = Workspace.objects.values_list("audit_checked", flat=True).get(pk=1)
    chain, before = _resumed(told), told.get("reading", {}).get("number", 0)
    wrong = next(audited.go_on(chain, piece), None)
    if wrong is None and chain.number - before >= piece:
        reading = {"number": chain.number, "hash": chain.hash}
        _keep(told | {"reading": reading}, now)
    else:
        wrong = wrong or next(chain.end(), None)
        _keep(_result(chain, wrong, told, now), now + EVERY)
    return True


def _resumed(told: dict[str, Any]) -> Chain:
    """From the last piece on; with the last whole pass as its anchor."""
    reading = told.get("reading", {"number": 0, "hash": NOTHING})
    anchors = [Anchor(told["number"], told["hash"])] if told.get("number") else []
    return Chain(number=reading["number"], hash=reading["hash"], anchors=anchors)


def _result(chain: Chain, wrong: Break | None, told: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Of a whole chain its head; of a broken one what is wrong, beside the head of when it was whole."""
    at = {"at": now.isoformat()}
    if wrong is None:
        return at | {"number": chain.number, "hash": chain.hash}
    was = {name: told[name] for name in ("number", "hash") if name in told}
    return at | was | {"wrong": {"what": wrong.what.value, "number": wrong.number, "to": wrong.to}}


def _keep(told: dict[str, Any], due_at: datetime) -> None:
    Workspace.objects.filter(pk=1).update(audit_checked=told, audit_due_at=due_at)

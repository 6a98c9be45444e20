"""OFF: an endpoint that its own answers have switched off, and the alarm of it, until somebody switches it on again.

The alarm's evidence stands in the workspace's row, which everybody who looks for alarms has read already.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from orchestrator.domain.webhooks import Off
from orchestrator.webhooks.listening import forget
from orchestrator.webhooks.models import WebhookEndpoint
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.models import Workspace


def switch_off(endpoint: WebhookEndpoint, why: Off, now: datetime) -> None:
    """In the transaction around. What is due for it waits, and is told once it is on again."""
    rows = WebhookEndpoint.objects.filter(pk=endpoint.pk, enabled=True)
    if rows.update(enabled=False, off_why=why, off_at=now):
        told = {"name": endpoint.name, "why": str(why), "since": now.isoformat()}
        _say(endpoint.pk, told)
        note(Action.CHANGED, None, endpoint, now, enabled=[True, False], off_why=str(why))
        forget()


def unsay(pk: int) -> None:
    """It is on again, off by hand, or gone: nothing is wrong with that."""
    _say(pk, None)


def _say(pk: int, told: dict[str, Any] | None) -> None:
    known = Workspace.objects.values_list("webhooks_off", flat=True).get(pk=1)
    if told is None and str(pk) not in known:
        return
    workspace = Workspace.objects.select_for_update().get(pk=1)
    found = {key: one for key, one in workspace.webhooks_off.items() if key != str(pk)}
    Workspace.objects.filter(pk=1).update(webhooks_off={**found, str(pk): told} if told else found)

"""What Celery workers run: a bell, or beat's, begins a round in a thread beside the worker's own work.

A receiver that hangs for ten seconds must hold up nobody's message; so a task only begins the round, if none is under way in
this process, and ends. A worker that is stopped meanwhile leaves its calls to the next, by their leases.
"""

from __future__ import annotations

from celery import shared_task

from orchestrator.webhooks.listening import TELL
from orchestrator.webhooks.rounds import begin


@shared_task(name=TELL)
def tell(rung_at: int | None = None) -> None:
    """Tell what is due."""
    begin()

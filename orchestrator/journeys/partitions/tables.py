"""Which tables can be kept by months, and why others cannot.

PostgreSQL has no unique index over all partitions unless it holds the partition's column. So each month keeps the
table's own unique indexes for itself, and across months a row must be kept single by something else, or not at all:

- `decision` and `attempt` have no key but their id, which one sequence gives to all months.
- `step_run` is written in the transaction that moves its enrollment on, under that row's lock: whoever comes second finds
  the person elsewhere. The price: the index that would also refuse a faulty engine's double does so within a month only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models

from orchestrator.journeys.models import StepRun
from orchestrator.messaging.models import Decision, DeliveryAttempt


@dataclass(frozen=True, slots=True)
class Monthly:
    """A table that can be kept by months: by the name of its retention, and by which column."""

    name: str
    model: type[models.Model]
    column: str

    @property
    def table(self) -> str:
        """As the database calls it."""
        return self.model._meta.db_table


MONTHLY: Mapping[str, Monthly] = {
    one.name: one
    for one in (
        Monthly("decision", Decision, "decided_at"),
        Monthly("attempt", DeliveryAttempt, "settled_at"),
        Monthly("step_run", StepRun, "left_at"),
    )
}
NEVER: Mapping[str, str] = {
    "event": "its key keeps an event from being taken twice, in whichever month it comes again",
    "message": "its key keeps a message from being planned twice, and caps and rules ask for all of a person's",
    "message_body": "the first gate's body stays even if a later gate in another month composes it anew",
    "receipt": "its key keeps a report from being counted twice, in whichever month it comes again",
    "enrollment": "its keys keep entries single for ever, and an open passage has no month",
}

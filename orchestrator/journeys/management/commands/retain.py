"""`manage.py retain [--dry-run] [--json]`: take away what the retention policies no longer keep."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from orchestrator.domain.retention import SHIPPED
from orchestrator.journeys.keeping.dry import Looked, look
from orchestrator.journeys.retain import BATCH, retain
from orchestrator.workspace.models import Retention


class Command(BaseCommand):
    """What workers do once a day, at once."""

    help = "Take away old rows where a retention policy says so; without a policy everything is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether it is meant, and how it is told."""
        parser.add_argument("--dry-run", action="store_true", help="say what would go, and do nothing")
        parser.add_argument(
            "--proposed",
            action="store_true",
            help="with --dry-run: also what the proposed days would take of classes without a policy",
        )
        parser.add_argument("--json", action="store_true", help="one object, at the end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what goes, then take it away."""
        now = datetime.now(UTC)
        policies = list(Retention.objects.order_by("table"))
        if options["dry_run"] and options["proposed"]:
            there = {one.table for one in policies}
            policies += [
                Retention(table=name, days=days) for name, days in SHIPPED.items() if name not in there
            ]
        told = {one.table: (one, look(one, now)) for one in policies}
        self._tell(told.values(), options)
        if options["dry_run"]:
            return
        Retention.objects.update(due_at=now, after=0, stays=None, went=0)
        while Retention.objects.filter(due_at__lte=now).exists():
            retain(now, BATCH)

    def _tell(self, told: Iterable[tuple[Retention, Looked]], options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps({one.table: _plain(one, looked) for one, looked in told}))
            return
        if not told:
            self.stdout.write("No retention policy: everything is kept.")
        would = "would go" if options["dry_run"] else "go"
        for one, looked in told:
            span = f", from {looked.oldest:%Y-%m-%d} to {looked.newest:%Y-%m-%d}" if looked.oldest else ""
            proposed = "" if one.pk else " (proposed, not in force)"
            self.stdout.write(
                f"{one.table}: {looked.count} {would}, older than {one.days} days{span}{proposed}"
            )


def _plain(one: Retention, looked: Looked) -> dict[str, Any]:
    return {
        "days": one.days,
        "in_force": one.pk is not None,
        "count": looked.count,
        "oldest": looked.oldest.isoformat() if looked.oldest else None,
        "newest": looked.newest.isoformat() if looked.newest else None,
    }

"""`manage.py retain [--dry-run]`: take away what the retention policies no longer keep."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from orchestrator.journeys.retain import BATCH, retain, would_go
from orchestrator.workspace.models import Retention


class Command(BaseCommand):
    """What workers do once a day, at once."""

    help = "Take away old rows where a retention policy says so; without a policy everything is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether it is meant."""
        parser.add_argument("--dry-run", action="store_true", help="say how many would go, and do nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what goes, then take it away."""
        now = datetime.now(UTC)
        policies = list(Retention.objects.order_by("table"))
        if not policies:
            self.stdout.write("No retention policy: everything is kept.")
        would = "would go" if options["dry_run"] else "go"
        for one in policies:
            count = would_go(one, now)
            self.stdout.write(f"{one.table}: {count} {would}, older than {one.days} days")
        if options["dry_run"]:
            return
        Retention.objects.update(due_at=now, after=0)
        while Retention.objects.filter(due_at__lte=now).exists():
            retain(now, BATCH)

"""`manage.py import_orders FILE [--json]`"""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from orchestrator.customers.imports import telling
from orchestrator.customers.imports.files import FileError, inspect
from orchestrator.customers.imports.report import show_progress
from orchestrator.domain.zones import parse_zone
from orchestrator.events.imports import import_orders
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.models import Workspace
from orchestrator.workspace.who import command


class Command(BaseCommand):
    """Import orders from a file. Wrong lines are named and left out; running it again changes nothing."""

    help = (
        "Import orders from CDNOW's format (customer, date as 19970131, count, value) or CSV with a header:"
        " external_id or customer_id, date or occurred_at, amount or value, and if wanted order_id, count, currency."
        " Stop it at any time and run it again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and how to answer."""
        parser.add_argument("file", type=Path)
        telling.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, then say what came of it."""
        with telling.spoken(options):
            self._handle(options)

    def _handle(self, options: dict[str, Any]) -> None:
        began, path = time.monotonic(), options["file"]
        workspace = Workspace.get()
        try:
            total, zone = inspect(path).lines, parse_zone(workspace.time_zone)
            with show_progress(total, "orders", sys.stderr) as advance:
                report = import_orders(path, timezone.now(), zone, workspace.currency, advance)
        except FileError as error:
            raise CommandError(telling.said_by(error)) from error
        counts: dict[str, Any] = {"new_orders": report.new_orders, "new_customers": report.new_customers}
        note(
            Action.IMPORTED,
            command(),
            of="orders",
            orders=report.orders,
            **counts,
            left_out=report.errors.count,
        )
        seconds = round(time.monotonic() - began, 2)
        if options["json"]:
            summary = {
                "customers": report.customers,
                "orders": report.orders,
                "value": str(report.value),
                "new_customers": report.new_customers,
                "new_orders": report.new_orders,
                "repeated": report.repeated,
                "errors": report.errors.as_json(),
                "error_count": report.errors.count,
                "seconds": seconds,
            }
            self.stdout.write(json.dumps(summary, ensure_ascii=False))
            return
        if report.errors.count:
            self.stdout.write(
                "\n".join(["Lines left out:", *(f"  {line}" for line in report.errors.as_lines())])
            )
        self.stdout.write(
            f"{report.orders:,} orders of {report.customers:,} customers in the file, {report.value:,} in all:"
            f" {report.new_orders:,} orders and {report.new_customers:,} customers new, {report.repeated:,} known"
            f" before, {report.errors.count:,} lines left out. {seconds} s"
        )

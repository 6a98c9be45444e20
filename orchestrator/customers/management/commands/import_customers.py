"""`manage.py import_customers FILE [--json]`"""

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
from orchestrator.customers.imports.customers import import_customers
from orchestrator.customers.imports.files import FileError, inspect
from orchestrator.customers.imports.report import show_progress
from orchestrator.domain.zones import parse_zone
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.models import Workspace
from orchestrator.workspace.who import command


class Command(BaseCommand):
    """Import people from a CSV file. Wrong rows are named and left out; running it again changes nothing."""

    help = (
        "Import customers from CSV with a header: external_id, email, phone, first_name, last_name, language, country,"
        " time_zone, birthday, consent_email|sms|push, consent_source, consent_at, consent_text;"
        " every other column is an attribute. Stop it at any time and run it again."
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
        try:
            total = inspect(path).lines
            zone = parse_zone(Workspace.get().time_zone)
            with show_progress(total, "customers", sys.stderr) as advance:
                report = import_customers(path, timezone.now(), zone, advance)
        except FileError as error:
            raise CommandError(telling.said_by(error)) from error
        summary: dict[str, Any] = {
            "customers": report.customers,
            "new_customers": report.new_customers,
            "updated_customers": report.updated_customers,
            "consents": report.counts["consents"],
            "consents_kept": report.counts["consents_kept"],
        }
        note(Action.IMPORTED, command(), of="customers", **summary, left_out=report.errors.count)
        seconds = round(time.monotonic() - began, 2)
        if options["json"]:
            summary |= {
                "kept_out": report.kept_out.as_json(),
                "errors": report.errors.as_json(),
                "error_count": report.errors.count,
                "seconds": seconds,
            }
            self.stdout.write(json.dumps(summary, ensure_ascii=False))
            return
        for title, found in (("Values kept out:", report.kept_out), ("Rows left out:", report.errors)):
            if found.count:
                self.stdout.write("\n".join([title, *(f"  {line}" for line in found.as_lines())]))
        self.stdout.write(
            f"{report.customers:,} customers in the file: {report.new_customers:,} new,"
            f" {report.updated_customers:,} changed. {report.counts['consents']:,} consents recorded,"
            f" {report.counts['consents_kept']:,} grants left as withdrawn. {report.errors.count:,} rows left out."
            f" {seconds} s"
        )

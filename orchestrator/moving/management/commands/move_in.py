"""`manage.py move_in klaviyo|mautic|salesmanago FOLDER [--dry-run] [--json]`"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from orchestrator.customers.imports import telling
from orchestrator.customers.imports.files import FileError
from orchestrator.customers.imports.kinds import Outcome, Setting
from orchestrator.customers.imports.report import Errors, show_progress
from orchestrator.customers.imports.run import run
from orchestrator.customers.imports.table import RowError
from orchestrator.domain.zones import parse_zone
from orchestrator.moving.folder import KINDS, Known, Left, look
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.models import Workspace
from orchestrator.workspace.who import command


class Command(BaseCommand):
    """Move in from another system: every file of a folder, in the right order. Running it again changes nothing."""

    help = (
        "Take over people, consents, blocked addresses and past messages from the exports of another system. Each file is"
        " recognised by its header, and said what it is before anything is stored. Stop it at any time and run it again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where from, and how to answer."""
        parser.add_argument("system", choices=sorted(KINDS))
        parser.add_argument("folder", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="only say what each file is")
        telling.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what each file is, then move them in."""
        try:
            known, left = look(options["system"], options["folder"])
        except FileError as error:
            raise CommandError(str(error)) from error
        if not options["json"]:
            self._say(known, left)
        if not known:
            raise CommandError(
                f"no file of {options['folder']} is an export of {options['system']} that is known"
            )
        with telling.spoken(options):
            stored = [] if options["dry_run"] else [self._move(one) for one in known]
        if options["json"]:
            self.stdout.write(json.dumps(_summary(known, left, stored), ensure_ascii=False))

    def _say(self, known: Sequence[Known], left: Sequence[Left]) -> None:
        for one in known:
            self.stdout.write(f"{one.path.name}: {one.kind.title}, about {one.lines - 1:,} lines")
        for other in left:
            self.stdout.write(f"{other.path.name}: left out; {other.why}")

    def _move(self, one: Known) -> Outcome:
        workspace = Workspace.get()
        setting = Setting(timezone.now(), parse_zone(workspace.time_zone), workspace.currency)
        try:
            with show_progress(one.lines, one.path.name, sys.stderr) as advance:
                outcome = run(one.kind, one.path, setting, advance)
        except FileError as error:
            raise CommandError(
                f"{one.path.name}: {telling.said_by(error)}; the files before it are moved in"
            ) from error
        counts: dict[str, Any] = {name: count for name, count in sorted(outcome.counts.items()) if count}
        note(Action.IMPORTED, command(), of=one.kind.key, **counts, left_out=len(outcome.errors))
        told = (
            ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items())
            or "nothing new"
        )
        self.stderr.write(f"{one.path.name}: {told}; {len(outcome.errors):,} rows left out")
        for title, found in (("Values kept out:", outcome.kept_out), ("Rows left out:", outcome.errors)):
            if found:
                self.stderr.write("\n  ".join([f"  {title}", *_first(found).as_lines()]))
        return outcome


def _first(found: Sequence[RowError]) -> Errors:
    errors = Errors()
    for one in found:
        errors.add(one.line, one.message)
    return errors


def _summary(known: Sequence[Known], left: Sequence[Left], stored: Sequence[Outcome]) -> dict[str, Any]:
    files: list[dict[str, Any]] = [{"file": one.path.name, "kind": one.kind.key} for one in known]
    for told, outcome in zip(files, stored, strict=False):
        told |= {
            "counts": dict(sorted(outcome.counts.items())),
            "error_count": len(outcome.errors),
            "errors": _first(outcome.errors).as_json(),
            "kept_out_count": len(outcome.kept_out),
            "kept_out": _first(outcome.kept_out).as_json(),
        }
    return {"files": files, "left_out": [{"file": one.path.name, "why": one.why} for one in left]}

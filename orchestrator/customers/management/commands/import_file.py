"""`manage.py import_file KIND FILE [--map "Column=field"] [--sheet NAME] [--encoding NAME] [--delimiter NAME] [--dry-run]`"""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from orchestrator.customers.imports import telling
from orchestrator.customers.imports.files import ENCODINGS, FileError, Source, inspect
from orchestrator.customers.imports.kinds import Kind, Setting, registered
from orchestrator.customers.imports.report import Advance, Errors, show_progress
from orchestrator.customers.imports.run import Whole, run
from orchestrator.customers.imports.table import Form
from orchestrator.domain.zones import parse_zone
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.models import Workspace
from orchestrator.workspace.who import command

_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}


class Command(BaseCommand):
    """Import a file of any kind that is known. Wrong rows are named and left out; running it again changes nothing."""

    help = (
        "Import a file of some kind: CSV, TSV or an Excel workbook, packed with zip or gzip or not."
        " Without KIND and FILE it says which kinds there are, and what columns each knows."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The kind, the file, how its columns are meant, and how to answer."""
        parser.add_argument("kind", nargs="?", default="")
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument(
            "--map", action="append", default=[], metavar="COLUMN=FIELD",
            help="what a column means; COLUMN= leaves it out. Others go by their names",
        )  # fmt: skip
        parser.add_argument("--sheet", default="", help="of a workbook, instead of the first")
        parser.add_argument(
            "--delimiter", default="", choices=sorted(_DELIMITERS),
            help="what stands between cells, instead of finding out",
        )  # fmt: skip
        parser.add_argument(
            "--encoding", default="", choices=sorted(ENCODINGS), help="of text, instead of finding out"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would come of it, and store nothing"
        )
        telling.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, then say what came of it."""
        if options["file"] is None:
            self._say_kinds(list(registered().values()))
            return
        with telling.spoken(options):
            self._handle(options)

    def _handle(self, options: dict[str, Any]) -> None:
        kinds, began = registered(), time.monotonic()
        kind = kinds.get(options["kind"])
        if kind is None:
            raise CommandError(f"there is no kind {options['kind']}; there are: {', '.join(sorted(kinds))}")
        delimiter = _DELIMITERS.get(options["delimiter"], "")
        form = Form(_read_map(options["map"]), options["sheet"], options["encoding"], delimiter)
        try:
            source = inspect(options["file"], options["encoding"])
            lines = (
                source.rows[source.sheets.index(form.sheet)] if form.sheet in source.sheets else source.lines
            )
            with show_progress(lines, kind.key, sys.stderr) as advance:
                whole = _run(kind, source, form, options["dry_run"], advance)
        except FileError as error:
            raise CommandError(telling.said_by(error)) from error
        if not options["dry_run"]:
            counts: dict[str, Any] = {"of": kind.key, **whole.counts, "left_out": whole.left_out}
            note(Action.IMPORTED, command(), **counts)
        self._say(whole, options, round(time.monotonic() - began, 2))

    def _say_kinds(self, kinds: Sequence[Kind]) -> None:
        for kind in sorted(kinds, key=lambda one: one.key):
            self.stdout.write(f"{kind.key}: {kind.title}. {kind.help}")
            for one in kind.fields:
                also = f" (also {', '.join(one.aliases)})" if one.aliases else ""
                self.stdout.write(f"  {one.name}{also}: {one.words}{'; needed' if one.required else ''}")

    def _say(self, whole: Whole, options: dict[str, Any], seconds: float) -> None:
        errors = Errors.of(whole.errors, whole.left_out)
        kept_out = Errors.of(whole.kept_out, whole.kept_out_count)
        if options["json"]:
            told = dict(whole.counts) | {
                "dry_run": options["dry_run"], "kept_out": kept_out.as_json(), "errors": errors.as_json(),
                "error_count": errors.count, "seconds": seconds,
            }  # fmt: skip
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        for title, found in (("Values kept out:", kept_out), ("Rows left out:", errors)):
            if found.count:
                self.stdout.write("\n".join([title, *(f"  {line}" for line in found.as_lines())]))
        counts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in whole.counts.items())
        stored = "Nothing is stored. It would be: " if options["dry_run"] else ""
        self.stdout.write(f"{stored}{counts or 'nothing new'}. {errors.count:,} rows left out. {seconds} s")


def _run(kind: Kind, path: Source, form: Form, dry: bool, advance: Advance) -> Whole:
    """Of a dry run nothing stays: it is one transaction that is taken back."""
    workspace = Workspace.get()
    setting = Setting(timezone.now(), parse_zone(workspace.time_zone), workspace.currency)
    if not dry:
        return run(kind, path, setting, advance, form)
    with transaction.atomic():
        whole = run(kind, path, setting, advance, form)
        transaction.set_rollback(True)
    return whole


def _read_map(given: Sequence[str]) -> dict[str, str]:
    meant = {}
    for one in given:
        column, sign, name = one.rpartition("=")
        if not sign or not column.strip():
            raise CommandError(f"--map takes COLUMN=FIELD, not {one}")
        meant[column.strip()] = name.strip()
    return meant

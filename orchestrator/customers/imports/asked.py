"""ASKED: what people do with a file that they bring: bring it, say what its columns mean, try it, run it, stop it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from orchestrator.customers.imports import kinds
from orchestrator.customers.imports.files import ENCODINGS, FileError, Source, inspect
from orchestrator.customers.imports.kinds import Kind, Setting
from orchestrator.customers.imports.packed import unpack
from orchestrator.customers.imports.stored import Stored, write
from orchestrator.customers.imports.table import Form
from orchestrator.customers.models import Import, ImportPart, ImportProblem
from orchestrator.domain.zones import parse_zone
from orchestrator.store import doorbells
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.models import Workspace

State = Import.State


def bring(kind: str, name: str, blocks: Iterable[bytes], by: Any, now: datetime) -> Import:
    """Keep a file. FileError where it is no table; then nothing is kept."""
    with transaction.atomic():
        row = Import(kind=kind, name=name[:200], by=by, made_at=now, size=0, digest="")
        row.due_at = row.kept_until = _until(now)
        row.save()
        write(row, blocks)
        source = inspect(file_of(row))
        row.lines = source.lines
        row.found = {
            "encoding": source.encoding, "form": source.form, "sheets": source.sheets, "rows": source.rows,
        }  # fmt: skip
        row.save()
    return row


def _until(now: datetime) -> datetime:
    return now + timedelta(days=settings.IMPORT_FILE_DAYS)


def file_of(row: Import) -> Stored:
    """Its file. What is read of it is a FileError once it is gone."""
    return Stored(row.pk, row.name, row.size)


def source_of(row: Import) -> Source:
    """Its file with what was found out of it when it was brought: nobody reads all of it again for that."""
    if not row.found:
        return inspect(file_of(row), row.encoding)
    encoding = ENCODINGS.get(row.encoding) or row.found["encoding"]
    sheets, rows = tuple(row.found["sheets"]), tuple(row.found["rows"])
    return Source(unpack(file_of(row)), encoding, row.lines, row.found["form"], sheets, rows)


def kind_of(row: Import) -> Kind:
    """Its kind. FileError where nothing knows it any more: a plugin may have gone."""
    kind = kinds.registered().get(row.kind)
    if kind is None:
        raise FileError(
            "nothing here knows what a file of “%(kind)s” is; turn on the plugin that does", kind=row.kind
        )
    return kind


def form_of(row: Import) -> Form:
    """How it was said to be understood."""
    return Form(row.columns, row.sheet, row.encoding, row.delimiter)


def setting_of(now: datetime) -> Setting:
    """What the workspace says of files that do not say it themselves."""
    workspace = Workspace.get()
    return Setting(now, parse_zone(workspace.time_zone), workspace.currency)


def arrange(row: Import, form: Form) -> bool:
    """Say how it is to be understood. False where it is under way: then it is as it was."""
    return bool(
        _still(row, idle=True).update(
            columns=dict(form.columns), sheet=form.sheet, encoding=form.encoding, delimiter=form.delimiter,
            lines=_lines(row, form.sheet), state=State.DRAFT, dry=True, **_nothing_done(),
        )
    )  # fmt: skip


def _lines(row: Import, sheet: str) -> int:
    sheets = row.found.get("sheets", [])
    return int(row.found["rows"][sheets.index(sheet)]) if sheet in sheets else row.lines


def start(row: Import, dry: bool, by: Any, now: datetime) -> bool:
    """Have workers try it, or run it. False where it is under way already, or its file is gone."""
    with transaction.atomic():
        idle = _still(row, idle=True).filter(kept_until__isnull=False)
        begun = idle.update(state=State.WAITING, dry=dry, due_at=now, **_nothing_done())
        if not begun:
            return False
        ImportProblem.objects.filter(of=row.pk).delete()
        note(Action.IMPORTED, by, row, now, of=row.kind, begins=True, dry=dry)
        doorbells.ring(doorbells.WALK)
    return True


def cancel(row: Import, by: Any, now: datetime) -> bool:
    """Store no more of it. What is stored stays: a file brings nobody back and undoes nothing, nor does its end."""
    with transaction.atomic():
        if not _still(row, idle=False).update(
            state=State.CANCELLED, finished_at=now, due_at=_until(now), kept_until=_until(now), claim=None
        ):
            return False
        row.refresh_from_db()
        note_end(row, by, now)
    return True


def note_end(row: Import, by: Any, now: datetime) -> None:
    """What came of it, for the audit log: counts, and nothing of anybody."""
    told: dict[str, Any] = {"of": row.kind, "dry": row.dry, "ends": row.state, **row.counts}
    note(Action.IMPORTED, by, row, now, **told, left_out=row.left_out)


def drop(rows: Iterable[int]) -> None:
    """Take the files away, and what is said of their rows; what came of them stays."""
    ids = list(rows)
    ImportPart.objects.filter(of__in=ids).delete()
    ImportProblem.objects.filter(of__in=ids).delete()
    Import.objects.filter(pk__in=ids).update(kept_until=None, due_at=None)


def let_go(now: datetime) -> None:
    """Somebody is erased: any file may name them, in whatever spelling. All go; one that is under way goes with its end."""
    kept = Import.objects.filter(kept_until__isnull=False).values_list("pk", "state")
    idle = [pk for pk, state in kept if state not in Import.UNDER_WAY]
    if len(idle) < len(kept):
        Import.objects.filter(state__in=Import.UNDER_WAY).update(kept_until=now)
    if idle:
        drop(idle)


def _still(row: Import, idle: bool) -> Any:
    rows = Import.objects.filter(pk=row.pk)
    return rows.exclude(state__in=Import.UNDER_WAY) if idle else rows.filter(state__in=Import.UNDER_WAY)


def _nothing_done() -> dict[str, Any]:
    return {
        "done": 0, "line": 0, "counts": {}, "left_out": 0, "kept_out": 0, "problem": "", "told": {}, "began_at": None,
        "finished_at": None, "claim": None, "lease_until": None, "lost": 0,
    }  # fmt: skip

"""A list of people as somebody pastes or uploads it: one external id a line, or the column of that name of a CSV."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from orchestrator.journeys.by_hand import MOST
from orchestrator.studio.numbers import grouped

HEADER = "external_id"
LARGEST = 5_000_000  # bytes; ten thousand lines of a wide export


class BadList(ValueError):
    """Why the list cannot be read, in words, and how to mend it."""


def read_ids(
    pasted: str, uploaded: UploadedFile[Any] | None, columns: Sequence[str] = (HEADER,)
) -> list[str]:
    """The ids of both, in their order, as often as they stand there. `columns`: what a CSV may call them, the best first."""
    ids = [*_ids(pasted, columns), *(_ids(_text(uploaded), columns) if uploaded else ())]
    if not ids:
        raise BadList(_("The list names nobody: write one external id a line, or choose a CSV."))
    if len(ids) > MOST:
        told = {"count": grouped(len(ids)), "most": grouped(MOST)}
        raise BadList(_("The list has %(count)s lines, and at most %(most)s go at a time: split it.") % told)
    return ids


def _text(uploaded: UploadedFile[Any]) -> str:
    if (uploaded.size or 0) > LARGEST:
        raise BadList(_("The file is larger than 5 MB: keep only the column external_id, or split it."))
    try:
        return uploaded.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadList(_("The file is not UTF-8 text: save it as “CSV UTF-8”.")) from None


def _ids(text: str, columns: Sequence[str]) -> list[str]:
    """The column where the first line names it, else the first of each line; empty lines are none."""
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    delimiter = next((mark for mark in (";", "\t", ",") if mark in first), ",")
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise BadList(_("The list is no CSV: %(why)s.") % {"why": error}) from None
    if not rows:
        return []
    names = [cell.strip().lower() for cell in rows[0]]
    named = [name for name in columns if name in names]
    place = names.index(named[0]) if named else 0
    body = rows[1:] if named else rows
    return [cell for row in body if place < len(row) and (cell := row[place].strip())]

"""WRITTEN: how a brought file is written, in words, and what somebody may say of it instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orchestrator.customers.imports.asked import form_of, kind_of, source_of
from orchestrator.customers.imports.files import ENCODINGS, WORKBOOK, title_of
from orchestrator.customers.imports.table import Form, open_table
from orchestrator.customers.models import Import
from orchestrator.studio.importing import Looked

DELIMITERS: Mapping[str, Any] = {
    ",": gettext_lazy("a comma"), ";": gettext_lazy("a semicolon"), "\t": gettext_lazy("a tab"),
    "|": gettext_lazy("a vertical bar"),
}  # fmt: skip
FOUND = "found"


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that may be said: its name in the form, what it is, and (code, words, whether it holds now)."""

    name: str
    title: str
    options: Sequence[tuple[str, str, bool]]


def words_of(row: Import, looked: Looked) -> str:
    """How the file is read, as a sentence."""
    source = looked.source
    if source.form == WORKBOOK:
        told = {"sheet": row.sheet or source.sheets[0], "count": len(source.sheets)}
        if len(source.sheets) == 1:
            return _("It is read as an Excel workbook with one sheet, “%(sheet)s”.") % told
        return _("It is read as an Excel workbook, the sheet “%(sheet)s” of %(count)s.") % told
    told = {"encoding": title_of(source.encoding), "delimiter": str(DELIMITERS.get(looked.delimiter, ""))}
    if not told["delimiter"]:
        return _("It is read as text in %(encoding)s, in lines of a known format.") % told
    return _("It is read as text in %(encoding)s; between cells stands %(delimiter)s.") % told


def choices_of(row: Import, looked: Looked) -> list[Choice]:
    """What may be said instead: of a workbook its sheet, of text its encoding and what stands between cells."""
    if looked.source.form == WORKBOOK:
        sheets = looked.source.sheets
        now = row.sheet or sheets[0]
        return (
            [Choice("sheet", _("Sheet"), [(one, one, one == now) for one in sheets])]
            if len(sheets) > 1
            else []
        )
    found = (FOUND, _("as it is found out"))
    encodings = [(code, title_of(read)) for code, read in ENCODINGS.items()]
    given = [Choice("encoding", _("Encoding"), _options([found, *encodings], row.encoding))]
    if looked.delimiter:
        delimiters = [(code, str(words)) for code, words in DELIMITERS.items()]
        given.append(Choice("delimiter", _("Between cells"), _options([found, *delimiters], row.delimiter)))
    return given


def said_otherwise(row: Import, posted: Mapping[str, Any]) -> Form:
    """The form with what was said of it; what it does not allow changes nothing. Columns that are no more are forgotten.

    FileError where the file cannot be read so.
    """
    source, before = source_of(row), form_of(row)
    said = replace(
        before,
        columns={},
        sheet=_one_of(posted.get("sheet"), source.sheets, before.sheet),
        encoding=_one_of(posted.get("encoding"), (*ENCODINGS, FOUND), before.encoding),
        delimiter=_one_of(posted.get("delimiter"), (*DELIMITERS, FOUND), before.delimiter),
    )
    kind = kind_of(row)
    encoding = ENCODINGS.get(said.encoding) or row.found.get("encoding", source.encoding)
    with open_table(
        replace(source, encoding=encoding), kind.aliases(), said, kind.loose, strict=False
    ) as table:
        for _row in table.raw():
            break  # what stands in the first lines is decoded
        kept = {label: name for label, name in before.columns.items() if label in table.labels}
    return replace(said, columns=kept)


def _options(choices: Sequence[tuple[str, str]], now: str) -> list[tuple[str, str, bool]]:
    return [(code, words, code == (now or FOUND)) for code, words in choices]


def _one_of(said: Any, allowed: Sequence[str], before: str) -> str:
    if said not in allowed:
        return before
    return "" if said == FOUND else str(said)

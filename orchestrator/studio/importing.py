"""IMPORTING: what the page of a brought file shows: its columns with what they may mean, its first rows, what came of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orchestrator.customers.export import cell
from orchestrator.customers.imports import guarded
from orchestrator.customers.imports.asked import form_of, kind_of, setting_of, source_of
from orchestrator.customers.imports.files import Source
from orchestrator.customers.imports.kinds import Field, Kind
from orchestrator.customers.imports.run import reading
from orchestrator.customers.imports.table import LEFT_OUT, Form, Table, open_table, plain
from orchestrator.customers.imports.telling import said_again
from orchestrator.customers.models import Import, ImportProblem

SHOWN, PROBLEMS = 3, 100  # rows and problems on the page
COUNTS: Mapping[str, Any] = {
    "new_customers": _("new customers"), "updated_customers": _("customers changed"), "customers": _("customers"),
    "people": _("customers"), "new_orders": _("new orders"), "orders": _("new orders"), "paid": _("orders paid"),
    "delivered": _("orders delivered"), "cancelled": _("orders cancelled"), "returned": _("returns"),
    "loose_returns": _("returns of orders that nobody knows"), "without_customer": _("rows without a customer"),
    "repeated": _("known already"), "events": _("events"), "past_messages": _("past messages"),
    "consents": _("consents recorded"), "consents_kept": _("grants left as withdrawn"),
    "suppressions": _("addresses blocked"), "products": _("products"), "created": _("new products"),
    "updated": _("products changed"), "unchanged": _("products as they were"),
}  # fmt: skip
OUT, KEEP, APART, FIELD = "out", "keep", "apart", "field:"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its name in the form, as it is called, what it means now and may mean, and its first cells.

    `place`: from 1, of a column that is called like another.
    """

    name: str
    written: str
    place: int | None
    meant: str
    choices: Sequence[tuple[str, str]]
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Need:
    """A field that the kind cannot do without: its words, what a column may mean to serve it, and the column that does."""

    words: str
    codes: str
    column: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What is seen of the file before anything is done with it. `twice`: what several columns mean, with their places."""

    columns: Sequence[Column]
    needs: Sequence[Need]
    twice: Sequence[tuple[str, str]]
    source: Source
    delimiter: str

    @property
    def missing(self) -> list[Need]:
        """What no column means yet."""
        return [one for one in self.needs if not one.column]


def look(row: Import) -> Looked:
    """FileError where the file cannot be read."""
    kind, source = kind_of(row), source_of(row)
    with open_table(source, kind.aliases(), form_of(row), kind.loose, strict=False) as table:
        first = [cells for _line, cells in islice(table.raw(), SHOWN)]
        columns = [_column(kind, table, at, first) for at in range(len(table.labels))]
        titles = {one.name: str(one.words) for one in kind.fields}
        twice = [
            (titles.get(name, f"“{name}”"), ", ".join(str(place) for place in places))
            for name, places in table.twice.items()
        ]
        return Looked(columns, _needs(kind, table), twice, source, table.delimiter)


def chosen(row: Import, posted: Mapping[str, Any]) -> Form:
    """What somebody said of the columns, with how the file is understood. FileError where that will not do."""
    kind, before = kind_of(row), form_of(row)
    with open_table(source_of(row), kind.aliases(), before, kind.loose, strict=False) as table:
        fields = {one.name for one in kind.fields}
        meant: dict[str, str] = {}
        for at, label in enumerate(table.labels):
            said = str(posted.get(_name(at), _meaning(kind, table, at)))
            if said == OUT:
                meant[label] = LEFT_OUT
            elif said in (KEEP, APART) and kind.others:
                meant[label] = _own(table, at, said)
            elif said.removeprefix(FIELD) in fields:
                meant[label] = said.removeprefix(FIELD)
    return Form(meant, before.sheet, before.encoding, before.delimiter)


def check(row: Import, form: Form, now: datetime) -> None:
    """FileError where a column that the kind needs is meant by none, or two mean the same."""
    with reading(kind_of(row), source_of(row), setting_of(now), form):
        pass


def counts_of(row: Import) -> list[tuple[str, str]]:
    """What it stored, or would: by name, in numbers as the reader writes them."""
    kept = [(name, count) for name, count in sorted(row.counts.items()) if count]
    return [
        (str(COUNTS.get(name, name.replace("_", " "))), number_format(count, force_grouping=True))
        for name, count in kept
    ]


def problems_of(row: Import) -> list[tuple[int, str]]:
    """The first rows with something wrong, and what it is, in the reader's language."""
    rows = row.problems.order_by("line", "id")[:PROBLEMS]  # type: ignore[attr-defined]
    return [(one.line, said_again(one.told, one.message)) for one in rows]


def problems_as_csv(row: Import) -> Iterator[str]:
    """Rows that were left out, as they are written in the file, with the line and the reason: to mend and bring again."""
    kind = kind_of(row)
    left = ImportProblem.objects.filter(of=row.pk, stored=False).values_list("line", "told", "message")
    wrong = {line: said_again(told, message) for line, told, message in left}
    with open_table(source_of(row), kind.aliases(), form_of(row), kind.loose, strict=False) as table:
        yield _line([guarded.PROBLEM, guarded.LINE, *table.header])
        for number, cells in table.raw():
            if number in wrong:
                yield _line([wrong.pop(number), number, *cells])


def _column(kind: Kind, table: Table, at: int, first: Sequence[Sequence[str]]) -> Column:
    written, alike = table.header[at], table.labels[at] != table.header[at]
    choices = _choices(kind, _own(table, at, APART) if alike else "")
    return Column(
        _name(at), written, at + 1 if alike else None, _meaning(kind, table, at), choices, _cells(first, at)
    )


def _name(at: int) -> str:
    return f"column-{at}"


def _own(table: Table, at: int, said: str) -> str:
    """The name of its own under which a column is kept: of those that are called alike, with its place."""
    return plain(f"{table.header[at]} {at + 1}" if said == APART else table.header[at])


def _meaning(kind: Kind, table: Table, at: int) -> str:
    name = table.columns[at]
    if name in {one.name for one in kind.fields}:
        return FIELD + name
    if not name or not kind.others:
        return OUT
    return APART if name == _own(table, at, APART) and table.labels[at] != table.header[at] else KEEP


def _choices(kind: Kind, apart: str) -> list[tuple[str, str]]:
    keep = [(KEEP, gettext("keep it under its own name"))] if kind.others else []
    if keep and apart:
        keep.append((APART, gettext("keep it as “%(name)s”") % {"name": apart}))
    return [(OUT, gettext("leave it out")), *keep, *((FIELD + one.name, _titled(one)) for one in kind.fields)]


def _titled(field: Field) -> str:
    return gettext("%(field)s (needed)") % {"field": field.words} if field.required else str(field.words)


def _needs(kind: Kind, table: Table) -> list[Need]:
    called = dict(zip(reversed(table.columns), reversed(table.labels), strict=True))
    return [
        Need(
            str(one.words),
            " ".join(FIELD + name for name in names),
            next((called[name] for name in names if name in called), ""),
        )
        for one, names in kind.needs()
    ]


def _cells(rows: Sequence[Sequence[str]], at: int) -> list[str]:
    return [row[at].strip()[:60] for row in rows if at < len(row) and row[at].strip()]


def _line(cells: Sequence[Any]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([cell(one) for one in cells])
    return out.getvalue()

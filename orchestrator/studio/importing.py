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
from orchestrator.customers.imports.asked import file_of, form_of, kind_of, setting_of
from orchestrator.customers.imports.files import inspect
from orchestrator.customers.imports.kinds import Kind
from orchestrator.customers.imports.run import reading
from orchestrator.customers.imports.table import LEFT_OUT, Form, open_table, plain
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
OUT, KEEP, FIELD = "out", "keep", "field:"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its name in the form, as it is written, what it means now and may mean, and its first cells."""

    name: str
    written: str
    meant: str
    choices: Sequence[tuple[str, str]]
    cells: Sequence[str]


def columns_of(row: Import) -> list[Column]:
    """FileError where the file cannot be read."""
    kind = kind_of(row)
    source = inspect(file_of(row))
    with open_table(source, kind.aliases(), form_of(row), kind.loose) as table:
        names = {one.name for one in kind.fields}
        first = [cells for _line, cells in islice(table.raw(), SHOWN)]
        choices = _choices(kind)
        return [
            Column(f"column-{at}", written, _meaning(name, names, kind), choices, _cells(first, at))
            for at, (written, name) in enumerate(zip(table.header, table.columns, strict=True))
        ]


def chosen(row: Import, posted: Mapping[str, Any]) -> dict[str, str]:
    """What somebody said of the columns, as the import keeps it. FileError where that will not do."""
    kind = kind_of(row)
    fields = {one.name for one in kind.fields}
    meant: dict[str, str] = {}
    for one in columns_of(row):
        said = str(posted.get(one.name, one.meant))
        if said == OUT:
            meant[one.written] = LEFT_OUT
        elif said == KEEP and kind.others:
            meant[one.written] = plain(one.written)
        elif said.removeprefix(FIELD) in fields:
            meant[one.written] = said.removeprefix(FIELD)
    return meant


def check(row: Import, meant: Mapping[str, str], now: datetime) -> None:
    """FileError where a column that the kind needs is meant by none, or two mean the same."""
    with reading(kind_of(row), file_of(row), setting_of(now), Form(meant, row.sheet)):
        pass


def counts_of(row: Import) -> list[tuple[str, str]]:
    """What it stored, or would: by name, in numbers as the reader writes them."""
    kept = [(name, count) for name, count in sorted(row.counts.items()) if count]
    return [(str(COUNTS.get(name, name.replace("_", " "))), number_format(count)) for name, count in kept]


def problems_as_csv(row: Import) -> Iterator[str]:
    """Rows that were left out, as they are written in the file, with the line and the reason: to mend and bring again."""
    kind = kind_of(row)
    wrong = dict(ImportProblem.objects.filter(of=row.pk, stored=False).values_list("line", "message"))
    with open_table(inspect(file_of(row)), kind.aliases(), form_of(row), kind.loose) as table:
        yield _line([guarded.PROBLEM, guarded.LINE, *table.header])
        for number, cells in table.raw():
            if number in wrong:
                yield _line([wrong.pop(number), number, *cells])


def _meaning(name: str, names: set[str], kind: Kind) -> str:
    if name in names:
        return FIELD + name
    return KEEP if name and kind.others else OUT


def _choices(kind: Kind) -> list[tuple[str, str]]:
    keep = [(KEEP, gettext("keep it under its own name"))] if kind.others else []
    fields = [(FIELD + one.name, str(one.words)) for one in kind.fields]
    return [(OUT, gettext("leave it out")), *keep, *fields]


def _cells(rows: Sequence[Sequence[str]], at: int) -> list[str]:
    return [row[at].strip()[:60] for row in rows if at < len(row) and row[at].strip()]


def _line(cells: Sequence[Any]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([cell(one) for one in cells])
    return out.getvalue()

"""The forms in which tables come: Excel workbooks, packed files, UTF-16 without a mark; and what no file may do to us."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from orchestrator.customers.imports import files, guarded, workbook
from orchestrator.customers.imports.files import FileError, inspect
from orchestrator.customers.imports.table import Form, Row, Table, open_table
from orchestrator.customers.models import Address, Customer
from orchestrator.workspace.models import AuditEntry

ROWS: list[list[Any]] = [
    ["id", "Name", "since", "seen", "points", "ratio", "zip", "open", "at"],
    ["007", "Żółć\nx", date(2026, 1, 31), datetime.fromisoformat("2026-01-31T14:30"), 5.0, 0.1 + 0.2, 123, True, time(8, 5)],
    [],
    ["b", None, None, None, 12345678901234, -2.5, 7],
]  # fmt: skip


def book(path: Path, rows: list[list[Any]] = ROWS, **more: list[list[Any]]) -> Path:
    made = Workbook()
    first = made.active
    assert first is not None
    for row in rows:
        first.append(row)
    for cells in first.iter_rows(min_row=2, min_col=7, max_col=7):
        cells[0].number_format = "00000"
    for name, others in more.items():
        sheet = made.create_sheet(name)
        for row in others:
            sheet.append(row)
    made.save(path)
    return path


def read(path: Path, form: Form | None = None) -> list[tuple[int, Any]]:
    with open_table(inspect(path), {}, form) as table:
        rows = list(table.rows())
    return [(row.line, dict(row.cells) if isinstance(row, Row) else row.message) for row in rows]


def test_a_workbook_is_read_as_its_csv_would_be(tmp_path: Path) -> None:
    assert read(book(tmp_path / "people.xlsx")) == [
        (2, {
            "id": "007", "name": "Żółć\nx", "since": "2026-01-31", "seen": "2026-01-31T14:30:00", "points": "5",
            "ratio": "0.3", "zip": "00123", "open": "true", "at": "08:05:00",
        }),
        (4, {
            "id": "b", "name": "", "since": "", "seen": "", "points": "12345678901234", "ratio": "-2.5",
            "zip": "00007", "open": "", "at": "",
        }),
    ]  # fmt: skip


def test_a_sheet_is_chosen_by_its_name(tmp_path: Path) -> None:
    path = book(tmp_path / "people.xlsx", Second=[["id"], ["1"]])
    assert inspect(path).sheets == ("Sheet", "Second")
    assert read(path, Form(sheet="Second")) == [(2, {"id": "1"})]
    with pytest.raises(FileError, match="no sheet “Third”; there are: Sheet, Second"):
        read(path, Form(sheet="Third"))


def test_a_workbook_of_another_name_and_one_whose_formula_has_failed(tmp_path: Path) -> None:
    path = book(tmp_path / "people.csv", [["id", "x"], ["1", "#N/A"], ["2", "y"], ["3", "y", "z"]])
    assert read(path) == [
        (2, "a cell holds #N/A; mend its formula, or empty the cell"),
        (3, {"id": "2", "x": "y"}),
        (4, "the row has 3 cells, but the header has 2; check its “ ” and quotes"),
    ]


@pytest.mark.parametrize(("name", "size"), [("MOST_BYTES", 1000), ("SHARED", 10)], ids=["all", "texts"])
def test_a_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, size: int
) -> None:
    path = book(tmp_path / "people.xlsx")
    monkeypatch.setattr(workbook, name, size)
    with pytest.raises(FileError, match="larger inside than a workbook may be"):
        inspect(path)


def test_a_workbook_that_is_broken_is_refused_with_words(tmp_path: Path) -> None:
    whole = book(tmp_path / "people.xlsx").read_bytes()
    path = tmp_path / "cut.xlsx"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileError, match=r"cut.xlsx begins like an Excel workbook or a zip, and is none"):
        inspect(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml", "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"
        )
    with pytest.raises(FileError, match=r"cut.xlsx cannot be read as an Excel workbook"):
        inspect(path)


TEXT = "id;name\n1;Żółć\n"
FOUND = [(2, {"id": "1", "name": "Żółć"})]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "cp1250", "utf-8-sig"])
def test_letters_are_told_by_mark_by_zeros_or_by_trying(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.csv").write_bytes(TEXT.encode(encoding))
    assert read(tmp_path / "a.csv") == FOUND


def test_one_file_packed_with_gzip_or_zip(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(TEXT.encode("utf-16")))
    assert read(tmp_path / "a.gz") == FOUND
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("__MACOSX/._a.csv", "junk")
        archive.writestr("a.csv", TEXT.encode("cp1250"))
    assert read(tmp_path / "a.zip") == FOUND


def test_packed_files_that_cannot_be_one_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.csv", TEXT)
        archive.writestr("b.csv", TEXT)
    with pytest.raises(FileError, match="is a zip of 2 files; pack one file into each"):
        inspect(tmp_path / "two.zip")
    (tmp_path / "twice.gz").write_bytes(gzip.compress(gzip.compress(b"id\n1\n")))
    with pytest.raises(FileError, match="packed more than once"):
        inspect(tmp_path / "twice.gz")
    (tmp_path / "cut.gz").write_bytes(gzip.compress(TEXT.encode() * 9000)[:-20])
    with pytest.raises(FileError, match="cannot be unpacked"):
        inspect(tmp_path / "cut.gz")
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(b"id\n" * 1_000_000))
    monkeypatch.setattr(files, "MOST_BYTES", 1 << 20)
    with pytest.raises(FileError, match="holds more than 0 GB; cut it in parts"):
        inspect(tmp_path / "bomb.gz")


@pytest.mark.parametrize("cell", ["=1+1", "+48 501", "-5", "@x", "\tx", "'=1", "''+1", "'plain", "plain", ""])
def test_a_guarded_cell_comes_back_as_it_was(cell: str) -> None:
    shown = guarded.guard_to_undo(cell)
    assert not shown.startswith(("=", "+", "-", "@", "\t"))
    assert guarded.undo(shown) == cell


def test_only_our_own_file_of_problems_is_unguarded() -> None:
    plain = Table(iter(["id,phone\n", "1,'+48\n"]), {})
    ours = Table(iter(["id,phone,import_line,import_problem\n", "1,'+48,7,wrong\n"]), {})
    assert [dict(row.cells) for table in (plain, ours) for row in table.rows() if isinstance(row, Row)] == [
        {"id": "1", "phone": "'+48"},
        {"id": "1", "phone": "+48"},
    ]


def load(path: Path, *more: str, kind: str = "customers") -> dict[str, Any]:
    out = io.StringIO()
    call_command("import_file", kind, str(path), "--json", *more, stdout=out, stderr=io.StringIO())
    answer = json.loads(out.getvalue().splitlines()[-1])
    assert answer.pop("seconds") >= 0
    return answer


@pytest.mark.django_db
def test_columns_are_what_somebody_says_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Nr klienta;Poczta;Notatki;id\n1;a@example.com;secret;9\n2;wrong;;\n", encoding="utf-8")
    said = (
        "--map",
        "Nr klienta=external_id",
        "--map",
        "Poczta=email",
        "--map",
        "Notatki=",
        "--map",
        "id=old id",
    )
    nothing = {"consents": 0, "consents_kept": 0, "new_customers": 1, "updated_customers": 0, "kept_out": [],
               "error_count": 1, "errors": [
                   {"line": 3, "message": "'wrong' is no email address; write it like anna@example.com"}]}  # fmt: skip
    assert load(path, *said, "--dry-run") == nothing | {"dry_run": True}
    assert (Customer.objects.count(), AuditEntry.objects.filter(action="imported").count()) == (0, 0)
    assert load(path, *said) == nothing | {"dry_run": False}
    assert list(Customer.objects.values_list("external_id", "attributes")) == [("1", {"old id": "9"})]
    assert list(Address.objects.values_list("channel", "value")) == [("email", "a@example.com")]
    (noted,) = AuditEntry.objects.filter(action="imported")
    assert noted.details["of"] == "customers"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--map", "Nr=external_id"), "the header has no column 'Nr'"),
        (("--map", "Nr"), "--map takes COLUMN=FIELD, not Nr"),
        (("--map", "email=external_id"), "columns 1, 2 all mean 'external_id'"),
        (("--map", "id="), "the header has no external_id"),
        (("--sheet", "x"), ""),
    ],
)
def test_a_mapping_that_will_not_do_stores_nothing(tmp_path: Path, more: tuple[str, ...], said: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,email\n1,a@example.com\n", encoding="utf-8")
    if not said:
        assert load(path, *more)["new_customers"] == 1  # text has no sheets
        return
    with pytest.raises(CommandError, match=said):
        load(path, *more)
    assert Customer.objects.count() == 0


@pytest.mark.django_db
def test_kinds_say_what_they_know() -> None:
    out = io.StringIO()
    call_command("import_file", stdout=out)
    assert "\n  external_id (also customer_id, id): your own id of the person" in out.getvalue()
    assert "\n  amount (also value, total, dollar_value): what it cost in all; needed\n" in out.getvalue()
    with pytest.raises(CommandError, match=r"there is no kind pigeons; there are: customers, .*, orders"):
        call_command("import_file", "pigeons", "x.csv")


@pytest.mark.django_db
def test_a_workbook_of_orders(tmp_path: Path) -> None:
    path = book(tmp_path / "o.xlsx", [["customer_id", "date", "value"], ["1", date(2026, 1, 31), 10.5]])
    assert load(path, kind="orders")["new_orders"] == 1
    assert load(path, kind="orders")["repeated"] == 1

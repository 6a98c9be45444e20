"""A file is brought in by the studio: what its columns mean, a try, the run, and the rows that were left out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from orchestrator.consents.models import Consent
from orchestrator.customers.imports.carry import carry
from orchestrator.customers.models import Customer, Import
from orchestrator.studio import pace
from orchestrator.workspace.models import AuditEntry
from tests.customers.test_import_forms import book

NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)
NEW = "admin:customers_import_new"
FILE = "Numer;E-mail;Miasto;zgoda\nanna;anna@example.com;Łódź;tak\nben;wrong;=1+1;\n"
pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> Client:
    user = User.objects.create_user("olga", is_staff=True)
    user.groups.add(Group.objects.get(name="privacy_officer"))
    client = Client()
    client.force_login(user)
    return client


def bring(client: Client, text: str, kind: str = "customers") -> Import:
    file = SimpleUploadedFile("klienci.csv", text.encode("cp1250"))
    client.post(reverse(NEW), {"kind": kind, "file": file})
    return Import.objects.get()


def act(client: Client, row: Import, name: str, **said: str) -> str:
    answer = client.post(reverse("admin:customers_import_act", args=[row.pk, name]), said, follow=True)
    row.refresh_from_db()
    return answer.content.decode()


def run() -> None:
    while carry(datetime.now(UTC)):
        if not Import.objects.filter(state__in=Import.UNDER_WAY).exists():
            return


MEANT = {"column-0": "field:external_id", "column-1": "field:email", "column-2": "keep", "column-3": "out"}


def test_a_file_is_looked_at_tried_and_stored(officer: Client) -> None:
    row = bring(officer, FILE)
    columns = officer.get(reverse("admin:customers_import_change", args=[row.pk])).context["looked"].columns
    assert [(one.written, one.meant, one.cells) for one in columns] == [
        ("Numer", "keep", ["anna", "ben"]),
        ("E-mail", "field:email", ["anna@example.com", "wrong"]),
        ("Miasto", "keep", ["Łódź", "=1+1"]),
        ("zgoda", "keep", ["tak"]),
    ]
    act(officer, row, "try", **MEANT)
    run()
    row.refresh_from_db()
    assert (row.state, row.dry, row.left_out, row.counts["new_customers"]) == ("done", True, 1, 1)
    assert Customer.objects.count() == 0
    act(officer, row, "run", **MEANT)
    run()
    row.refresh_from_db()
    assert (row.state, row.dry, row.left_out) == ("done", False, 1)
    page = officer.get(
        reverse("admin:customers_import_change", args=[row.pk]), headers={"Accept-Language": "pl"}
    )
    assert page.context["counts"] == [("nowi klienci", "1")]
    assert [one.cells for one in page.context["looked"].columns][3] == [
        "tak"
    ]  # of one that is left out as well
    anna = Customer.objects.get()
    assert (anna.external_id, anna.attributes) == ("anna", {"miasto": "Łódź"})
    assert not Consent.objects.exists()  # a column that was left out says nothing
    assert AuditEntry.objects.filter(action="imported").count() == 4


def test_rows_that_were_left_out_can_be_mended_and_brought_again(officer: Client) -> None:
    row = bring(officer, FILE)
    act(officer, row, "run", **MEANT)
    run()
    answer = officer.get(reverse("admin:customers_import_left_out", args=[row.pk]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    head, wrong = text.splitlines()
    assert head == "import_problem,import_line,Numer,E-mail,Miasto,zgoda"
    assert wrong.endswith(",3,ben,wrong,'=1+1,")
    Import.objects.all().delete()
    again = bring(
        officer, text.replace("wrong,", "ben@example.com,").replace("import_problem", "import_problem")
    )
    page = officer.get(reverse("admin:customers_import_change", args=[again.pk]))
    said = {one.name: one.meant for one in page.context["looked"].columns}
    numbers = {one.written: one.name for one in page.context["looked"].columns}
    said |= {numbers["Numer"]: "field:external_id", numbers["zgoda"]: "out"}
    act(officer, again, "run", **said)
    run()
    ben = Customer.objects.get(external_id="ben")
    assert ben.attributes["miasto"] == "=1+1"


def test_what_will_not_do_is_said_and_nothing_begins(officer: Client) -> None:
    row = bring(officer, FILE)
    assert "the header has no external_id" in act(officer, row, "try", **(MEANT | {"column-0": "out"}))
    assert "all mean" in act(officer, row, "run", **(MEANT | {"column-1": "field:external_id"}))
    assert (row.state, Customer.objects.count()) == ("draft", 0)
    empty = SimpleUploadedFile("x.csv", b" ")
    answer = officer.post(reverse(NEW), {"kind": "customers", "file": empty})
    assert (answer.status_code, "is empty" in answer.content.decode()) == (400, True)
    assert officer.post(reverse(NEW), {"kind": "pigeons"}).status_code == 400
    assert Import.objects.count() == 1


def test_one_that_waits_is_stopped_and_nothing_of_it_is_stored(officer: Client) -> None:
    row = bring(officer, FILE)
    act(officer, row, "run", **MEANT)
    act(officer, row, "cancel")
    run()
    assert (row.state, Customer.objects.count()) == ("cancelled", 0)


def page(client: Client, row: Import) -> Any:
    return client.get(reverse("admin:customers_import_change", args=[row.pk]))


def test_how_a_file_is_written_is_said_and_can_be_said_otherwise(officer: Client) -> None:
    row = bring(officer, "Numer|Imię;x\n1|Zoë;y\n")
    shown = page(officer, row).context
    assert shown["written"] == "It is read as text in Windows-1250; between cells stands a semicolon."
    assert [(one.name, [code for code, _words, now in one.options if now]) for one in shown["writing"]] == [
        ("encoding", ["found"]), ("delimiter", ["found"]),
    ]  # fmt: skip
    assert [one.written for one in shown["looked"].columns] == ["Numer|Imię", "x"]
    act(officer, row, "look", delimiter="|", encoding="pigeon")
    shown = page(officer, row).context
    assert (row.encoding, row.delimiter, row.state) == ("", "|", "draft")
    assert [(one.written, one.cells) for one in shown["looked"].columns] == [
        ("Numer", ["1"]),
        ("Imię;x", ["Zoë;y"]),
    ]
    assert "is not written in UTF-8 to its end" in act(officer, row, "look", encoding="utf-8")
    assert (row.encoding, row.delimiter) == ("", "|")
    act(officer, row, "look", delimiter="found")
    assert row.delimiter == ""


def test_a_sheet_is_chosen_on_the_page(officer: Client, tmp_path: Path) -> None:
    path = book(tmp_path / "people.xlsx", [["id", "x"], ["1", "y"]], Second=[["name"], ["a"], ["b"]])
    officer.post(reverse(NEW), {"kind": "customers", "file": SimpleUploadedFile("a.xlsx", path.read_bytes())})
    row = Import.objects.get()
    assert page(officer, row).context["written"] == "It is read as an Excel workbook, the sheet “Sheet” of 2."
    act(officer, row, "look", sheet="Second")
    shown = page(officer, row).context
    assert (row.sheet, row.lines, [one.written for one in shown["looked"].columns]) == ("Second", 3, ["name"])
    act(officer, row, "look", sheet="Third")
    assert row.sheet == "Second"


def test_what_is_needed_is_marked_and_said_before_it_is_tried(officer: Client) -> None:
    row = bring(officer, "klient;kiedy;ile\n1;2026-01-01;10\n", "orders")
    looked = page(officer, row).context["looked"]
    assert [(one.words, one.codes, one.column) for one in looked.needs] == [
        ("the customer, by your own id", "field:external_id", ""),
        ("when it was placed", "field:date field:occurred_at", ""),
        ("what it cost in all", "field:amount", ""),
    ]
    assert ("field:date", "when it was placed (needed)") in looked.columns[0].choices
    assert "the header has no" in act(officer, row, "try", **{"column-0": "field:external_id"})
    said = {"column-0": "field:external_id", "column-1": "field:occurred_at", "column-2": "field:amount"}
    act(officer, row, "try", **said)
    run()
    row.refresh_from_db()
    assert (row.state, row.counts["new_orders"]) == ("done", 1)
    assert [one.column for one in page(officer, row).context["looked"].needs] == ["klient", "kiedy", "ile"]


def test_columns_of_one_name_are_chosen_one_by_one(officer: Client) -> None:
    row = bring(officer, "id;Email;Miasto;Email;Miasto\n1;a@example.com;Hel;b@example.com;Puck\n")
    looked = page(officer, row).context["looked"]
    assert looked.twice == [("email address", "2, 4"), ("“miasto”", "3, 5")]
    assert [one.place for one in looked.columns] == [None, 2, 3, 4, 5]
    assert ("apart", "keep it as “miasto_5”") in looked.columns[4].choices
    assert "columns 2, 4 all mean" in act(officer, row, "run")
    act(officer, row, "run", **{"column-1": "out", "column-4": "apart"})
    run()
    one = Customer.objects.get()
    assert one.attributes == {"miasto": "Hel", "miasto_5": "Puck"}
    assert [column.meant for column in page(officer, row).context["looked"].columns] == [
        "field:external_id", "out", "keep", "field:email", "apart",
    ]  # fmt: skip


def test_a_running_import_is_asked_for_until_it_has_ended(officer: Client) -> None:
    row = bring(officer, FILE)
    act(officer, row, "run", **MEANT)
    assert "data-live " in page(officer, row).text
    where = reverse("admin:customers_import_now", args=[row.pk])
    Import.objects.update(
        state="running",
        line=50,
        lines=200,
        began_at=datetime.now(UTC) - timedelta(minutes=2),
        counts={"new_customers": 7},
    )
    answer = officer.get(where)
    assert (answer.status_code, answer.has_header("X-Ended"), "no-store" in answer["Cache-Control"]) == (
        200,
        False,
        True,
    )
    assert "25 % is read, 50 lines." in answer.text
    assert "about 7 minutes left" in answer.text
    assert 'data-said="20 % is read."' in answer.text
    assert "new customers: 7" in answer.text
    assert "<form" not in answer.text  # what the keyboard is in is not replaced
    Import.objects.update(state="waiting", line=0, done=0, lines=3, began_at=None, counts={})
    run()
    ended = officer.get(where)
    assert (ended.has_header("X-Ended"), "It is stored." in ended.text, "data-columns" in ended.text) == (
        True,
        True,
        True,
    )
    assert "<html" not in ended.text
    assert Client().get(where).status_code == 302


def test_nobody_knows_how_long_it_takes_when_it_has_just_begun() -> None:
    now = datetime.now(UTC)
    one = Import(state="running", line=1, lines=10, began_at=now)
    assert pace.left_of(one, now) is None
    assert pace.left_of(one, now + timedelta(seconds=10)) == timedelta(seconds=90)
    one.line = 11
    assert pace.left_of(one, now + timedelta(seconds=10)) is None

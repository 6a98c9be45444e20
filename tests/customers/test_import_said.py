"""What somebody says of a file: its letters, its delimiter, its columns; and what we say of its rows, in any language."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from orchestrator.customers.imports import asked, carry, kinds, telling
from orchestrator.customers.imports.customers import CUSTOMERS
from orchestrator.customers.imports.files import FileError
from orchestrator.customers.imports.table import Form, Row, open_table
from orchestrator.customers.models import Customer, Import, ImportProblem
from orchestrator.customers.save import Person, save
from tests.customers.test_import_carried import NOW, brought, carried, told
from tests.customers.test_import_forms import load, read

PEOPLE = "external_id|e-mail|city\n1|a@example.com|Łódź\n2|wrong|Ślęza\n"


def test_letters_and_delimiter_are_as_somebody_says(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("id|name;x\n1|Łódź;ść\n".encode("iso-8859-2"))
    assert read(path, Form(delimiter="|"))[0][1] == {"id": "1", "name;x": "ŁódĽ;¶ć"}
    from orchestrator.customers.imports.files import inspect

    with open_table(inspect(path, "iso-8859-2"), {}, Form(delimiter="|")) as table:
        assert [row.cells for row in table.rows() if isinstance(row, Row)] == [
            {"id": "1", "name;x": "Łódź;ść"}
        ]
    with pytest.raises(FileError, match=r"a.csv is not written in UTF-8 to its end; choose another encoding"):
        inspect(path, "utf-8")


@pytest.mark.django_db
def test_the_command_is_told_how_the_file_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(PEOPLE.encode("iso-8859-2"))
    with pytest.raises(CommandError, match="the header has no external_id; add that"):
        load(path)
    answer = load(path, "--delimiter", "bar", "--encoding", "iso-8859-2")
    assert (answer["new_customers"], answer["error_count"]) == (1, 1)
    assert Customer.objects.get().attributes == {"city": "Łódź"}
    with pytest.raises(CommandError, match="not written in UTF-8"):
        load(path, "--encoding", "utf-8")


ALIKE = "id,Email,City,Email,City\n1,a@example.com,Gdynia,b@example.com,Hel\n"


@pytest.mark.django_db
def test_columns_of_one_name_are_told_apart_by_their_places(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(ALIKE, encoding="utf-8")
    for more, said in (
        ((), "columns 2, 4 all mean 'email'; .* They are called “Email \\(2\\)”, “Email \\(4\\)”"),
        (("--map", "Email (2)="), "columns 3, 5 all mean 'city'"),
        (
            ("--map", "Email="),
            "the column 'Email' stands several times; say which: “Email \\(2\\)”, “Email \\(4\\)”",
        ),
    ):
        with pytest.raises(CommandError, match=said):
            load(path, *more)
    assert Customer.objects.count() == 0
    load(path, "--map", "Email (2)=", "--map", "City (3)=city_3", "--map", "City (5)=city_5")
    anna = Customer.objects.get()
    assert anna.attributes == {"city_3": "Gdynia", "city_5": "Hel"}
    assert list(anna.addresses.values_list("value", flat=True)) == ["b@example.com"]  # type: ignore[attr-defined]


def polish(text: str) -> str:
    known = {
        "%(text)s is no email address; write it like anna@example.com": "%(text)s to nie adres e-mail",
        "the header has no %(columns)s; add that. It has: %(known)s": "brakuje: %(columns)s",
    }
    return known.get(text, text)


@pytest.mark.django_db
def test_what_is_wrong_is_stored_to_be_said_in_any_language(monkeypatch: pytest.MonkeyPatch) -> None:
    row = carried(brought("external_id,email\na,wrong\n,x@example.com\n"))
    monkeypatch.setattr(telling, "gettext", polish)
    said = [telling.said_again(one.told, one.message) for one in row.problems.order_by("line")]  # type: ignore[attr-defined]
    assert said == ["'wrong' to nie adres e-mail", "external_id is empty; give each person an id of your own"]
    assert ImportProblem.objects.filter(message__startswith="'wrong' is no email address").count() == 1
    failed = carried(brought("name\nx\n"))
    assert telling.said_again(failed.told, failed.problem) == "brakuje: external_id"
    assert asked.start(failed, True, None, NOW)
    failed.refresh_from_db()
    assert (failed.problem, failed.told) == ("", {})


@pytest.mark.django_db
def test_the_command_speaks_the_workspaces_language_and_json_is_english(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        telling, "gettext", lambda text: polish(text) if telling.translation.get_language() == "pl" else text
    )
    path = tmp_path / "a.csv"
    path.write_text("external_id,email\na,wrong\n", encoding="utf-8")
    heard = []
    for more in ((), ("--language", "en")):
        out = io.StringIO()
        call_command("import_file", "customers", str(path), *more, stdout=out, stderr=io.StringIO())
        heard.append(out.getvalue().splitlines()[1].partition(": ")[2])
    assert heard == [
        "'wrong' to nie adres e-mail",
        "'wrong' is no email address; write it like anna@example.com",
    ]
    assert load(path)["errors"][0]["message"] == heard[1]


@pytest.fixture
def small_chunks() -> Iterator[None]:
    kinds.register(replace(CUSTOMERS, chunk=2))
    yield
    kinds.register(CUSTOMERS)
    carry._put_away()


@pytest.mark.django_db
def test_a_try_that_another_worker_goes_on_with_counts_everybody_once(
    small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    save([Person("known")], NOW)
    text = "external_id,email\na,\nb,wrong\na,\nb,\nknown,\nc,\nb,\nc,\na,\n"
    alone = told(carried(brought(text, dry=True)))
    assert alone[3]["new_customers"] == 3
    row = brought(text, dry=True)
    for worker in range(1, 9):  # another one after each chunk
        monkeypatch.setattr(carry, "_me", lambda process, worker=worker: UUID(int=worker))
        carry._opened.clear()
        carry.carry(NOW + worker * carry.LEASE)
    row = Import.objects.get(pk=row.pk)
    assert told(row) == alone

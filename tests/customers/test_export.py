"""What a person is told of what we hold: everything that is theirs, nobody else's, and a reason for what is left out."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from orchestrator.customers.erase import erase
from orchestrator.customers.export import cell, export
from orchestrator.customers.exporting import registered, words_of
from orchestrator.customers.merge import Pair, merge
from orchestrator.customers.models import Customer
from orchestrator.customers.personal import EMPTIED, REMOVED
from tests.scenarios import conftest as scenarios
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World

world = scenarios.world  # the fixture
# Models that are emptied in an erasure, and are about what staff did and not about the person.
# A file is of nobody in particular: all of them go where anybody is erased.
NOT_THEIRS = {"admin.LogEntry", "customers.ImportPart", "customers.ImportProblem"}


def taken(
    customer: int, language: str = "en"
) -> tuple[dict[str, Any], dict[str, list[dict[str, str]]], dict[str, int]]:
    """The JSON, the CSVs by name, and the counts."""
    out = io.BytesIO()
    counts = export(customer, out, language, datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC))
    with zipfile.ZipFile(out) as archive:
        told = json.loads(archive.read("export.json"))
        tables = {
            name.removesuffix(".csv"): list(
                csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig")))
            )
            for name in archive.namelist()
            if name.endswith(".csv")
        }
    return told, tables, counts


def test_every_model_of_a_person_is_a_table_and_every_field_is_given_out_or_kept_back():
    tables = registered().values()
    assert {one.model._meta.label for one in tables} == (REMOVED | set(EMPTIED)) - NOT_THEIRS
    for one in tables:
        given = {name.removesuffix("_id").split("__")[0] for name in one.columns.values()}
        fields = {field.name for field in one.model._meta.concrete_fields}
        assert given | {name.removesuffix("_id") for name in one.kept_back} >= {
            name.removesuffix("_id") for name in fields
        }, one.name
        assert not given & {name.removesuffix("_id") for name in one.kept_back}, one.name
        assert all(one.kept_back.values())
        assert set(words_of(one.name)) <= set(one.columns)


def test_what_we_hold_with_its_words_and_proof(world: World):
    world.publish(one_send("note"), note="")
    anna, bela = world.person(), world.person("bela")
    for one in (anna, bela):
        world.event(one, "note.wanted", amount="12.50", page="=1+1")
    world.run(hours=1)
    told, tables, counts = taken(anna)
    assert (told["schema"], told["exported_at"], told["language"]) == (
        "orchestrator.export/1", "2026-03-04T05:06:07Z", "en",
    )  # fmt: skip
    assert (
        counts
        == {name: len(tables[name]) for name in tables}
        == {name: len(told[name]) for name in registered()}
    )
    (customer,) = told["customer"]
    assert (customer["id"], customer["external_id"]) == (anna, "anna")
    assert customer["attributes"] == {"first_name": "Anna"}
    assert sorted(one["value"] for one in told["addresses"]) == ["+48600100200", "anna@example.com"]
    (consent,) = told["consent_ledger"]
    assert (consent["channel"], consent["state"], consent["source"]) == ("email", "granted", "test")
    (event,) = told["events"]
    assert (event["name"], event["amount"], event["properties"]) == ("note.wanted", "12.50", {"page": "=1+1"})
    (message,) = told["messages"]
    assert (message["address"], message["state"], message["reason_in_words"]) == (
        "anna@example.com", "accepted", "the provider took it",
    )  # fmt: skip
    assert message["consent_as_stood"]["source"] == "test"
    (kept,) = told["messages_kept_in_the_house"]
    assert kept["recipient"] == "anna@example.com"
    assert "bela" not in json.dumps(told)
    assert "=1+1" not in {value for row in tables["events"] for value in row.values()}


def test_in_polish_the_words_are_polish_and_the_names_are_not(world: World):
    world.publish(one_send("note"), note="")
    anna = world.person(consents=())
    world.event(anna, "note.wanted")
    world.run(hours=1)
    told, _tables, _counts = taken(anna, "pl")
    assert [one["reason"] for one in told["decisions"]] == ["no_consent"]
    assert told["decisions"][0]["reason_in_words"] == "brak zgody na ten kanał"


def test_whoever_was_merged_into_them_is_in_it(world: World):
    anna, old = world.person(), world.person("old")
    world.event(old, "bought")
    merge([Pair(old, anna)], world.now)
    told, _tables, _counts = taken(anna)
    assert {one["external_id"] for one in told["customer"]} == {"anna", "old"}
    assert taken(old)[0]["customer"] == told["customer"]


def test_of_the_erased_nothing_personal_is_left_to_tell(world: World):
    anna = world.person()
    world.event(anna, "bought", place="Wrocław")
    erase([anna], world.now)
    told = json.dumps(taken(anna)[0], ensure_ascii=False)
    assert [word for word in ("Wrocław", "anna@", "Anna", "600100200") if word in told] == []


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1", "@a", "\tx", "\rx"])
def test_no_cell_is_a_formula(text: str):
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "said"), [(None, ""), (-5, "-5"), ("a=b", "a=b"), ({"ż": 1}, '{"ż": 1}'), (True, "true")]
)
def test_other_cells_say_what_they_are(value: Any, said: str):
    assert cell(value) == said


def test_the_command(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    world.person()
    path = tmp_path / "anna.zip"
    call_command("export_customer", "anna", "--out", str(path), "--language", "pl")
    assert path.stat().st_mode & 0o777 == 0o600
    assert capsys.readouterr().out.splitlines()[-1] == f"All of it is in {path}, which only you may read."
    with pytest.raises(CommandError, match="is there already"):
        call_command("export_customer", "anna", "--out", str(path))
    with pytest.raises(CommandError, match="no customer with the external id bob"):
        call_command("export_customer", "bob")
    assert Customer.objects.count() == 1


def test_every_label_is_a_model():
    assert all(apps.get_model(one.model._meta.label) is one.model for one in registered().values())

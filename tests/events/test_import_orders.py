"""`manage.py import_orders`: orders in, once each, whatever happens in between."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from orchestrator.customers.models import Customer
from orchestrator.customers.save import Person, save
from orchestrator.events import imports
from orchestrator.events.models import Event

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
LINES = "00001 19970101 1 11.77\n00002 19970112 1 12.00\n00002 19970112 5 77.00\n00002 19970112 1 12.00\n"


@pytest.fixture
def load(tmp_path: Path):
    def load(text: str) -> dict[str, Any]:
        path = tmp_path / "orders.txt"
        path.write_text(text, encoding="utf-8")
        out = io.StringIO()
        call_command("import_orders", str(path), "--json", stdout=out)
        answer = json.loads(out.getvalue().splitlines()[-1])
        assert answer.pop("seconds") >= 0
        return answer

    return load


def test_every_line_is_an_order_of_a_customer(load) -> None:
    assert load(LINES) == {
        "customers": 2, "orders": 4, "value": "112.77", "new_customers": 2, "new_orders": 4, "repeated": 0,
        "errors": [], "error_count": 0,
    }  # fmt: skip
    rows = Event.objects.order_by("id").values_list(
        "customer__external_id", "name", "occurred_at", "amount", "properties__count", "properties__currency"
    )
    noon = datetime(1997, 1, 12, 11, tzinfo=UTC)
    assert sorted(rows) == [
        ("00001", "order.placed", datetime(1997, 1, 1, 11, tzinfo=UTC), Decimal("11.77"), 1, "USD"),
        ("00002", "order.placed", noon, Decimal("12.00"), 1, "USD"),
        ("00002", "order.placed", noon, Decimal("77.00"), 5, "USD"),
        ("00002", "order.placed", noon + timedelta(seconds=1), Decimal("12.00"), 1, "USD"),
    ]
    assert set(Event.objects.values_list("backfilled", "pending")) == {(True, True)}
    assert all(event.properties["order_id"] == event.key for event in Event.objects.all())
    assert Customer.objects.get(external_id="00002").created_at == noon


def test_the_same_file_again_changes_nothing(load) -> None:
    load(LINES)
    before = [list(table.objects.order_by("id").values_list()) for table in (Customer, Event)]
    assert load(LINES) == {
        "customers": 2, "orders": 4, "value": "112.77", "new_customers": 0, "new_orders": 0, "repeated": 4,
        "errors": [], "error_count": 0,
    }  # fmt: skip
    assert [list(table.objects.order_by("id").values_list()) for table in (Customer, Event)] == before


def test_chunks_do_not_show(load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "CHUNK", 1)
    assert load(LINES)["new_orders"] == 4
    monkeypatch.setattr(imports, "CHUNK", 5000)
    assert load(LINES)["repeated"] == 4


def test_an_end_in_the_middle_is_mended_by_running_again(load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "CHUNK", 1)
    real, calls = imports.record, []

    def fail_third(events, now):
        calls.append(1)
        if len(calls) == 3:
            real(events, now)
            raise ConnectionError("the database went away")
        return real(events, now)

    monkeypatch.setattr(imports, "record", fail_third)
    with pytest.raises(ConnectionError):
        load(LINES)
    assert Event.objects.count() == 2
    monkeypatch.setattr(imports, "record", real)
    answer = load(LINES)
    assert (answer["customers"], answer["orders"], answer["value"]) == (2, 4, "112.77")
    assert (answer["new_customers"], answer["new_orders"], answer["repeated"]) == (0, 2, 2)


def test_an_order_id_counts_once_and_what_was_stored_first_is_told(load) -> None:
    head = "order_id,customer_id,date,value\n"
    assert load(head + "A1,1,2026-01-01,10\nA1,1,2026-01-01,10\nA2,2,2026-01-01,5\n")["new_orders"] == 2
    answer = load(head + "A1,1,2026-01-01,99\nA3,3,2026-01-01,1\n")
    assert (answer["customers"], answer["orders"], answer["value"]) == (2, 2, "11.00")
    assert (answer["new_orders"], answer["repeated"]) == (1, 1)
    assert Event.objects.get(key="order:A3").properties == {"order_id": "A3", "count": 1, "currency": "PLN"}


def test_wrong_lines_are_left_out_and_counted(load) -> None:
    ahead = f"{NOW + timedelta(days=3):%Y-%m-%d}"
    answer = load(f"customer_id,date,value\n1,2026-01-01,10\n1,2026-01-01,x\n1,{ahead},5\n2,2026-01-01,3\n")
    assert (answer["orders"], answer["value"], answer["error_count"]) == (2, "13.00", 2)
    assert [error["line"] for error in answer["errors"]] == [3, 4]
    assert answer["errors"][1]["message"] == f"the date {ahead} is in the future; check it"


def test_orders_of_the_erased_are_left_out(load) -> None:
    save([Person("1")], NOW)
    Customer.objects.update(erased_at=NOW)
    answer = load("customer_id,date,value\n1,2026-01-01,10\n2,2026-01-01,3\n")
    assert (answer["customers"], answer["orders"], answer["value"]) == (1, 1, "3.00")
    assert [error["line"] for error in answer["errors"]] == [2]
    assert Event.objects.count() == 1


def test_a_file_that_is_no_table_is_refused(load) -> None:
    with pytest.raises(CommandError, match="the header has no external_id"):
        load("a,b\n1,2\n")
    assert Event.objects.count() == 0


def test_people_read_the_summary_in_words(tmp_path: Path) -> None:
    path, out = tmp_path / "orders.txt", io.StringIO()
    path.write_text(LINES, encoding="utf-8")
    call_command("import_orders", str(path), stdout=out)
    assert out.getvalue().startswith(
        "4 orders of 2 customers in the file, 112.77 in all: 4 orders and 2 customers new, 0 known before, 0 lines"
    )

"""Files of orders: every wrong line is named and left out, the others are stored; the demo lives a file whole or not."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from orchestrator.customers.addresses import normalise_email
from orchestrator.customers.models import Customer
from orchestrator.demo import orders
from orchestrator.domain.zones import parse_zone
from orchestrator.events.models import Event
from orchestrator.journeys.models import Journey
from tests.rubbish.conftest import Load

HEAD = "customer_id,date,value,count,currency\n"
GOOD = "good,2026-01-31,10.50,1,PLN\n"
YEAR = "is before 1900 or after 9999; check its year"
MONEY = "is no amount of money; write it like 1234.50"
COUNT = "is no whole number from 0 to 999,999,999; write it like 3"
NEEDS, HAS = "the header has no ", "; add that. It has: "


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("x,31/01/2026,1,1,", "the date '31/01/2026' could mean two dates; write it like 2026-01-31"),
        ("x,2026-02-31,1,1,", "the date '2026-02-31' does not exist; write it like 2026-01-31"),
        ("x,2023-02-29,1,1,", "the date '2023-02-29' does not exist; write it like 2026-01-31"),
        ("x,,1,1,", "the date is empty; write it like 2026-01-31"),
        ("x,tomorrow,1,1,", "the date 'tomorrow' does not exist; write it like 2026-01-31"),
        ("x,0001-01-01,1,1,", f"the date '0001-01-01' {YEAR}"),
        ("x,1899-12-31,1,1,", f"the date '1899-12-31' {YEAR}"),
        ("x,9999-12-31T23:59:59-23:00,1,1,", f"the date '9999-12-31T23:59:59-23:00' {YEAR}"),
        ("x,0001-01-01T00:00:00+23:00,1,1,", f"the date '0001-01-01T00:00:00+23:00' {YEAR}"),
        ("x,9999-12-31,1,1,", "the date 9999-12-31 is in the future; check it"),
        (
            "x,2026-01-31 25:00,1,1,",
            "the date '2026-01-31 25:00' is no time; write it like 2026-01-31 or 2026-01-31T14:30:00+01:00",
        ),
        ("x,2026-01-31,ten,1,", f"the value 'ten' {MONEY}"),
        ("x,2026-01-31,,1,", f"the value '' {MONEY}"),
        ("x,2026-01-31,NaN,1,", f"the value 'NaN' {MONEY}"),
        ("x,2026-01-31,Infinity,1,", f"the value 'Infinity' {MONEY}"),
        ("x,2026-01-31,1e999999999,1,", f"the value '1e999999999' {MONEY}"),
        ("x,2026-01-31,1e12,1,", f"the value '1e12' {MONEY}"),
        (
            "x,2026-01-31,-5,1,",
            "the value '-5' is below zero: a return is no order; leave the line out",
        ),
        ("x,2026-01-31,1.005,1,", "the value '1.005' has more than two decimal places; round it"),
        ("x,2026-01-31,1,-1,", f"the count '-1' {COUNT}"),
        ("x,2026-01-31,1,1.5,", f"the count '1.5' {COUNT}"),
        ("x,2026-01-31,1,1000000000,", f"the count '1000000000' {COUNT}"),
        ("x,2026-01-31,1,1,zloty", "the currency 'ZLOTY' is no code; write three letters, like PLN"),
        (",2026-01-31,1,1,", "external_id must have 1 to 100 characters, not ''"),
        ("x,2026-01-31", "the row has 2 cells, but the header has 5; check its “,” and quotes"),
        ("customer_id,date,value,count,currency", "the header stands here again; remove this line"),
        (
            "x\0,2026-01-31,1,1,",
            "external_id holds a NUL character (\\x00), which no database text can; remove it",
        ),
        ("x" * 200_000, "the line has 200,000 characters; 131,072 is the most. Shorten it"),
        (
            'x,"2026-01-31,1,1,',
            'a quote (") is not closed or not doubled; write a quote inside a cell as two, and the cell in quotes',
        ),
    ],
    ids=lambda value: value[:30].replace("\0", "NUL"),
)
def test_a_wrong_line_costs_itself_only(load: Load, row: str, said: str) -> None:
    answer = load("import_orders", f"{HEAD}{row}\n{GOOD}")
    assert answer["errors"] == [{"line": 2, "message": said}]
    assert (answer["orders"], answer["value"], answer["error_count"]) == (1, "10.50", 1)
    assert list(Event.objects.values_list("customer__external_id", "amount")) == [("good", Decimal("10.50"))]
    assert Customer.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "rows.csv is empty"),
        ("\n \n", "rows.csv is empty"),
        ("external_id,email\n1,a@example.com\n", f"{NEEDS}date / occurred_at, amount{HAS}external_id, email"),
        ("1,2026-01-31,10\n", f"{NEEDS}external_id, date / occurred_at, amount{HAS}1, 2026_01_31, 10"),
        (
            "customer_id date value\n",
            f"{NEEDS}external_id, date / occurred_at, amount{HAS}customer_id_date_value",
        ),
        (
            "customer_id,date,value,total\n",
            "line 1: columns 3, 4 all mean 'amount'; say what the others mean, or leave them out. They are called “value”,"
            " “total”",
        ),
        ("x" * 200_000, "the header has 200,000 characters; 131,072 is the most. Is this a table?"),
        (
            b"PK\x03\x04" + bytes(40),
            "rows.csv begins like an Excel workbook or a zip, and is none: File is not a zip file",
        ),
        (
            b"\x7fELF\x02\x01" + bytes(100),
            "rows.csv is no text; save it as CSV UTF-8",
        ),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_a_file_that_holds_no_orders_stores_nothing(load: Load, content: str | bytes, said: str) -> None:
    assert load("import_orders", content) == {"failed": said}
    assert (Customer.objects.count(), Event.objects.count()) == (0, 0)


def live(path: Path) -> str:
    """The words with which `demo --orders` refuses the file."""
    with pytest.raises(CommandError) as caught:
        call_command("demo", "--orders", str(path), "--no-serve", stdout=io.StringIO())
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "orders.csv is empty"),
        (HEAD, "{path} holds no orders"),
        (
            "a,b\n1,2\n",
            "the header needs the columns external_id (or customer_id), date (or occurred_at) and amount (or value); it has a, b",
        ),
        (
            f"{HEAD}{GOOD}x,2026-13-01,1,1,\nx,2099-01-01,1,1,\nx,2026-01-31,ten,1,\n",
            "{path} is not lived, for some of its lines are wrong:\n"
            "line 3: the date '2026-13-01' does not exist; write it like 2026-01-31\n"
            "line 4: the date 2099-01-01 is in the future; check it\n"
            f"line 5: the value 'ten' {MONEY}",
        ),
        (
            "00001 19970101 1 11.77\n00001 19970230 1 5.00\n",
            "{path} is not lived, for some of its lines are wrong:\n"
            "line 2: the date '19970230' does not exist; write it like 2026-01-31",
        ),
    ],
    ids=["empty", "header only", "other columns", "wrong lines", "cdnow"],
)
def test_the_demo_names_every_wrong_line_and_leaves_an_empty_database(
    db: None, tmp_path: Path, content: str, said: str
) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(content, encoding="utf-8")
    assert live(path) == said.format(path=path)
    assert (Customer.objects.count(), Event.objects.count(), Journey.objects.count()) == (0, 0, 0)


def test_the_demo_without_its_file_or_with_a_folder(db: None, tmp_path: Path) -> None:
    assert live(tmp_path / "gone.csv") == f"there is no file {tmp_path / 'gone.csv'}; check its name"
    assert live(tmp_path) == f"{tmp_path.name} is a folder; name a file in it"
    assert Customer.objects.count() == 0


@pytest.mark.parametrize("names", [("--customers", "0"), ("--customers", "100001"), ("--weeks", "-1")])
def test_the_demo_with_figures_that_make_no_shop(db: None, names: tuple[str, str]) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("demo", *names, "--no-serve", stdout=io.StringIO())
    assert str(caught.value) == "the sample shop has 1 to 100,000 customers and lives 1 to 104 weeks"
    assert Customer.objects.count() == 0


def test_ids_that_make_no_mailbox_are_lived_too_and_never_share_one(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    names = ["00042", "Anna Nowak", "a@b", "żółć", "..", "ANNA", "anna", "x" * 100]
    path.write_text(HEAD + "".join(f"{name},2026-01-31,1,1,\n" for name in names), encoding="utf-8")
    tale = orders.tell(path, parse_zone("Europe/Warsaw"), "PLN", datetime(2026, 3, 1, tzinfo=UTC))
    mailboxes = [one.person.addresses["email"] for one in tale.newcomers]
    assert mailboxes[0] == "customer-00042@example.com"
    assert len(set(mailboxes)) == len(names)
    assert [normalise_email(one) for one in mailboxes] == mailboxes

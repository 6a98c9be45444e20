"""`manage.py import_customers`: people in, wrong rows named, and nothing that people said undone."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from orchestrator.consents.models import Consent, ConsentRecord, Suppression
from orchestrator.consents.record import Statement, record
from orchestrator.consents.suppress import Entry, suppress
from orchestrator.customers.addresses import digest
from orchestrator.customers.models import Address, Customer
from orchestrator.customers.save import Person, save
from orchestrator.workspace.models import Topic

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture
def load(tmp_path: Path):
    def load(text: str) -> dict[str, Any]:
        path = tmp_path / "people.csv"
        path.write_text(text, encoding="utf-8")
        out = io.StringIO()
        call_command("import_customers", str(path), "--json", stdout=out)
        return json.loads(out.getvalue().splitlines()[-1])

    return load


def states() -> dict[tuple[str, str], str]:
    return {
        (row[0], row[1]): row[2]
        for row in Consent.objects.values_list("customer__external_id", "channel", "state")
    }


PEOPLE = """external_id;email;phone;first_name;country;language;time_zone;birthday;Loyalty Tier;Shoe-Size
00123;Anna@Example.com;501 234 567;Anna;PL;pl;Europe/Warsaw;28.02.1990;gold;00042
b;;+49 151 23456789;=HYPERLINK("x");de;;;--02-29;;
"""


def test_people_with_addresses_and_attributes(load) -> None:
    answer = load(PEOPLE)
    assert {name: answer[name] for name in ("customers", "new_customers", "updated_customers", "errors")} == {
        "customers": 2, "new_customers": 2, "updated_customers": 0, "errors": [],
    }  # fmt: skip
    rows = Customer.objects.order_by("external_id").values_list(
        "external_id", "language", "country", "time_zone", "attributes"
    )
    assert list(rows) == [
        (
            "00123", "pl", "PL", "Europe/Warsaw",
            {"first_name": "Anna", "birthday": "1990-02-28", "loyalty_tier": "gold", "shoe_size": "00042"},
        ),
        ("b", "", "DE", "", {"first_name": '=HYPERLINK("x")', "birthday": "--02-29"}),
    ]  # fmt: skip
    assert sorted(Address.objects.values_list("customer__external_id", "channel", "value")) == [
        ("00123", "email", "anna@example.com"),
        ("00123", "sms", "+48501234567"),
        ("b", "sms", "+4915123456789"),
    ]


def test_the_same_file_again_changes_nothing(load) -> None:
    text = "external_id,email,tier,consent_email,consent_sms,consent_at\n"
    text += "a,a@example.com,gold,yes,nie,2024-01-31\nb,b@example.com,,tak,,\n"
    load(text)
    tables = (Customer, Address, ConsentRecord, Consent)
    before = [list(table.objects.order_by("id").values_list()) for table in tables]
    answer = load(text)
    assert [list(table.objects.order_by("id").values_list()) for table in tables] == before
    assert (
        answer["customers"],
        answer["new_customers"],
        answer["updated_customers"],
        answer["consents"],
    ) == (2, 0, 0, 0)
    assert [len(rows) for rows in before] == [2, 2, 3, 3]


def test_wrong_rows_are_named_with_their_line_and_the_others_are_stored(load) -> None:
    answer = load(
        "external_id,email,phone,birthday,consent_email,time_zone\n"
        "ok,ok@example.com,,,granted,Mars/X\n"
        ",x@example.com,,,,\n"
        "c,not-an-address,,,,\n"
        "d,,501234567,,,\n"
        "e,,,31/02/1990,,\n"
        "f,,,1990-02-31,,\n"
        "g,,,,maybe,\n"
        "h\x00,,,,,\n"
        "external_id,email,phone,birthday,consent_email,time_zone\n"
        "last,,,,,\n"
    )
    assert [(error["line"], error["message"].split(";")[0]) for error in answer["errors"]] == [
        (3, "external_id is empty"),
        (4, "'not-an-address' is no email address"),
        (5, "the phone number '501234567' has no country"),
        (6, "birthday: '31/02/1990' is not a date"),
        (7, "birthday: '1990-02-31' is no day of the year: February has at most 29 days"),
        (8, "consent_email is 'maybe', neither yes nor no"),
        (9, "the external id holds a NUL character (\\x00), which no database text can"),
        (10, "the header stands here again"),
    ]
    assert answer["error_count"] == 8
    assert answer["kept_out"] == [
        {"line": 2, "message": "'Mars/X' is no time zone; write it like Europe/Warsaw"}
    ]
    assert sorted(Customer.objects.values_list("external_id", flat=True)) == ["last", "ok"]
    assert states() == {("ok", "email"): "granted"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("email,name\na@example.com,A\n", "no external_id"),
        ("external_id,consent_pigeon\n1,yes\n", "'consent_pigeon' speaks of no channel"),
        ("external_id,id\n1,2\n", "columns 1, 2 all mean 'external_id'"),
    ],
)
def test_a_file_that_cannot_be_read_stores_nothing(load, text: str, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        load(text)
    assert Customer.objects.count() == 0


def test_errors_are_told_a_hundred_times_and_counted_to_the_end(load) -> None:
    answer = load("external_id,email\n" + "x,wrong\n" * 2500)
    assert (len(answer["errors"]), answer["error_count"], answer["customers"]) == (100, 2500, 0)


def test_consents_come_with_their_time_source_and_words(load) -> None:
    load(
        "external_id,consent_email,consent_sms,consent_source,consent_at,consent_text\n"
        "a,granted,withdrawn,shop counter,2024-05-01T10:00:00+02:00,Tak chcę\n"
        "b,1,0,,2024-05-01,\n"
    )
    rows = ConsentRecord.objects.order_by("customer__external_id", "channel").values_list(
        "customer__external_id", "channel", "state", "source", "text", "recorded_at"
    )
    ten = datetime(2024, 5, 1, 8, tzinfo=UTC)
    assert list(rows) == [
        ("a", "email", "granted", "shop counter", "Tak chcę", ten),
        ("a", "sms", "withdrawn", "shop counter", "Tak chcę", ten),
        ("b", "email", "granted", "import", "", datetime(2024, 4, 30, 22, tzinfo=UTC)),
        ("b", "sms", "withdrawn", "import", "", datetime(2024, 5, 1, 21, 59, 59, tzinfo=UTC)),
    ]


@pytest.mark.parametrize(
    ("row", "ends", "records"),
    [
        ("granted,", "withdrawn", 1),
        ("granted,2026-01-01T11:00:00+00:00", "withdrawn", 2),
        ("granted,2026-01-01T12:00:00+00:00", "withdrawn", 2),
        ("granted,2026-01-01T12:00:01+00:00", "granted", 2),
        ("withdrawn,", "withdrawn", 1),
    ],
)
def test_who_withdrew_stays_so_unless_they_granted_later(load, row: str, ends: str, records: int) -> None:
    (anna,) = save([Person("anna")], NOW).ids
    at = datetime(2026, 1, 1, 12, tzinfo=UTC)
    record([Statement(anna, "email", "withdrawn", "link", recorded_at=at)], NOW)
    answer = load(f"external_id,consent_email,consent_at\nanna,{row}\n")
    assert states() == {("anna", "email"): ends}
    assert ConsentRecord.objects.count() == records
    assert answer["consents_kept"] == (1 if ends == "withdrawn" and row.startswith("granted") else 0)


def test_consents_come_with_their_proof(load) -> None:
    load(
        "external_id;consent_email;consent_version;consent_language;consent_basis;consent_proof\n"
        'a;yes;newsletter/3;pl;consent;"{""ip"": ""192.0.2.7"", ""form"": {""id"": 4}}"\n'
        "b;yes;;;legitimate interest;card 17 in the binder\n"
        "c;yes;;;;\n"
    )
    rows = ConsentRecord.objects.order_by("customer__external_id").values_list(
        "customer__external_id", "text_version", "language", "legal_basis", "proof"
    )
    assert list(rows) == [
        ("a", "newsletter/3", "pl", "consent", {"ip": "192.0.2.7", "form": {"id": 4}}),
        ("b", "", "", "legitimate interest", {"said": "card 17 in the binder"}),
        ("c", "", "", "consent", {}),
    ]


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("version", "v" * 32, "consent_version 'vvvv"),
        ("language", "x" * 13, "consent_language 'xxxx"),
        ("basis", "x" * 64, "consent_basis 'xxxx"),
        ("proof", "x" * 4001, "consent_proof 'xxxx"),
        ("proof", "{ip: 1}", "consent_proof '{ip: 1}' begins like JSON and is none"),
        ("proof", '"{""a"": NaN}"', "consent_proof.a is nan"),
        ("proof", '{""a"":' * 500, "begins like JSON and is none"),
    ],
)
def test_a_wrong_proof_is_the_rows_error(load, column: str, cell: str, said: str) -> None:
    answer = load(f"external_id;consent_email;consent_{column}\na;yes;{cell}\nb;yes;\n")
    assert answer["error_count"] == 1
    assert said in str(answer["errors"][0])
    assert states() == {("b", "email"): "granted"}


def test_topics_are_said_apart_and_never_undo_a_withdrawal(load) -> None:
    Topic.objects.create(key="club", title={"en": "Club"})
    file = "external_id,consent_email,consent_email_club,consent_at\na,yes,no,2025-01-01\nb,,yes,\n"
    assert load(file)["consents"] == 3
    assert load(file)["consents"] == 0
    places = Consent.objects.order_by("customer__external_id", "topic")
    assert list(places.values_list("customer__external_id", "topic", "state")) == [
        ("a", "", "granted"), ("a", "club", "withdrawn"), ("b", "club", "granted"),
    ]  # fmt: skip
    answer = load("external_id,consent_email_club\na,yes\n")
    assert (answer["consents"], answer["consents_kept"]) == (0, 1)
    assert ConsentRecord.objects.count() == 3


def test_a_column_of_no_topic_is_refused(load) -> None:
    with pytest.raises(
        CommandError, match="'consent_email_nothing' speaks of no topic we know; there are: none"
    ):
        load("external_id,consent_email_nothing\na,yes\n")
    assert Customer.objects.count() == 0


def test_a_no_without_a_time_withdraws_what_was_granted(load) -> None:
    load("external_id,consent_email\na,yes\n")
    load("external_id,consent_email\na,no\n")
    assert states() == {("a", "email"): "withdrawn"}
    load("external_id,consent_email\na,yes\n")
    assert states() == {("a", "email"): "withdrawn"}


def test_the_suppressed_stay_suppressed(load) -> None:
    suppress([Entry("email", digest("email", "a@example.com"), "complaint")], NOW)
    before = list(Suppression.objects.values_list())
    assert load("external_id,email,consent_email\na,A@example.com,yes\n")["customers"] == 1
    assert list(Suppression.objects.values_list()) == before


def test_the_erased_are_not_brought_back(load) -> None:
    suppress([Entry("email", digest("email", "a@example.com"), "erasure")], NOW)
    save([Person("old")], NOW - timedelta(days=1))
    Customer.objects.update(erased_at=NOW)
    answer = load(
        "external_id,email,tier,consent_email\na,A@example.com,gold,yes\nold,x@example.com,gold,yes\nnew,,,\n"
    )
    assert [error["line"] for error in answer["errors"]] == [2, 3]
    assert all("erased at their own wish" in error["message"] for error in answer["errors"])
    assert sorted(Customer.objects.values_list("external_id", "attributes__tier")) == [
        ("new", None),
        ("old", None),
    ]
    assert Address.objects.count() == Consent.objects.count() == 0


def test_people_read_the_summary_in_words(tmp_path: Path) -> None:
    path, out = tmp_path / "people.csv", io.StringIO()
    path.write_text("external_id,email\na,a@example.com\nb,wrong\n", encoding="utf-8")
    call_command("import_customers", str(path), "--language", "en", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[:2] == [
        "Rows left out:",
        "  line 3: 'wrong' is no email address; write it like anna@example.com",
    ]
    assert lines[2].startswith("1 customers in the file: 1 new, 0 changed.")


def test_devices_come_as_an_apps_token_or_as_what_a_browser_says(load) -> None:
    keys = {"p256dh": "BA" + "A" * 85, "auth": "A" * 22}
    browser = {"endpoint": "https://push.example.com/x", "expirationTime": None, "keys": keys}
    inside = browser | {"endpoint": "https://127.0.0.1/x"}
    cells = ["c1:APA91b-token", json.dumps(browser, indent=2), json.dumps(inside), '{"endpoint": ""}', ""]
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["external_id", "push_token"])
    writer.writerows((f"p{number}", cell) for number, cell in enumerate(cells))
    writer.writerow(["p0", cells[1]])  # somebody's second device
    answer = load(table.getvalue())
    assert [(error["line"], error["message"]) for error in answer["errors"]] == [
        (11, "127.0.0.1 is no public address. Write the server's public name."),
        (12, "the push subscription has no endpoint; give what toJSON() of it answers"),
    ]
    spelled = json.dumps({"endpoint": browser["endpoint"], "keys": dict(sorted(keys.items()))})
    assert list(Address.objects.order_by("id").values_list("customer__external_id", "channel", "value")) == [
        ("p0", "push", "c1:APA91b-token"),
        ("p0", "push", spelled.replace(" ", "")),
        ("p1", "push", spelled.replace(" ", "")),
    ]

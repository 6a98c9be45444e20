"""Files of customers: every wrong row is named and left out, the others are stored, and nobody's no is undone."""

from __future__ import annotations

import pytest

from orchestrator.consents.models import ConsentRecord
from orchestrator.customers.models import Address, Customer
from tests.rubbish.conftest import Load

HEAD = "external_id,email,phone,country,birthday,consent_email,consent_at\n"
GOOD = "good,good@example.com,,,,,\n"
EXAMPLE = "write it like anna@example.com"
YEAR = "is before 1900 or after 9999; check its year"


def row(**cells: str) -> str:
    names = HEAD.strip().split(",")
    return ",".join({"external_id": "x", **cells}.get(name, "") for name in names)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (row(external_id=""), "external_id is empty; give each person an id of your own"),
        (
            row(external_id="x" * 101),
            f"the external id '{'x' * 27}...{'x' * 28}' must have 1 to 100 characters",
        ),
        (row(email="anna"), f"'anna' is no email address; {EXAMPLE}"),
        (row(email="a@b"), f"'a@b': the part after the @ is no domain name; {EXAMPLE}"),
        (row(email="a@example.com."), "'a@example.com.' ends with a dot; remove it"),
        (row(email="a..b@example.com"), f"'a..b@example.com': the part before the @ is not valid; {EXAMPLE}"),
        (
            row(email='"a@example.com\r\nBcc: b@example.com"'),
            "the email address 'a@example.com\\r\\nBcc: b@example.com' holds a line break; write one address",
        ),
        (
            row(phone="501234567"),
            "the phone number '501234567' has no country; write it like +48 501 234 567, or give the country",
        ),
        (row(phone="+48 12"), "the phone number '+48 12' is too short or too long; check its digits"),
        (row(phone="call me", country="PL"), "'call me' is no phone number; write it like +48 501 234 567"),
        (
            row(birthday="31/02/1990"),
            "birthday: '31/02/1990' is not a date; write year, month and day as `1990-02-28`,"
            " or `--02-28` if the year is not known",
        ),
        (
            row(consent_email="maybe"),
            "consent_email is 'maybe', neither yes nor no; write granted or withdrawn, or leave it empty",
        ),
        (
            row(consent_email="yes", consent_at="31/01/2026"),
            "consent_at '31/01/2026' could mean two dates; write it like 2026-01-31",
        ),
        (row(consent_email="yes", consent_at="0001-01-01"), f"consent_at '0001-01-01' {YEAR}"),
        (
            row(consent_email="yes", consent_at="9999-12-31T23:59:59-23:00"),
            f"consent_at '9999-12-31T23:59:59-23:00' {YEAR}",
        ),
        (row(email="x" * 140_000), "the line has 140,007 characters; 131,072 is the most. Shorten it"),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_a_wrong_row_costs_itself_only(load: Load, written: str, said: str) -> None:
    answer = load("import_customers", f"{HEAD}{written}\n{GOOD}")
    assert answer["errors"] == [{"line": 2, "message": said}]
    assert (answer["customers"], answer["new_customers"], answer["error_count"]) == (1, 1, 1)
    assert list(Customer.objects.values_list("external_id", flat=True)) == ["good"]
    assert list(Address.objects.values_list("value", flat=True)) == ["good@example.com"]
    assert ConsentRecord.objects.count() == 0


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("00123,,,,,,", "00123"),
        ("1e5,,,,,,", "1e5"),
        ('"=HYPERLINK(""x"")",,,,,,', '=HYPERLINK("x")'),
        ("\u202eabc,,,,,,", "\u202eabc"),
    ],
)
def test_an_id_is_kept_to_the_letter(load: Load, text: str, stored: str) -> None:
    assert load("import_customers", f"{HEAD}{text}\n")["errors"] == []
    assert list(Customer.objects.values_list("external_id", flat=True)) == [stored]


def test_ten_thousand_times_the_same_person_is_one_person(load: Load) -> None:
    answer = load("import_customers", "external_id,email\n" + "a,a@example.com\n" * 10_000)
    assert (answer["customers"], answer["new_customers"], answer["error_count"]) == (1, 1, 0)
    assert (Customer.objects.count(), Address.objects.count()) == (1, 1)

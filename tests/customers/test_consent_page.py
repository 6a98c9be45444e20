"""docs/consent.md: its example does what it says, and its tables name what there is."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import call_command

from orchestrator.consents import imports
from orchestrator.consents.models import Consent, ConsentRecord
from orchestrator.customers.models import Customer
from orchestrator.workspace.models import Topic

PAGE = (Path(__file__).parents[2] / "docs" / "consent.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"^```csv\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.django_db
def test_the_example_is_stored_as_the_page_says_and_twice_as_once(tmp_path: Path) -> None:
    Topic.objects.create(key="club", title={"en": "Club"})
    file = tmp_path / "people.csv"
    file.write_text(EXAMPLE[0], encoding="utf-8")
    for _ in range(2):
        call_command("import_customers", str(file), stdout=io.StringIO())
    rows = ConsentRecord.objects.order_by("customer__external_id", "topic")
    about = ("customer__external_id", "topic", "state", "text_version", "language", "proof")
    assert list(rows.values_list(*about)) == [
        ("1001", "", "granted", "newsletter/2", "pl", {"ip": "192.0.2.7"}),
        ("1001", "club", "withdrawn", "newsletter/2", "pl", {"ip": "192.0.2.7"}),
        ("1002", "", "granted", "", "", {"said": "card 17 in the binder"}),
    ]
    assert rows[0].recorded_at == datetime(2024, 5, 1, 8, tzinfo=UTC)
    assert Consent.objects.count() == 3


def test_the_columns_about_a_consent_are_all_there_with_their_lengths() -> None:
    columns = dict(re.findall(r"^\| `consent_(\w+)` \| (.*) \|$", PAGE, re.MULTILINE))
    assert set(columns) - {"email_club"} == set(imports._ABOUT)
    for name, longest in imports._LONGEST.items():
        assert f"at most {longest:,} characters" in columns[name]


def test_the_degrees_of_personalization_are_those_there_are() -> None:
    degrees = re.findall(r"^\| `(\w+)` \| (?:every|`customer)", PAGE, re.MULTILINE)
    assert degrees == [value for value, _ in Customer._meta.get_field("personalization").choices or ()]

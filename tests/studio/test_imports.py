"""A file is brought in by the studio: what its columns mean, a try, the run, and the rows that were left out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from orchestrator.consents.models import Consent
from orchestrator.customers.imports.carry import carry
from orchestrator.customers.models import Customer, Import
from orchestrator.workspace.models import AuditEntry

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

"""Files that workers bring in: chunk by chunk, killed anywhere, by one worker at a time, and never against anybody's will."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command

from orchestrator.consents.models import Consent, ConsentRecord, Suppression
from orchestrator.consents.record import Statement, record
from orchestrator.consents.suppress import Entry, suppress
from orchestrator.customers.addresses import digest
from orchestrator.customers.erase import erase
from orchestrator.customers.imports import asked, carry, kinds
from orchestrator.customers.imports.customers import CUSTOMERS
from orchestrator.customers.imports.files import FileError
from orchestrator.customers.imports.stored import PART, Stored, write
from orchestrator.customers.imports.table import Form
from orchestrator.customers.models import Address, Customer, Import, ImportPart, ImportProblem
from orchestrator.customers.save import Person, save
from orchestrator.events.models import Event
from orchestrator.journeys.work import work
from orchestrator.workspace.models import AuditEntry
from tests.customers.test_import_forms import book

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HEAD = "external_id,email,consent_email\n"
TEXT = (
    HEAD
    + "".join(f"p{n},p{n}@example.com,{'yes' if n % 2 else ''}\n" for n in range(10))
    + "bad,wrong,\np1,,no\n"
)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Three rows a chunk; and no file stays open from one test to the next."""
    from dataclasses import replace

    kinds.register(replace(CUSTOMERS, chunk=3))
    yield
    kinds.register(CUSTOMERS)
    carry._put_away()


def brought(
    text: str | bytes = TEXT, kind: str = "customers", dry: bool = False, begin: bool = True
) -> Import:
    row = asked.bring(kind, "people.csv", [text.encode() if isinstance(text, str) else text], None, NOW)
    if begin:
        assert asked.start(row, dry, None, NOW)
    return row


def carried(row: Import, now: datetime = NOW) -> Import:
    while Import.objects.get(pk=row.pk).state in Import.UNDER_WAY:
        assert carry.carry(now) == 1
    row.refresh_from_db()
    return row


def told(row: Import) -> tuple[Any, ...]:
    return row.state, row.dry, row.line, row.counts, row.left_out, row.kept_out


COUNTS = {"new_customers": 10, "updated_customers": 0, "consents": 6, "consents_kept": 0}


def test_a_file_is_stored_chunk_by_chunk_and_its_beginning_and_end_are_noted() -> None:
    row = carried(brought())
    assert told(row) == ("done", False, 13, COUNTS, 1, 0)
    assert (row.lines, row.percent, row.lost, row.claim, row.began_at, row.finished_at) == (
        13,
        100,
        0,
        None,
        NOW,
        NOW,
    )
    assert list(ImportProblem.objects.values_list("of", "line", "stored")) == [(row.pk, 12, False)]
    assert sorted(Customer.objects.values_list("external_id", flat=True)) == [f"p{n}" for n in range(10)]
    assert (Consent.objects.filter(state="granted").count(), ConsentRecord.objects.count()) == (4, 6)
    noted = list(
        AuditEntry.objects.filter(action="imported").order_by("number").values_list("details", flat=True)
    )
    assert noted == [
        {"of": "customers", "begins": True, "dry": False},
        {"of": "customers", "dry": False, "ends": "done", "left_out": 1, **COUNTS},
    ]


def test_a_dry_run_says_the_same_and_stores_nothing() -> None:
    row = carried(brought(dry=True))
    assert told(row) == ("done", True, 13, COUNTS, 1, 0)
    assert (Customer.objects.count(), Address.objects.count(), ConsentRecord.objects.count()) == (0, 0, 0)
    assert asked.start(row, False, None, NOW)
    assert told(carried(row)) == ("done", False, 13, COUNTS, 1, 0)
    assert (Customer.objects.count(), ImportProblem.objects.count()) == (10, 1)


class Killed(BaseException):
    """As SIGKILL: nothing of ours runs after it."""


@pytest.mark.parametrize("chunk", range(5))
@pytest.mark.parametrize("where", ["before the chunk is stored", "before its commit", "after its commit"])
def test_whoever_is_killed_anywhere_is_followed_by_another_who_goes_on_there(
    monkeypatch: pytest.MonkeyPatch, chunk: int, where: str
) -> None:
    row, real, calls = brought(), carry._stored, []

    def stored(*args: Any) -> Any:
        calls.append(1)
        if len(calls) == chunk + 1 and where == "before the chunk is stored":
            raise Killed
        outcome = real(*args)
        if len(calls) == chunk + 1 and where == "before its commit":
            raise Killed
        return outcome

    monkeypatch.setattr(carry, "_stored", stored)
    try:
        for _ in range(chunk + (where == "after its commit")):
            carry.carry(NOW)
        if where != "after its commit":
            carry.carry(NOW)
    except Killed:
        pass
    monkeypatch.setattr(carry, "_stored", real)
    monkeypatch.setattr(carry, "_me", lambda process: UUID(int=7))  # another worker
    carry._opened.clear()
    if Import.objects.get(pk=row.pk).state == "running":
        assert (
            carry.carry(NOW + carry.LEASE - timedelta(seconds=1)) == 0
        )  # the lease of the dead one still runs
    assert told(carried(row, NOW + carry.LEASE)) == ("done", False, 13, COUNTS, 1, 0)
    assert sorted(Customer.objects.values_list("external_id", flat=True)) == [f"p{n}" for n in range(10)]
    assert (Address.objects.count(), ConsentRecord.objects.count(), ImportProblem.objects.count()) == (
        10,
        6,
        1,
    )


def test_a_late_worker_stores_nothing_of_what_another_has_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    row, real = brought(), carry._stored

    def stored(*args: Any) -> Any:
        outcome = real(*args)
        Import.objects.filter(pk=row.pk).update(done=2)  # it went on elsewhere meanwhile
        return outcome

    monkeypatch.setattr(carry, "_stored", stored)
    assert carry.carry(NOW) == 1
    assert (Customer.objects.count(), ImportProblem.objects.count()) == (0, 0)


def test_rows_at_which_worker_after_worker_dies_end_the_import() -> None:
    row = brought()
    carry.carry(NOW)
    Import.objects.update(claim=UUID(int=7), lease_until=NOW, lost=4)
    carried(row)
    assert (row.state, row.problem) == (
        "failed", "5 workers died at the rows behind line 4; bring the file without them",
    )  # fmt: skip
    assert Customer.objects.count() == 3


def test_what_breaks_is_told_and_ends_the_import(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carry, "store", lambda reader, chunk: 1 / 0)
    row = carried(brought())
    assert (row.state, row.problem) == ("failed", "it broke after line 0: ZeroDivisionError")
    monkeypatch.undo()
    assert asked.start(row, False, None, NOW)
    assert carried(row).state == "done"


def test_an_import_is_cancelled_between_two_chunks() -> None:
    row = brought()
    carry.carry(NOW)
    assert asked.cancel(row, None, NOW)
    assert not asked.cancel(row, None, NOW)
    assert carry.carry(NOW) == 0
    row.refresh_from_db()
    assert told(row)[:3] == ("cancelled", False, 4)
    assert (row.counts["new_customers"], Customer.objects.count()) == (3, 3)


def test_what_is_under_way_is_not_begun_again_nor_understood_otherwise() -> None:
    row = brought()
    assert not asked.start(row, False, None, NOW)
    assert not asked.arrange(row, Form({"email": ""}))
    carried(row)
    assert asked.arrange(row, Form({"email": ""}))
    assert asked.start(row, False, None, NOW)
    assert told(carried(row))[3] == {
        "new_customers": 1,
        "updated_customers": 0,
        "consents": 0,
        "consents_kept": 1,
    }


def test_a_file_goes_when_its_days_are_over_and_with_whoever_is_erased() -> None:
    idle, done = brought(begin=False), carried(brought())
    assert carry.carry(NOW + timedelta(days=29)) == 0
    ImportProblem.objects.create(of=idle, line=1, message="x")
    assert work(NOW + timedelta(days=30)).imported == 2
    assert (Import.objects.count(), ImportPart.objects.count(), ImportProblem.objects.count()) == (2, 0, 0)
    assert not asked.start(done, False, None, NOW)
    idle, going = brought(begin=False), brought()
    carry.carry(NOW)
    erase([Customer.objects.get(external_id="p5").pk], NOW)
    assert set(ImportPart.objects.values_list("of", flat=True)) == {going.pk}
    carried(going)
    assert carry.carry(NOW) == 1
    assert (ImportPart.objects.count(), ImportProblem.objects.count()) == (0, 0)
    assert Address.objects.filter(value="p5@example.com").count() == 0


def test_a_file_that_is_no_table_is_not_kept() -> None:
    with pytest.raises(FileError, match=r"people.csv is a PDF"):
        brought(b"%PDF-1.4")
    assert (Import.objects.count(), ImportPart.objects.count()) == (0, 0)


def test_what_a_kind_refuses_ends_the_import_with_its_words() -> None:
    row = carried(brought("name\nx\n"))
    assert (row.state, row.problem) == (
        "failed", "the header has no external_id; add that. It has: name",
    )  # fmt: skip
    kinds._kinds.pop("orders", None)
    try:
        assert "nothing here knows what a file of “orders” is" in carried(brought("a\n1\n", "orders")).problem
    finally:
        from orchestrator.events.imports import ORDERS

        kinds.register(ORDERS)


def test_a_stored_file_reads_as_it_was_written(tmp_path: Path) -> None:
    data = bytes(range(256)) * 1024 * 3 + b"end"
    row = Import(kind="x", name="x", made_at=NOW, size=0, digest="")
    row.save()
    write(row, (data[start : start + 70_000] for start in range(0, len(data), 70_000)))
    assert (row.size, ImportPart.objects.count()) == (len(data), -(-len(data) // PART))
    with Stored(row.pk, "x", row.size).open() as file:
        assert file.read() == data
        file.seek(-3, 2)
        assert file.read() == b"end"
        file.seek(PART - 1)
        assert file.read(3) == data[PART - 1 : PART + 2]


def test_orders_are_carried_like_people() -> None:
    row = carried(
        brought("customer_id,date,value\n1,2026-01-01,10\n1,2026-01-01,10\n2,2027-01-01,1\n", "orders")
    )
    assert told(row) == ("done", False, 4, {"new_customers": 1, "new_orders": 2, "repeated": 0}, 1, 0)
    assert Event.objects.count() == 2


ALL = (Customer, Address, Consent, ConsentRecord, Suppression)


@pytest.fixture
def unwilling() -> list[Any]:
    """Anna withdrew, Basia complained, Celina was erased, Dora objects."""
    ids = save([Person(name, addresses={"email": f"{name}@example.com"}) for name in "abcd"], NOW).ids
    early = NOW - timedelta(days=9)
    record([Statement(id_, "email", "granted", "form", recorded_at=early) for id_ in ids], NOW)
    record([Statement(ids[0], "email", "withdrawn", "link", recorded_at=NOW - timedelta(days=1))], NOW)
    suppress([Entry("email", digest("email", "b@example.com"), "complaint")], NOW)
    erase([ids[2]], NOW)
    record(
        [
            Statement(ids[3], one, "withdrawn", "objection", recorded_at=NOW)
            for one in ("email", "sms", "push")
        ],
        NOW,
    )
    return [list(model.objects.order_by("pk").values_list()) for model in ALL]


RETURN: list[list[Any]] = [
    ["external_id", "email", "consent_email"], ["a", "a@example.com", "yes"], ["b", "b@example.com", "yes"],
    ["c", "c@example.com", "yes"], ["other", "c@example.com", "yes"], ["d", "d@example.com", "yes"],
]  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("door", ["command", "worker"])
def test_an_old_list_changes_nothing_for_those_who_said_no(
    tmp_path: Path, unwilling: list[Any], form: str, door: str
) -> None:
    path = tmp_path / f"old.{form}"
    if form == "xlsx":
        book(path, RETURN)
    else:
        path.write_text("\n".join(",".join(row) for row in RETURN), encoding="utf-8")
    if door == "command":
        call_command("import_customers", str(path), "--json")
    else:
        row = carried(brought(path.read_bytes()))
        assert told(row)[3:5] == (
            {"new_customers": 0, "updated_customers": 0, "consents": 0, "consents_kept": 2}, 2,
        )  # fmt: skip
        assert set(ImportProblem.objects.values_list("line", flat=True)) == {4, 5}
    assert [list(model.objects.order_by("pk").values_list()) for model in ALL] == unwilling

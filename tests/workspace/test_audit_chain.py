"""Tampering: each way to do it with the guards of the database out of the way is found, and called by its name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from orchestrator.domain.audit import digest
from orchestrator.domain.audit_chain import Anchor
from orchestrator.workspace import audited
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.models import AuditEntry
from orchestrator.workspace.who import Who
from tests.emptied import unguarded

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
LAST = 9
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noted() -> None:
    for number in range(LAST):
        at = NOW + timedelta(minutes=number)
        note(Action.CHANGED, Who("user", "7", "zofia"), now=at, step=number, name=["ą", None])


def sql(*statements: str) -> None:
    with unguarded(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.replace("LOG", "workspace_auditentry"))


def wrong(*anchors: Anchor) -> list[str]:
    _chain, breaks = audited.verify(anchors)
    return [str(one) for one in breaks]


def written(number: int, **fields: Any) -> AuditEntry:
    """An entry made as well as somebody who knows the code can make it."""
    row = AuditEntry.objects.get(number=number)
    for name, value in fields.items():
        setattr(row, name, value)
    row.hash = digest(row.entry())
    return row


def shift(start: int, by: int) -> None:
    """Number all from `start` on anew."""
    for number in sorted(range(start, LAST + 1), reverse=by > 0):
        sql(f"UPDATE LOG SET number = {number + by} WHERE number = {number}")


def rewrite(start: int) -> None:
    """Make the chain whole from `start` on, whatever stands there."""
    previous = AuditEntry.objects.get(number=start - 1).hash
    for row in AuditEntry.objects.filter(number__gte=start).order_by("number"):
        row.previous = previous
        row.hash = previous = digest(row.entry())
        with unguarded():
            row.save()


def test_a_whole_chain_is_whole() -> None:
    chain, breaks = audited.verify([audited.head()])
    assert list(breaks) == []
    assert (chain.count, chain.first, chain.number, chain.hash) == (9, 1, 9, audited.head().hash)


COLUMNS = {
    "at": "'2026-11-27 12:03:00.000001+00:00'" if connection.vendor == "postgresql" else "'2026-11-27 12:03:00.000001'",
    "who": "'key'", "who_id": "'8'", "who_name": "'Zofia'", "action": "'deleted'", "subject": "'x'", "subject_id": "'1'",
    "title": "' '", "details": """'{"name": ["a", null], "step": 3}'""", "previous": f"'{'1' * 64}'", "hash": f"'{'2' * 64}'",
}  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("number", [1, 4, LAST])
def test_a_byte_of_any_column_is_found(column: str, number: int) -> None:
    sql(f"UPDATE LOG SET {column} = {COLUMNS[column]} WHERE number = {number}")
    assert wrong() == [f"entry {number} was changed"]


def test_every_column_was_tried() -> None:
    assert {*COLUMNS, "number"} == {field.column for field in AuditEntry._meta.concrete_fields}


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        (lambda: sql("DELETE FROM LOG WHERE number = 5"), ["entry 5 is missing"]),
        (lambda: sql("DELETE FROM LOG WHERE number IN (5, 6)"), ["entries 5 to 6 are missing"]),
        (lambda: sql("DELETE FROM LOG WHERE number <= 2"), ["entries 1 to 2 are missing"]),
        (lambda: (sql("DELETE FROM LOG WHERE number = 5"), shift(6, -1)), ["entry 5 is missing"]),
        (lambda: (sql("DELETE FROM LOG WHERE number = 8"), shift(9, -1)), ["entry 8 is missing"]),
        (
            lambda: (sql("DELETE FROM LOG WHERE number IN (3, 4)"), shift(5, -2)),
            ["entries 3 to 4 are missing"],
        ),
    ],
    ids=["one", "two", "the first", "one, and numbers closed up", "the last but one", "two, and closed up"],
)  # fmt: skip
def test_what_was_taken_away_is_missing(tamper: Callable[[], Any], told: list[str]) -> None:
    tamper()
    assert wrong() == told


@pytest.mark.parametrize(("one", "other"), [(4, 5), (1, 2), (8, 9), (2, 7)])
def test_what_was_swapped_was_reordered(one: int, other: int) -> None:
    sql(
        f"UPDATE LOG SET number = 99 WHERE number = {one}",
        f"UPDATE LOG SET number = {one} WHERE number = {other}",
        f"UPDATE LOG SET number = {other} WHERE number = 99",
    )
    assert wrong() == [
        f"entry {one} was reordered: it belongs at {other}",
        f"entry {other} was reordered: it belongs at {one}",
    ]


@pytest.mark.parametrize("well", [True, False])
@pytest.mark.parametrize("number", [2, 5, 9])
def test_what_was_put_in_was_added(number: int, well: bool) -> None:
    row = written(number, details={"invented": 1})
    row.hash = row.hash if well else "3" * 64
    shift(number, 1)
    with unguarded():
        row.save(force_insert=True)
    assert wrong() == [f"entry {number} was added"]


def test_what_was_written_anew_is_found_by_what_follows() -> None:
    row = written(4, details={"step": "another"})
    with unguarded():
        row.save()
    assert wrong() == ["entry 4 was rewritten: what follows holds another hash"]


def test_a_tail_that_was_cut_off_is_found_by_an_anchor_alone() -> None:
    anchor = audited.head()
    sql("DELETE FROM LOG WHERE number >= 8")
    assert wrong() == []
    assert wrong(anchor) == ["the log was cut off: it ends before entry 8"]


def test_a_chain_that_was_made_whole_again_is_found_by_an_anchor_alone() -> None:
    anchor, before = audited.head(), Anchor(3, AuditEntry.objects.get(number=3).hash)
    sql("UPDATE LOG SET who_name = 'x' WHERE number = 5")
    rewrite(5)
    assert wrong() == []
    assert wrong(before) == []
    assert wrong(before, anchor) == [
        "entry 9 is not the one that was anchored: it, or one before it, was written anew"
    ]


def test_the_command_says_what_it_read() -> None:
    out, hash_ = StringIO(), audited.head().hash
    call_command("audit", "verify", "--anchor", f"9:{hash_}", stdout=out)
    assert out.getvalue().splitlines() == [
        "9 entries, from 1 (2026-11-27T12:00:00.000000Z) to 9 (2026-11-27T12:08:00.000000Z).",
        f"Head 9:{hash_}",
        "The chain is whole. Anchor 9 holds.",
    ]
    out = StringIO()
    call_command("audit", "head", stdout=out)
    assert out.getvalue() == f"9:{hash_}\n"


def test_the_command_fails_where_it_is_broken() -> None:
    sql("DELETE FROM LOG WHERE number = 5", "UPDATE LOG SET title = 'x' WHERE number = 7")
    out = StringIO()
    with pytest.raises(CommandError, match="the chain is BROKEN in 2 places"):
        call_command("audit", "verify", stdout=out)
    assert out.getvalue().splitlines()[:2] == [
        "entry 5 is missing",
        "entry 7 was changed",
    ]


@pytest.mark.parametrize("anchor", ["9", "0:" + "a" * 64, "9:" + "g" * 64, "9:" + "a" * 63, ""])
def test_an_anchor_that_is_none_is_refused(anchor: str) -> None:
    with pytest.raises(CommandError, match="an anchor is NUMBER:HASH"):
        call_command("audit", "verify", "--anchor", anchor)


def test_an_export_is_the_bytes_that_were_hashed_and_is_noted(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    call_command("audit", "export", str(file), stdout=StringIO())
    lines = file.read_bytes().splitlines()
    assert [sha256(line).hexdigest() for line in lines] == list(
        AuditEntry.objects.filter(number__lte=9).order_by("number").values_list("hash", flat=True)
    )
    last = AuditEntry.objects.get(number=10)
    assert (last.action, last.who, last.details) == (
        "exported",
        "command",
        {"of": "workspace.auditentry", "entries": 9},
    )
    assert not wrong()

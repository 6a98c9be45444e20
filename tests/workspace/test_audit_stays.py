"""The database refuses to change or to take away what was noted, by whatever way it is asked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.models import AuditEntry
from tests.emptied import empty, unguarded

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
TABLE = "workspace_auditentry"
COLUMNS = [field.column for field in AuditEntry._meta.concrete_fields]
pytestmark = pytest.mark.django_db


def rows() -> list[dict[str, Any]]:
    return list(AuditEntry.objects.order_by("number").values())


@pytest.fixture(autouse=True)
def _noted() -> None:
    for name in ("a", "b"):
        note(Action.PUBLISHED, None, now=NOW, name=name)


def refused(sql: str) -> None:
    before = rows()
    told = pytest.raises(DatabaseError, match="the audit log can only be added to")
    with told, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert rows() == before


@pytest.mark.parametrize("column", COLUMNS)
def test_no_column_changes(column: str) -> None:
    refused(f"UPDATE {TABLE} SET {column} = {column} WHERE number = 1")


@pytest.mark.parametrize("where", ["", "WHERE number = 2", "WHERE number = 1"])
def test_no_row_goes(where: str) -> None:
    refused(f"DELETE FROM {TABLE} {where}")


def test_the_whole_does_not_go_either() -> None:
    if connection.vendor == "postgresql":
        refused(f"TRUNCATE {TABLE}")
        refused(f"TRUNCATE {TABLE} CASCADE")
    else:
        # SQLite has no TRUNCATE; what it has in its place is REPLACE, which no trigger of DELETE sees.
        refused(f"REPLACE INTO {TABLE} SELECT * FROM {TABLE}")
        refused(f"UPDATE OR REPLACE {TABLE} SET number = 2 WHERE number = 1")


def test_a_number_is_given_once() -> None:
    columns = ", ".join(COLUMNS)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {TABLE} ({columns}) SELECT {columns} FROM {TABLE} WHERE number = 1")
    assert len(rows()) == 2


def test_the_owner_can_do_it_and_the_guard_is_back_after_that() -> None:
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE} WHERE number = 2")
    assert [row["number"] for row in rows()] == [1]
    refused(f"DELETE FROM {TABLE}")


def test_tests_still_end_with_nothing() -> None:
    empty()
    assert rows() == []
    note(Action.PUBLISHED, None, now=NOW)
    refused(f"DELETE FROM {TABLE}")

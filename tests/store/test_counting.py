"""Which tables a worker has counted, and that the others are left alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from orchestrator.store.counting import count_outgrown

LEAST = 100
pytestmark = pytest.mark.postgresql


@pytest.fixture
def table(transactional_db: None) -> Iterator[str]:
    """A table that has been counted while it was empty; its statistics come at once where they are asked for."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE outgrown (id bigint PRIMARY KEY, state text)")
        cursor.execute("VACUUM ANALYZE outgrown")
    yield "outgrown"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE outgrown")


def fill(table: str, rows: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} SELECT i, 'active' FROM generate_series(1, {rows}) AS i")
        cursor.execute("SELECT pg_stat_force_next_flush()")


def counted(table: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [table])
        return float(cursor.fetchone()[0])


def test_what_has_outgrown_its_count_is_counted_once(table: str) -> None:
    fill(table, LEAST + 1)
    assert table in count_outgrown(LEAST)
    assert counted(table) == LEAST + 1
    assert table not in count_outgrown(LEAST)


def test_what_has_grown_little_is_left_alone(table: str) -> None:
    fill(table, LEAST)
    assert table not in count_outgrown(LEAST)
    assert counted(table) == 0


def test_nobody_is_waited_for(table: str) -> None:
    """Somebody vacuums it, or holds it for good: it is passed over."""
    fill(table, LEAST + 1)
    other = connection.copy("other")
    try:
        with other.cursor() as holding:
            holding.execute("BEGIN")
            holding.execute(f"LOCK TABLE {table} IN SHARE UPDATE EXCLUSIVE MODE")
            count_outgrown(LEAST)
        assert counted(table) == 0
    finally:
        other.close()

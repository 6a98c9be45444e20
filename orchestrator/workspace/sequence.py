"""One row of numbers for hand-offs and withdrawals alike.

Both are drawn under the same customer's lock, so "this hand-off came before that withdrawal" is a comparison of
numbers, and no clock can make it wrong.
"""

from __future__ import annotations

from django.db import connection

NAME = "orchestrator_number"


def take(count: int) -> list[int]:
    """`count` numbers, rising, each larger than any that was taken before under a lock we hold now."""
    if count <= 0:
        return []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"SELECT nextval('{NAME}') FROM generate_series(1, %s)", [count])
            return [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "INSERT INTO workspace_sequence (name, value) VALUES (%s, %s) "
            "ON CONFLICT (name) DO UPDATE SET value = workspace_sequence.value + excluded.value RETURNING value",
            [NAME, count],
        )
        last = cursor.fetchone()[0]
    return list(range(last - count + 1, last + 1))


def last() -> int:
    """The last number that was given."""
    on_postgresql = connection.vendor == "postgresql"
    sql = (
        f"SELECT last_value FROM {NAME}"
        if on_postgresql
        else "SELECT value FROM workspace_sequence WHERE name = %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [] if on_postgresql else [NAME])
        row = cursor.fetchone()
    return int(row[0]) if row else 0

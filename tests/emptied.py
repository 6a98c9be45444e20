"""What is done after a test with real commits: every row goes, as with Django's `flush`, in a hundredth of its time.

`flush` truncates every table, the empty ones too, and has every permission made anew. Here only what has rows is
emptied, in one transaction; what migrations put into the tables goes as well, and permissions stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db import connection, transaction
from django.test import TransactionTestCase

STAY = {"django_migrations", "django_content_type", "auth_permission"}
GUARDED = "workspace_auditentry"


def install() -> None:
    """Have all such tests end so."""
    TransactionTestCase._fixture_teardown = _teardown  # type: ignore[attr-defined]


def _teardown(_: Any) -> None:
    empty()


def empty() -> None:
    """Delete all rows of all models."""
    with connection.constraint_checks_disabled(), transaction.atomic(), connection.cursor() as cursor:
        tables = full()
        with unguarded() if GUARDED in tables else nullcontext():
            for table in tables:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


@contextmanager
def unguarded() -> Iterator[None]:
    """What only the owner of the tables can do: have no trigger guard the audit log, until it is over."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE {GUARDED} DISABLE TRIGGER USER")
            yield
            cursor.execute(f"ALTER TABLE {GUARDED} ENABLE TRIGGER USER")
            return
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [GUARDED]
        )
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        yield
        for _, sql in triggers:
            cursor.execute(sql)


def full() -> list[str]:
    """The tables that have rows, but for those that stay."""
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - STAY
    named = ((table, connection.ops.quote_name(table)) for table in sorted(tables))
    asked = " UNION ALL ".join(
        f"SELECT '{one}' WHERE EXISTS (SELECT 1 FROM {quoted})" for one, quoted in named
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [row[0] for row in cursor.fetchall()]

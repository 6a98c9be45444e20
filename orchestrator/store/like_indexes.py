"""LIKE INDEXES: Django gives a unique text a second index on PostgreSQL, for `LIKE 'prefix%'`. Keys are never asked so.

On a table that every message of every person is written to, an index nobody reads is paid for at every write: this one
was a fifth of all that the database did for a message.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations import RunPython

_FIND = """
SELECT indexname FROM pg_indexes
WHERE schemaname = current_schema() AND tablename = ANY(%s) AND indexname LIKE '%%\\_like'
"""


def without_like_indexes(*tables: str) -> RunPython:
    """The step of a migration that drops them. The unique constraints stay; going back gives none of them again."""

    def drop(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(_FIND, [list(tables)])
            found = [name for (name,) in cursor.fetchall()]
        for name in found:
            schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}")

    return RunPython(drop, RunPython.noop, elidable=False)

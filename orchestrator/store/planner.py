"""PLANNER: PostgreSQL is told that a page out of order costs hardly more to read than the next one.

Its default is that of a spinning disk. By it, an UPDATE or SELECT of a batch of 2,500 rows reads a whole table of some
hundred thousand instead, and calls for a second process to do it; the index answers in a fifth of the time. Whoever has
set the server's, a database's or a role's own cost is left with it. Importing this module is enough.

It also makes machine code of a statement that it thinks dear, which here takes longer than to run it: rules ask dear
things of few people. That is switched off, unless somebody has set it.

What rows PostgreSQL has not counted since a launch let thousands in, it guesses: that one in two hundred is `active`, so
that the partial index of those looks better than five hundred ids. `once_found` keeps a condition from it.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.signals import connection_created
from django.db.models import Case, Q, Value, When

COST = "SELECT set_config('random_page_cost', '1.1', false) WHERE current_setting('random_page_cost') = '4'"
COMPILED = "SELECT set_config('jit', 'off', false) FROM pg_settings WHERE name = 'jit' AND source = 'default'"


def once_found(condition: Q) -> Case:
    """The condition, asked of the rows that others have found: no index is chosen for it, however little is known of it."""
    return Case(When(condition, then=Value(True)), default=Value(False))


def once_found_sql(condition: str) -> str:
    """The same in SQL."""
    return f"CASE WHEN {condition} THEN TRUE ELSE FALSE END"


def _tell(sender: object, connection: Any, **_: object) -> None:
    """Every new connection, for as long as it lasts."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(COST)
            cursor.execute(COMPILED)


connection_created.connect(_tell, dispatch_uid="planner")

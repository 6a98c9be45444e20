"""PLANNER: PostgreSQL is told that a page out of order costs hardly more to read than the next one.

Its default is that of a spinning disk. By it, an UPDATE or SELECT of a batch of 2,500 rows reads a whole table of some
hundred thousand instead, and calls for a second process to do it; the index answers in a fifth of the time. Whoever has
set the server's, a database's or a role's own cost is left with it. Importing this module is enough.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.signals import connection_created

COST = "SELECT set_config('random_page_cost', '1.1', false) WHERE current_setting('random_page_cost') = '4'"


def _tell(sender: object, connection: Any, **_: object) -> None:
    """Every new connection, for as long as it lasts."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(COST)


connection_created.connect(_tell, dispatch_uid="planner")

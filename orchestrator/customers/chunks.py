"""CHUNKS: everybody, some thousand at a time, in the order of their numbers; where one ends the next begins."""

from __future__ import annotations

from orchestrator.store.statement import execute

# Of whom to look at only where they end is asked for.
_FOLLOWING = """
SELECT count(*), max(id) FROM (SELECT id FROM customers_customer WHERE id > %s ORDER BY id LIMIT %s) AS following
"""


def following(after: int, limit: int) -> tuple[int, int]:
    """How many come behind the number `after`, at most `limit`, and the last one's number; (0, 0) at the end."""
    ((count, last),) = execute(_FOLLOWING, [after, limit])
    return int(count), int(last or 0)

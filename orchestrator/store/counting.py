"""COUNTING: PostgreSQL plans by what it has counted, and a launch fills empty tables in seconds.

Until autovacuum comes by (a minute, or never where it is off) every statement on them is planned by a guess, and the
guess is that one row in two hundred is anybody's: tables are read whole for a batch of five hundred. So a worker has
counted what has changed more than it held when it was counted last. The price: up to a second of one backend for a table,
a few times in its life. Whoever may not count a table, as its owner may, leaves it to autovacuum.
"""

from __future__ import annotations

from django.db import connection

LEAST = 20_000  # rows changed, below which a guess does no harm

_OUTGROWN = """
SELECT quote_ident(c.relname) FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
WHERE s.schemaname = current_schema() AND pg_has_role(c.relowner, 'USAGE')
    AND s.n_mod_since_analyze > %s + 2 * greatest(c.reltuples, 0)
ORDER BY 1
"""


def count_outgrown(least: int = LEAST) -> list[str]:
    """Count them now; which. One that somebody else counts or vacuums is passed over, and nobody is waited for."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(_OUTGROWN, [least])
        names = [row[0] for row in cursor.fetchall()]
        for name in names:
            cursor.execute(f"ANALYZE (SKIP_LOCKED) {name}")
    return names

"""STRAIGHT: events of people named by the company's own ids, stored by one statement: it finds the people, holds them, inserts.

Most of what servers send is just that. One statement is a transaction of its own, so that of five journeys to the database
two are left. It stores what it can and says how many; whoever finds some missing (a key that is known, a person who is not,
or was merged or erased) takes the long way for all of them, on which what is stored already is met as a known key.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from orchestrator.customers.known import HELD_USERS
from orchestrator.events.rows import Row
from orchestrator.events.storing import INTO, arrays
from orchestrator.store import doorbells
from orchestrator.store.arrays import literal

_INSERT = f"""
WITH held AS MATERIALIZED ({HELD_USERS})
INSERT INTO {INTO}
SELECT held.id, name, occurred_at, %s, key, amount, properties::jsonb, backfilled, true
FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::bigint[], %s::text[], %s::boolean[])
    WITH ORDINALITY AS v (person, name, occurred_at, key, amount, properties, backfilled, number)
JOIN held ON held.external_id = v.person AND held.merged_into_id IS NULL AND held.erased_at IS NULL
ORDER BY number
ON CONFLICT (key) DO NOTHING
"""


def can() -> bool:
    """Whether this database, and where we stand in it, have the statement. In a transaction it would hold people to its end."""
    return connection.vendor == "postgresql" and connection.get_autocommit()


def store_named(named: Sequence[tuple[str, Row]], now: datetime) -> int:
    """Store events of (external id, row), whose customer is not looked at; answers how many were new and somebody's."""
    # In the one order of everybody who stores events: two deliveries of one batch never wait for each other in a circle.
    ordered = sorted(named, key=lambda one: (one[1].occurred_at, one[1].key))
    people = literal([external for external, _ in ordered])
    _, *columns = arrays([row for _, row in ordered])
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [people, now, people, *columns])
        stored = cursor.rowcount
    if stored:
        doorbells.ring(doorbells.WALK)
    return stored

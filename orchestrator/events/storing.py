"""STORE: many events in one statement. A key that is known is left out, by the table's own unique index.

Keys are hardly ever known already. So PostgreSQL is first given the events by COPY, which knows nothing of conflicts and
costs a third less; if a key was known, it has refused all of them, and the statement that leaves some out follows. Price: a
batch that comes a second time is written twice and leaves an error in the server's log, so whoever has just met one does
without COPY for a while.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Any

from django.db import IntegrityError, connection, transaction

from orchestrator.events.models import Event
from orchestrator.events.rows import Row
from orchestrator.store import bulk
from orchestrator.store.arrays import literal

CAREFUL = 50  # calls without COPY after one in which a key was known
_careful = 0
_CENT = Decimal("0.01")


def store(rows: Sequence[Row], now: datetime) -> int:
    """Store those whose key is new; answers how many. Outside a transaction it is one itself."""
    if not rows:
        return 0
    if connection.vendor == "postgresql":
        return _copy(rows, now) or _insert(rows, now)
    written = [(*one[:3], now, *one[3:], True) for one in rows]
    with transaction.atomic():  # several statements there
        return len(bulk.insert(Event, _COLUMNS, written, ignore_conflicts=True, returning=("id",)))


_COLUMNS = (
    "customer", "name", "occurred_at", "received_at", "key", "amount", "properties", "backfilled", "pending",
)  # fmt: skip
INTO = """"events_event"
    (customer_id, name, occurred_at, received_at, key, amount, properties, backfilled, pending)"""
_COPY = f"COPY {INTO} FROM STDIN"
# As `bulk.insert` writes it, without the two columns that are the same for all, and without ids that nobody asks for.
_INSERT = f"""
INSERT INTO {INTO}
SELECT customer, name, occurred_at, %s, key, amount, properties::jsonb, backfilled, true
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::text[], %s::bigint[], %s::text[], %s::boolean[])
    AS v (customer, name, occurred_at, key, amount, properties, backfilled)
ON CONFLICT (key) DO NOTHING
"""


def _copy(rows: Sequence[Row], now: datetime) -> int:
    """All of them, or none where a key is known. In a transaction none: failing would undo what else is in it."""
    global _careful
    if not connection.get_autocommit():
        return 0
    if _careful > 0:
        _careful -= 1
        return 0
    received = now.isoformat()
    try:
        with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for one in rows:
                copy.write_row(_line(one, received))
    except IntegrityError:
        _careful = CAREFUL
        return 0
    return len(rows)


def _line(row: Row, received: str) -> tuple[Any, ...]:
    customer, name, moment, key, amount, properties, backfilled = row
    return (
        customer, name, moment.isoformat(), received, key, _hundredths(amount), properties, backfilled, True,
    )  # fmt: skip


def _insert(rows: Sequence[Row], now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [now, *arrays(rows)])
        return cursor.rowcount


def arrays(rows: Sequence[Row]) -> list[Any]:
    """Their columns as PostgreSQL reads arrays: customers, names, moments, keys, hundredths, properties, history."""
    customers, names, moments, keys, amounts, properties, history = zip(*rows, strict=True)
    hundredths = [_hundredths(one) for one in amounts]
    return list(map(literal, (customers, names, moments, keys, hundredths, properties, history)))


@lru_cache(maxsize=4096)  # prices come again and again
def _hundredths(amount: Decimal | None) -> int | None:
    """As the column keeps money."""
    return None if amount is None else int(amount.quantize(_CENT, ROUND_HALF_EVEN).scaleb(2))

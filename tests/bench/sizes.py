"""Bytes a row, measured: what the tables weigh once the engine has filled them. The figures of docs/scale.md.

python -m tests.bench.sizes [PEOPLE]

Everybody has the orders and the consent of `people.py` and goes once through the journey of the engine's row: a choice, a
split, an email that is accepted. They come in twenty parts with a VACUUM after each, as autovacuum does on a base in use:
space that updates left behind is used again, and what is never used again is measured with the rest. The write-ahead log
is the whole server's: its figure, and that of the CPU, are worth something where nobody else uses the server.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench import server

PEOPLE, WORKERS, PARTS = 50_000, 2, 20
TABLES = {
    "customer": "customers_customer",
    "address": "customers_address",
    "consent": "consents_consent",
    "consent record": "consents_consentrecord",
    "event": "events_event",
    "enrollment": "journeys_enrollment",
    "step run": "journeys_steprun",
    "message": "messaging_message",
    "message body": "messaging_messagebody",
    "decision": "messaging_decision",
    "delivery attempt": "messaging_deliveryattempt",
}
_SIZES = """
SELECT count(*), pg_relation_size('{0}'), pg_indexes_size('{0}'),
    pg_total_relation_size('{0}') - pg_relation_size('{0}') - pg_indexes_size('{0}') FROM {0}
"""
_KEYS = """
SELECT i.relname, pg_relation_size(i.oid) / t.reltuples FROM pg_index x
JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
WHERE t.relname IN ('messaging_message', 'events_event', 'customers_address') AND t.reltuples > 0
    AND pg_get_indexdef(i.oid) ~ '\\((key|digest|channel, digest|value|channel, value)[ )]' ORDER BY 1
"""


def main(people: int) -> None:
    """Make a database, fill it, print what a row takes, drop it."""
    with tempfile.TemporaryDirectory(prefix="sizes-") as folder, server.settled(Path(folder)):
        taken = fill(people)
        print(as_table(measure()))
        print(f"a message: {taken.cpu_us:,.0f} µs of CPU, {taken.wal:,.0f} bytes of write-ahead log")
        print(f"a worker with its renderer at the end: {taken.mb:.0f} MB")
        print(f"bytes a row of what is touched at random places: {keys()}")


class Taken(NamedTuple):
    """What a message took from let in to the end of its passage: CPU of workers, renderers and database; log written."""

    cpu_us: float
    wal: float
    mb: float  # resident, of one worker and the renderer that it started


def fill(people: int) -> Taken:
    """Everybody once through the journey, to its end."""
    from orchestrator.messaging.models import Message
    from tests.bench import processes
    from tests.bench.bench import same
    from tests.bench.crew import crew
    from tests.bench.journeys import MONDAY_NOON, publish_engine, settle_rules
    from tests.bench.people import let_in, seed, vacuum

    seed(people, MONDAY_NOON)
    settle_rules()
    live = publish_engine(MONDAY_NOON)
    cpu, wal = 0.0, 0
    with crew(WORKERS) as workers:
        for part in range(PARTS):
            ids = range(1 + people * part // PARTS, 1 + people * (part + 1) // PARTS)
            same("people let in", let_in(live, ids, MONDAY_NOON), len(ids))
            began = _written()
            cpu += workers.go("work")[1] or 0.0
            wal += _written() - began
            vacuum()
        mb = processes.resident_mb(processes.family(workers.workers[0].pid))
    same("messages accepted", Message.objects.filter(state="accepted").count(), people)
    return Taken(cpu / people * 1e6, wal / people, mb)


def _written() -> int:
    """Bytes of write-ahead log so far."""
    return int(_asked("SELECT pg_current_wal_lsn() - '0/0'")[0][0])


def keys() -> str:
    """The indexes in which neighbours in time are no neighbours: where they do not fit into memory, each insert reads."""
    rows = _asked(_KEYS)
    return ", ".join(f"{name} {size:.0f}" for name, size in rows)


def measure() -> list[tuple[str, int, int, int, int]]:
    """(name, rows, heap, indexes, TOAST and maps), the latter three in bytes a row."""
    answer = []
    for name, table in TABLES.items():
        ((rows, *sizes),) = _asked(_SIZES.format(table))
        heap, indexes, rest = (round(size / rows) for size in sizes)
        answer.append((name, rows, heap, indexes, rest))
    return answer


def _asked(sql: str) -> list[Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def as_table(sizes: Sequence[tuple[str, int, int, int, int]]) -> str:
    """As docs/scale.md shows it."""
    lines = ["| row | rows | heap | indexes | TOAST and maps | bytes a row |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {name} | {rows:,} | {heap} | {indexes} | {rest} | **{heap + indexes + rest:,}** |"
        for name, rows, heap, indexes, rest in sizes
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "plugins"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", server.SETTINGS)
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE)

"""What a whole pass of retention costs: a million bodies of messages, emptied and taken away, and a dry run. For docs/scale.md.

python -m tests.bench.keeping [ROWS]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.bench import server

ROWS = 1_000_000
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
OPEN_EACH = 1000  # of so many messages one waits
_MESSAGES = """
INSERT INTO messaging_message (id, key, customer_id, brand_id, journey, version, step, visit, template_version_id, channel,
    purpose, topic, priority, journey_at, parameters, held_out, obeys_caps, counts_toward_caps, on_cap, test, state, reason,
    created_at, due_at, expires_at, fence, maybe_sent, crash_count, attempts, address, address_digest, provider, reference,
    zone, zone_rung, wake_pending)
SELECT i, md5(i::text), 1 + i %% 50000, 1, 'trip', 1, 'hello', 1, 1, 'email', 'marketing', '', 50, %(old)s, '{}', false, true,
    true, 'hold', false, CASE WHEN i %% %(each)s = 0 THEN 'planned' ELSE 'accepted' END, '', %(old)s, %(old)s, %(old)s, 1, false,
    0, 1, '', '', 'acme', '', '', '', false
FROM generate_series(1, %(rows)s) AS i
"""
_BODIES = """
INSERT INTO messaging_messagebody (message_id, composed_at, context, languages, links)
SELECT i, %(old)s, jsonb_build_object('customer', jsonb_build_object('first_name', md5(i::text), 'tier', 'gold'),
    'picked', repeat('x', 400)), '["en"]', '[]'
FROM generate_series(1, %(rows)s) AS i
"""


def main(rows: int) -> None:
    """Make a database, measure, drop it."""
    with tempfile.TemporaryDirectory(prefix="keeping-") as folder, server.settled(Path(folder)):
        _fill(rows)
        for table, days in (("context", 90), ("body", 400)):
            _pass(table, days)


def _fill(rows: int) -> None:
    told = {"rows": rows, "old": NOW - timedelta(days=500), "each": OPEN_EACH}
    for sql in (_MESSAGES, _BODIES):
        _do(sql, told)
    _do("VACUUM ANALYZE")


def _pass(table: str, days: int) -> None:
    from orchestrator.journeys.keeping.dry import look
    from orchestrator.journeys.retain import retain
    from orchestrator.workspace.models import Retention

    policy = Retention.objects.create(table=table, days=days, due_at=NOW)
    with _counted() as seen:
        began = time.perf_counter()
        looked = look(policy, NOW)
    print(f"{table}: dry run {looked.count:,} in {time.perf_counter() - began:.1f} s, {seen[0]} statements")
    turns, longest, began = 0, 0.0, time.perf_counter()
    with _counted() as seen:
        while True:
            start = time.perf_counter()
            count = retain(NOW)
            longest = max(longest, time.perf_counter() - start)
            if not count and Retention.objects.filter(due_at__lte=NOW).count() == 0:
                break
            turns += 1
    took, kept = time.perf_counter() - began, Retention.objects.get(table=table)
    print(
        f"{table}: {kept.passed:,} went in {took:.0f} s, {turns:,} turns, {seen[0] / turns:.1f} statements a turn,"
        f" longest transaction {1000 * longest:.0f} ms"
    )
    _again(table)


def _again(table: str) -> None:
    from orchestrator.journeys.retain import retain
    from orchestrator.workspace.models import Retention

    Retention.objects.filter(table=table).update(due_at=NOW)
    began, turns = time.perf_counter(), 0
    while Retention.objects.filter(due_at__lte=NOW).exists():
        retain(NOW)
        turns += 1
    print(f"{table}: the next day's pass {turns:,} turns in {time.perf_counter() - began:.1f} s")
    _explain(table)
    Retention.objects.filter(table=table).delete()


def _explain(table: str) -> None:
    from orchestrator.journeys.keeping.classes import CLASSES
    from orchestrator.journeys.keeping.shape import Moments

    rows = CLASSES[table].window(Moments(NOW - timedelta(days=90), NOW), ROWS // 2, 1000)
    print(rows.explain())


@contextmanager
def _counted() -> Iterator[list[int]]:
    """How many statements were sent meanwhile."""
    from django.db import connection

    seen = [0]

    def count(execute: Any, *args: Any) -> Any:
        seen[0] += 1
        return execute(*args)

    with connection.execute_wrapper(count):
        yield seen


def _do(sql: str, params: Any = None) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, params)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)

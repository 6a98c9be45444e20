"""What months cost and save: locks of the conversion, statements over many partitions, a month taken away. For docs/scale.md.

python -m tests.bench.months [PEOPLE]

The base of `sizes.py`, with step runs on top until there is a million. A writer goes on throughout the conversion.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench import server
from tests.bench.sizes import fill

PEOPLE, ROWS, ASKED, TRIES = 1_000, 1_000_000, 500, 30
MONTHS = (1, 13, 25)
_MORE = """
INSERT INTO journeys_steprun (enrollment_id, step, visit, entered_at, left_at, outcome, reason, evidence)
SELECT 1000000 + i / 3, 'step' || i %% 3, 1, %(now)s, %(now)s, 'continue', '', '{}' FROM generate_series(1, %(rows)s) AS i
"""
_ONE = """
INSERT INTO journeys_steprun (enrollment_id, step, visit, entered_at, left_at, outcome, reason, evidence)
VALUES (%s, 'a', 1, %s, %s, 'x', '', '{}')
"""
_RUNS = "SELECT id, step FROM journeys_steprun WHERE enrollment_id = ANY(%s) ORDER BY id"


def main(people: int) -> None:
    """Make a database, measure, drop it."""
    with tempfile.TemporaryDirectory(prefix="months-") as folder, server.settled(Path(folder)) as (url, *_):
        fill(people)
        _measure(url)


def _measure(url: str) -> None:
    from orchestrator.journeys.partitions.convert import convert
    from orchestrator.journeys.partitions.tables import MONTHLY
    from tests.bench.journeys import MONDAY_NOON

    _do(_MORE, {"now": MONDAY_NOON, "rows": ROWS})
    _do("VACUUM ANALYZE journeys_steprun")
    asked, written = {1: _reads()}, {1: _writes(MONDAY_NOON)}
    writer = Writer(url, MONDAY_NOON)
    time.sleep(1)
    for one in MONTHLY.values():
        for step, took in convert(one, MONDAY_NOON):
            print(f"{one.name}: {step.name} {took:.1f} ms")
    print(f"longest wait of a writer: {writer.end():.1f} ms, of {len(writer.took):,} rows written meanwhile")
    for count in MONTHS[1:]:
        _make(MONDAY_NOON, count)
        asked[count], written[count] = _reads(), _writes(MONDAY_NOON)
    for count in MONTHS:
        print(f"{count} partitions: reading {asked[count]:.2f} ms, writing {written[count]:.2f} ms")
    _taken_away(MONDAY_NOON)


class Writer(threading.Thread):
    """Writes a row after another, each a transaction; keeps how long each took, in milliseconds."""

    def __init__(self, url: str, now: datetime) -> None:
        super().__init__(daemon=True)
        self.took: list[float] = []
        self._url, self._now, self._over = url, now, threading.Event()
        self.start()

    def run(self) -> None:
        """Until told to end."""
        import psycopg

        with psycopg.connect(self._url, autocommit=True) as connection:
            while not self._over.is_set():
                began = time.perf_counter()
                connection.execute(_ONE, [90_000_000 + len(self.took), self._now, self._now], prepare=True)
                self.took.append((time.perf_counter() - began) * 1000)

    def end(self) -> float:
        """Stop; the longest."""
        self._over.set()
        self.join()
        return max(self.took)


def _reads() -> float:
    """Milliseconds in which the step runs of 500 people are found, planning included."""
    from django.db import connection

    ids = [1_000_000 + i * 601 for i in range(ASKED)]
    took = []
    with connection.cursor() as cursor:
        for _ in range(TRIES):
            cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + _RUNS, [ids])
            (plan,) = cursor.fetchone()[0]
            took.append(plan["Planning Time"] + plan["Execution Time"])
    return median(took)


def _writes(now: datetime) -> float:
    """Milliseconds in which 1,000 are written as the engine writes them, and rolled back."""
    from django.db import transaction

    from orchestrator.journeys.models import StepRun
    from orchestrator.store import bulk

    columns = ("enrollment", "step", "visit", "entered_at", "left_at", "outcome", "reason", "evidence")
    rows = [(80_000_000 + i, "a", 1, now, now, "x", "", {}) for i in range(1000)]
    took = []
    for _ in range(TRIES):
        with transaction.atomic():
            began = time.perf_counter()
            bulk.insert(StepRun, columns, rows)
            took.append((time.perf_counter() - began) * 1000)
            transaction.set_rollback(True)
    return median(took)


def _make(now: datetime, count: int) -> None:
    """Months until there are so many, with the first and without the one for all else."""
    from orchestrator.journeys.partitions.convert import run
    from orchestrator.journeys.partitions.months import ahead
    from orchestrator.journeys.partitions.tables import MONTHLY

    for step in ahead(MONTHLY["step_run"], now, count - 1):
        run(step)


def _taken_away(now: datetime) -> None:
    """A million rows by rows, a tenth of them measured; then the rest as a month."""
    from orchestrator.journeys.models import StepRun
    from orchestrator.journeys.partitions.convert import run
    from orchestrator.journeys.partitions.months import older, take_away
    from orchestrator.journeys.partitions.tables import MONTHLY
    from orchestrator.journeys.retain import BATCH, window

    began, after = time.perf_counter(), 0
    for _ in range(ROWS // 10 // BATCH):
        rows = window("step_run", after, BATCH)
        StepRun.objects.filter(id__in=[row.id for row in rows]).delete()
        after = rows[-1].id
    by_rows = (time.perf_counter() - began) * 10
    (part,) = older(MONTHLY["step_run"], now + timedelta(days=31))
    stay = list(StepRun.objects.values_list("id", flat=True)[:1000])
    took = run(take_away(MONTHLY["step_run"], part, stay))
    print(f"a million by rows: {by_rows:.1f} s; as a month, with 1,000 rows that stay: {took:.0f} ms")


def _do(sql: str, given: Any = None) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, given)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "plugins"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", server.SETTINGS)
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE)

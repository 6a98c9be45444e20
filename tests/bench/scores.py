"""What a pass of scores over everybody costs: seconds, and whether its memory stays as it is at the beginning. For docs/scale.md.

python -m tests.bench.scores [PEOPLE]

A fifth of the people buy again and again, a fifth have never bought, the others once. Prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import psycopg

from tests import migrated
from tests.bench.processes import resident
from tests.environment import ROOT
from tests.installation import Installation, installed

PEOPLE = 1_000_000
POLL = 0.2
_CUSTOMERS = """
INSERT INTO customers_customer (id, external_id, language, country, time_zone, last_seen_zone, attributes, personalization,
    created_at, updated_at, changed_pending)
SELECT i, 'p' || i, 'pl', 'PL', '', '', '{}', 'full', now() - interval '2 years', now(), false
FROM generate_series(1, %(people)s) AS i
"""
_ORDERS = """
INSERT INTO events_event (customer_id, name, occurred_at, received_at, key, amount, properties, backfilled, pending)
SELECT i, 'order.placed', now() - make_interval(days => 1 + (i * 7 + n * 41) %% 700), now(), 'o' || i || ':' || n,
    1000 + (i * 131 + n * 17) %% 20000, jsonb_build_object('order_id', i || ':' || n, 'category', 'c' || i %% 12), true, false
FROM generate_series(1, %(people)s) AS i, generate_series(1, CASE i %% 5 WHEN 0 THEN 0 WHEN 1 THEN 5 ELSE 1 END) AS n
"""
_LOOK = "SELECT phase, cursor FROM segments_scorebasis ORDER BY id DESC LIMIT 1"


def main(people: int) -> int:
    """Make a base, score it, say what it cost, drop it."""
    with tempfile.TemporaryDirectory(prefix="scores-") as folder:
        os.environ |= {
            "TEST_RUN": f"scores{os.getpid()}",
            "VAR_DIR": folder,
        }  # where databases are copied from
        try:
            with installed(Path(folder), "postgresql") as house:
                print(json.dumps(_measured(house, people)))
        finally:
            migrated.drop_template()
    return 0


def _measured(house: Installation, people: int) -> dict[str, object]:
    url = house.environment["DATABASE_URL"]
    with closing(psycopg.connect(url, autocommit=True)) as server:
        for sql in (_CUSTOMERS, _ORDERS):
            server.execute(sql, {"people": people})
        server.execute("VACUUM ANALYZE")
        began, early, late = time.monotonic(), 0, 0
        command = [sys.executable, "manage.py", "scores", "--json"]
        with subprocess.Popen(
            command, cwd=ROOT, env=house.environment, text=True, stdout=subprocess.PIPE
        ) as process:
            while process.poll() is None:
                memory = resident(process.pid) // 1024
                if _done(server.execute(_LOOK).fetchone(), people) < 0.2:
                    early = max(early, memory)
                else:
                    late = max(late, memory)
                time.sleep(POLL)
            told = json.loads((process.stdout.read() if process.stdout else "").splitlines()[-1])
    return {
        "people": told["people"], "buyers": told["buyers"], "fitted_on": told["fitted_on"],
        "seconds": round(time.monotonic() - began, 1), "rss_mb_at_20_percent": round(early / 1024),
        "rss_mb_most_after": round(late / 1024),
    }  # fmt: skip


def _done(row: tuple[str, int] | None, people: int) -> float:
    """The share of the pass that is done: reading orders is the first half, placing people the second."""
    if row is None:
        return 0.0
    phase, cursor = row
    return cursor / people / 2 if phase == "facts" else 0.5


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE))

"""A file brought in by a worker that is killed, and by one that is not: both come to the same, in memory that stays flat.

python -m tests.chaos.imports [--rows 1000000] [--kills 5] [--kind customers] [--seed 1]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests import migrated
from tests.bench.processes import resident
from tests.environment import ROOT
from tests.installation import Installation, installed

POLL = 0.1
PATIENCE = 3600
BRING = """
from datetime import UTC, datetime
from orchestrator.customers.imports import asked
with open({path!r}, "rb") as file:
    row = asked.bring({kind!r}, "rows.csv", iter(lambda: file.read(1 << 20), b""), None, datetime.now(UTC))
asked.start(row, False, None, datetime.now(UTC))
"""
LOOK = "SELECT state, line FROM customers_import"
TELL = """
import json
from hashlib import sha256
from django.db.models import Count
from orchestrator.consents.models import Consent, ConsentRecord
from orchestrator.customers.models import Address, Customer, Import, ImportProblem
from orchestrator.events.models import Event
one = Import.objects.get()
def digest(rows):
    known = sha256()
    for row in rows.iterator(10000):
        known.update(repr(row).encode())
    return known.hexdigest()
people = Customer.objects.order_by("external_id")
print(json.dumps({
    "state": one.state, "problem": one.problem, "line": one.line, "counts": one.counts, "left_out": one.left_out,
    "customers": people.count(), "addresses": Address.objects.count(), "consents": ConsentRecord.objects.count(),
    "events": Event.objects.count(),
    "twice": Customer.objects.values("external_id").annotate(n=Count("id")).filter(n__gt=1).count()
        + Consent.objects.values("customer", "channel").annotate(n=Count("id")).filter(n__gt=1).count()
        + ConsentRecord.objects.values("customer", "channel").annotate(n=Count("id")).filter(n__gt=1).count()
        + Event.objects.values("key").annotate(n=Count("id")).filter(n__gt=1).count(),
    "people_as": digest(people.values_list("external_id", "attributes__city", "addresses__value")),
    "consents_as": digest(ConsentRecord.objects.order_by("customer__external_id").values_list(
        "customer__external_id", "channel", "state", "recorded_at")),
    "events_as": digest(Event.objects.order_by("key").values_list("key", "customer__external_id", "amount")),
    "problems_as": digest(ImportProblem.objects.order_by("line").values_list("line", "message")),
}))
"""


def main(arguments: Sequence[str]) -> int:
    """One file twice: in one go, and with kills. 1 where they differ."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--kind", default="customers", choices=("customers", "orders"))
    parser.add_argument("--database", default="postgresql", choices=("postgresql", "sqlite"))
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="imports-") as folder:
        os.environ |= {
            "TEST_RUN": f"imports{os.getpid()}",
            "VAR_DIR": folder,
        }  # where databases are copied from
        try:
            told = race(asked)
        finally:
            if asked.database == "postgresql":
                migrated.drop_template()
    print(json.dumps(told))
    return 0 if told["same"] and told["as_expected"] else 1


def race(asked: argparse.Namespace) -> dict[str, Any]:
    """Both runs, and what is to be said of them."""
    chance = random.Random(asked.seed)
    with tempfile.TemporaryDirectory(prefix="imports-") as folder:
        path = Path(folder) / "rows.csv"
        expected = write(path, asked.kind, asked.rows)
        places = sorted([0.5, *(chance.random() for _ in range(asked.kills - 1))])
        plain = _live(asked, Path(folder) / "plain", path, [])
        killed = _live(asked, Path(folder) / "killed", path, places)
    found = {name: plain["found"][name] for name in expected}
    return {
        "kind": asked.kind, "rows": asked.rows, "kills": killed["kills"], "killed_at_percent": killed["at"],
        "same": plain["found"] == killed["found"], "as_expected": found == expected,
        "left_out": plain["found"]["left_out"], "counts": plain["found"]["counts"], "twice": killed["found"]["twice"],
        "rows_per_second": round(asked.rows / plain["seconds"]),
        "rss_mb_at_20_percent": plain["early"], "rss_mb_most_after": plain["late"],
        "seconds": [round(plain["seconds"]), round(killed["seconds"])],
    } | ({} if plain["found"] == killed["found"] else {"plain": plain["found"], "killed": killed["found"]})  # fmt: skip


def write(path: Path, kind: str, rows: int) -> dict[str, Any]:
    """The file, and what must come of it: a hundredth of the rows is wrong, another names somebody again."""
    wrong = sum(number % 100 == 3 for number in range(rows))
    again = sum(number % 100 == 5 for number in range(rows))
    people = rows - wrong - again
    with path.open("w", encoding="utf-8") as file:
        file.writelines(_customers(rows) if kind == "customers" else _orders(rows))
    expected: dict[str, Any] = {"state": "done", "left_out": wrong, "line": rows + 1, "twice": 0}
    if kind == "customers":
        said = sum(number % 3 == 0 and number % 100 not in (3, 5) for number in range(rows))
        return expected | {"customers": people, "addresses": people, "consents": said}
    return expected | {"events": people}


def _customers(rows: int) -> Iterator[str]:
    yield "external_id,email,city,consent_email,consent_at\n"
    for number in range(rows):
        again = number % 100 == 5  # somebody of some chunks before
        who = (number - 3001 if number > 3001 else number - 1) if again else number
        email = "wrong" if number % 100 == 3 else f"p{who}@example.com"
        consent = "yes,2026-01-31" if who % 3 == 0 and who == number else ","
        yield f"p{who},{email},{'Łódź' if who % 2 else 'Gdańsk'},{consent}\n"


def _orders(rows: int) -> Iterator[str]:
    yield "order_id,customer_id,date,value\n"
    for number in range(rows):
        which = number - 1 if number % 100 == 5 else number
        value = "ten" if number % 100 == 3 else f"{which % 1000}.50"
        yield f"O{which},c{which % 5000},2026-01-31,{value}\n"


def _live(asked: argparse.Namespace, folder: Path, path: Path, places: Sequence[float]) -> dict[str, Any]:
    """One installation that brings the file in: its worker is killed as it passes each of these places."""
    folder.mkdir()
    with installed(folder, asked.database) as house:
        house.python(BRING.format(path=str(path), kind=asked.kind))
        began, left, at = time.monotonic(), list(places), []
        early = late = 0
        with _workers(house) as hire, _looking(house) as look:
            worker = hire()
            while time.monotonic() - began < PATIENCE:
                state, line = look()
                if state not in ("waiting", "running"):
                    break
                done, memory = line / asked.rows, resident(worker.pid) // 1024
                early, late = (max(early, memory), 0) if done < 0.2 else (early, max(late, memory))
                if left and done >= left[0]:
                    while left and done >= left[0]:
                        left.pop(0)
                    at.append(round(100 * done))
                    worker.send_signal(signal.SIGKILL)
                    worker.wait()
                    worker = hire()
                time.sleep(POLL)
            seconds = time.monotonic() - began
        return {
            "found": json.loads(house.python(TELL)), "seconds": seconds, "kills": len(at), "at": at,
            "early": round(early / 1024), "late": round(late / 1024),
        }  # fmt: skip


@contextmanager
def _workers(house: Installation) -> Iterator[Any]:
    """Hires workers, and dismisses the last one at the end."""
    hired: list[subprocess.Popen[str]] = []

    def hire() -> subprocess.Popen[str]:
        command = [sys.executable, "manage.py", "work", "--every", "0.05"]
        quiet = subprocess.DEVNULL
        hired.append(
            subprocess.Popen(command, cwd=ROOT, env=house.environment, stdout=quiet, stderr=quiet, text=True)
        )
        return hired[-1]

    try:
        yield hire
    finally:
        for one in hired:
            if one.poll() is None:
                one.kill()
                one.wait()


@contextmanager
def _looking(house: Installation) -> Iterator[Callable[[], tuple[str, int]]]:
    """Asks the database itself: a process of ours for each look would be half of the load."""
    url = house.environment["DATABASE_URL"]
    if url.startswith("sqlite"):
        place = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=60)
        with closing(place):
            yield lambda: place.execute(LOOK).fetchone()
        return
    with psycopg.connect(url, autocommit=True) as server:
        yield lambda: server.execute(LOOK).fetchone()  # type: ignore[return-value]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""How long each page of the admin takes with a million customers: the target is a second.

python -m tests.bench.pages [--scale 0.1] [--most 1.0] [--pages customers_]

The pages are those that axe looks at (tests/studio/every_page.py), and lists searched and filtered. Each is asked for
four times by Django's own client: the first time, with whatever the process and the server have not looked at yet, and
the best of three more.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench import server
from tests.environment import ROOT

PEOPLE, FEWEST, AGAIN = 1_000_000, 1_000, 3
PATIENCE = 5.0  # seconds: what takes longer is not asked for again
CUT_OFF = "30s"  # a statement
LONGEST = 160  # letters of a statement that are printed


@dataclass(frozen=True)
class Timing:
    """One page. Seconds; `slowest` is the statement of the first time that took longest."""

    name: str
    first: float
    best: float
    statements: int
    slowest_for: float
    slowest: str
    status: int = 200


def main(arguments: Sequence[str]) -> int:
    """Make a database, ask for every page, print, drop it. Answers how many pages were too slow or failed."""
    asked = _read(arguments)
    sys.path.insert(0, str(ROOT / "plugins"))
    with tempfile.TemporaryDirectory(prefix="pages-") as folder, server.settled(Path(folder)):
        from django.utils import timezone

        from tests.bench.full import seed

        people, began = max(FEWEST, round(PEOPLE * asked.scale)), time.monotonic()
        seed(people, timezone.now())
        print(f"{people:,} customers made in {time.monotonic() - began:.0f} s", flush=True)
        timings = list(_measure(asked.pages))
    slow = [one for one in timings if one.best > asked.most]
    _tell(timings)
    late = [one for one in timings if one.first > asked.most]
    print(
        f"{len(timings)} pages with {people:,} customers: {len(late)} take more than {asked.most:g} s the first time, "
        f"{len(slow)} at best; all in {time.monotonic() - began:.0f} s"
    )
    for one in timings:
        if one.status != 200:
            print(f"{one.name} answered {one.status}")
    return len(slow) + sum(one.status != 200 for one in timings)


def _read(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time every page of the admin.")
    parser.add_argument("--scale", type=float, default=1.0, help="of a million customers")
    parser.add_argument("--most", type=float, default=1.0, help="seconds that a page may take")
    parser.add_argument("--pages", default="", help="only those whose name begins so")
    return parser.parse_args(arguments)


def _measure(begins: str) -> Iterator[Timing]:
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client

    from tests.studio.every_page import asked, every_page

    settings.ALLOWED_HOSTS = ["*"]
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("bench"))
    with connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = '{CUT_OFF}'")
    for page in (page for page in (*every_page(), *asked()) if page.name.startswith(begins)):
        asker = Client() if page.anonymous else client
        timing = _time(page.name, lambda asker=asker, page=page: asker.get(page.path))  # type: ignore[misc]
        if timing is not None:
            yield timing


def _time(name: str, ask: Callable[[], Any]) -> Timing | None:
    """None for what is no page: a button, a redirection."""
    from django.db import connection

    taken: list[tuple[float, str]] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            taken.append((time.perf_counter() - began, sql))

    with connection.execute_wrapper(watch):
        first, answer = _asked(ask)
    if answer.status_code in (302, 405):
        return None
    again = AGAIN if first < PATIENCE else 0
    best = min([first, *(_asked(ask)[0] for _ in range(again))])
    slowest_for, slowest = max(taken, default=(0.0, ""))
    return Timing(name, first, best, len(taken), slowest_for, slowest, answer.status_code)


def _asked(ask: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    answer = ask()
    return time.perf_counter() - began, answer


def _tell(timings: Sequence[Timing]) -> None:
    print(f"{'page':60} {'first':>7} {'best':>7} {'asked':>6}  slowest statement (ms)")
    for one in sorted(timings, key=lambda one: -one.best):
        numbers = f"{one.first * 1000:7,.0f} {one.best * 1000:7,.0f} {one.statements:6}"
        print(f"{one.name[:60]:60} {numbers}  {one.slowest_for * 1000:,.0f} {_shortened(one.slowest)}")


def _shortened(sql: str) -> str:
    """A statement without its columns."""
    said = re.sub(r"SELECT .*? FROM ", "SELECT … FROM ", " ".join(sql.split()), count=1).replace('"', "")
    return said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"


if __name__ == "__main__":
    sys.exit(min(1, main(sys.argv[1:])))

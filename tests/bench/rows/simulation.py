"""A month of a journey on 100,000 people, asked as anybody asks it: the command, from its start to its answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from django.db import connection

from tests.bench.bench import Bench, NotTheSameWork
from tests.bench.figures import Figure, middle
from tests.bench.journeys import MONDAY_NOON, TEMPLATE, settle_rules
from tests.bench.people import seed, vacuum
from tests.environment import ROOT

PEOPLE, DAYS = 100_000, 30
JOURNEY = """
journey: thanks
purpose: marketing
expires: 3 days
entry: {event: order.placed, again: after 30 days, only_if: {attribute: tier, is: gold}}
goal: {event: order.placed, within: 14 days}
holdout: 10%
steps:
  - wait: 2 hours
    id: rest
  - send: offer
    via: [email]
    id: thank
  - wait_until: {event: order.placed}
    at_most: 7 days
    id: again
    otherwise:
      - send: offer
        via: [email]
        id: remind
"""
# The base's orders all fall on one hour of the day.
_AS_THEY_CAME = """
UPDATE events_event SET backfilled = false, occurred_at = occurred_at - ((id * 7919) % 1440) * interval '1 minute',
    received_at = occurred_at - ((id * 7919) % 1440) * interval '1 minute'
"""


def measure(bench: Bench) -> Sequence[Figure]:
    """Every person has about two orders in the month, as they came; one in three is one whom the journey lets in."""
    people = bench.size(PEOPLE, 200)
    seed(people, MONDAY_NOON)
    settle_rules(quiet=True)
    with connection.cursor() as cursor:
        cursor.execute(_AS_THEY_CAME)
    vacuum()
    folder = _files(bench.folder / "thanks")
    times, told = [], dict[str, object]()
    for _ in range(bench.n):
        seconds, told = _simulate(folder)
        times.append(seconds)
    if not told["sent"] or told["people"] != people:
        raise NotTheSameWork(f"the simulation sent {told['sent']} messages to {told['people']} people")
    seed(bench.people, MONDAY_NOON)
    orders = people * 2
    said = f"{people:,} people with some {orders:,} orders in {DAYS} days: {told['entered']:,} passages, "
    said += f"{told['sent']:,} messages; ticks of an hour, a process for each processor"
    return [Figure("simulation_30_days_100k_s", middle(times), bench.n, said)]


def _files(folder: Path) -> Path:
    (folder / "templates").mkdir(parents=True, exist_ok=True)
    (folder / "journey.yaml").write_text(JOURNEY, encoding="utf-8")
    (folder / "templates" / "offer.yaml").write_text(TEMPLATE, encoding="utf-8")
    return folder


def _simulate(folder: Path) -> tuple[float, dict[str, object]]:
    asked = ["--days", str(DAYS), "--until", MONDAY_NOON.isoformat(), "--json"]
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "manage.py", "journeys", "simulate", str(folder), *asked],
        cwd=ROOT,
        env={**os.environ, "DELIVERY_ALLOWLIST": ""},  # by the mailbox, since no provider is switched on
        text=True,
        stdout=subprocess.PIPE,
        check=True,
    )
    return time.monotonic() - began, json.loads(done.stdout.splitlines()[-1])

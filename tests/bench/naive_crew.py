"""Measuring the naive tasks: queued first, then a real worker with two processes, timed by the rows it leaves."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence

from django.db.models import Max, Min, QuerySet

from orchestrator.messaging.models import Message
from tests.bench.bench import Bench, same
from tests.bench.crew import end
from tests.bench.journeys import MONDAY_NOON
from tests.bench.server import empty
from tests.environment import ROOT

PATIENCE = 600.0  # seconds
WARM = 10  # one in so many goes by before time is taken


def tasks_per_s(bench: Bench, enrollments: Sequence[int], reuse: bool) -> float:
    """Tasks a second once the worker is warm."""
    written = Message.objects.filter(key__startswith="naive-", enrollment_id__gte=min(enrollments))
    _queue(enrollments)
    environment = {**os.environ, "CONN_MAX_AGE": "0", "BENCH_REUSE": "1" if reuse else ""}
    command = [
        sys.executable,
        "-m",
        "celery",
        "--app",
        "tests.bench.naive:app",
        "worker",
        "--concurrency",
        "2",
    ]
    process = subprocess.Popen(
        [*command, "--loglevel", "ERROR", "--without-gossip", "--without-mingle", "-Q", "naive"],
        cwd=ROOT,
        env={**environment, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        _wait(process, written, len(enrollments))
    finally:
        end(process)
        empty(bench.redis_url)
    return _rate(written, len(enrollments))


def _queue(enrollments: Sequence[int]) -> None:
    from tests.bench.naive import app, send

    with app.producer_pool.acquire(block=True) as producer:
        for one in enrollments:
            send.apply_async((one, MONDAY_NOON.isoformat()), producer=producer)


def _wait(process: subprocess.Popen[str], written: QuerySet[Message], count: int) -> None:
    end = time.monotonic() + PATIENCE
    while written.count() < count:
        if process.poll() is not None:
            raise RuntimeError(f"the naive worker ended with {process.returncode}; its errors are above")
        if time.monotonic() > end:
            break
        time.sleep(0.1)
    same("naive tasks", written.count(), count)


def _rate(written: QuerySet[Message], count: int) -> float:
    ids = list(written.order_by("created_at", "id").values_list("id", flat=True))
    warm = ids[count // WARM :]
    span = Message.objects.filter(id__in=warm).aggregate(first=Min("created_at"), last=Max("created_at"))
    return (len(warm) - 1) / (span["last"] - span["first"]).total_seconds()

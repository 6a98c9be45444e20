"""A worker process of the engine that does what its parent says, line by line, and answers what it took.

    {"do": "walk"}      let people in and move them, until nothing is due
    {"do": "work"}      everything, until nothing is due
    {"do": "deliver"}   deliver what is due, until nothing is
    {"do": "enroll", "journey": …, "first": …, "count": …, "key": …}
    {"do": "measure"}   CPU and memory so far

All by a clock that stands at Monday noon, so that nights and windows fall on the same people in every run. Started
as `python -m tests.bench.worker PROVIDER`; `celery` as a second word makes it the Celery worker of the house.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import django

django.setup()

from orchestrator import registry  # noqa: E402
from orchestrator.journeys.models import Journey  # noqa: E402
from orchestrator.journeys.versions import version  # noqa: E402
from orchestrator.journeys.work import never, walk_by, work_by  # noqa: E402
from orchestrator.messaging.abreast import can_go_abreast, deliver_abreast  # noqa: E402
from orchestrator.messaging.deliver import BATCH, deliver  # noqa: E402
from orchestrator.store import deadlines  # noqa: E402
from orchestrator.store.garbage import collect_rarely  # noqa: E402
from tests.bench import processes  # noqa: E402
from tests.bench.journeys import MONDAY_NOON  # noqa: E402
from tests.bench.people import let_in  # noqa: E402
from tests.bench.provider import Nowhere, Plugin, Stamping  # noqa: E402

Told = Mapping[str, Any]
MARKS = 200  # memory is looked at so often, at most, in one command


def main(provider: str, celery: bool) -> None:
    """Serve until the parent closes our standard input; or be the Celery worker until killed."""
    nowhere = plug(provider)
    if celery:
        be_celery()
        return
    collect_rarely()  # both as every worker of the house does when it begins
    deadlines.keep()
    answer({"pid": os.getpid()})
    for line in sys.stdin:
        told = json.loads(line)
        answer(COMMANDS[told["do"]](told, nowhere))


def answer(what: object) -> None:
    """One line to the parent."""
    print(json.dumps(what), flush=True)


def plug(provider: str) -> Nowhere:
    """Use one provider of email; answers the one that counts, also where another is used."""
    nowhere = Stamping(os.environ["BENCH_STAMPS"]) if provider == "stamping" else Nowhere()
    if provider == "smtp":
        from orchestrator_email import plugin

        registry.reset(registry.load([], {"orchestrator_email": plugin}))
    else:
        registry.reset(registry.load([], {"nowhere": Plugin(nowhere)}))
    return nowhere


def be_celery() -> None:
    """As docker-compose starts it, with beat inside, since one machine is all there is here."""
    from orchestrator.config.celery import app

    schedule = os.path.join(os.environ["VAR_DIR"], f"beat-{os.getpid()}")
    app.worker_main(["worker", "--concurrency", "2", "--loglevel", "ERROR", "--beat", "--schedule", schedule])


def _timed(do: Callable[[], object]) -> dict[str, Any]:
    began, cpu = time.monotonic(), _cpu()
    do()
    return {"seconds": time.monotonic() - began, "cpu": _cpu() - cpu}


def _cpu() -> float:
    return processes.cpu_seconds(processes.family(os.getpid())) if processes.can_tell() else 0.0


def _walk(told: Told, nowhere: Nowhere) -> object:
    return _timed(lambda: walk_by(lambda: MONDAY_NOON, never))


def _work(told: Told, nowhere: Nowhere) -> object:
    return _timed(lambda: work_by(lambda: MONDAY_NOON, never))


def _deliver(told: Told, nowhere: Nowhere) -> object:
    def drain() -> None:
        def turn() -> int:
            if can_go_abreast():
                return deliver_abreast(lambda: MONDAY_NOON, BATCH).claimed
            return deliver(MONDAY_NOON, BATCH).claimed

        while turn():
            pass

    return _timed(drain)


def _remember(told: Told, nowhere: Nowhere) -> object:
    """Work, and look between batches how much memory is held after how many messages."""
    marks: list[tuple[int, float]] = []
    every = max(1, told["messages"] // MARKS)

    def look() -> bool:
        if not marks or nowhere.taken - marks[-1][0] >= every:
            marks.append((nowhere.taken, processes.resident_mb(processes.family(os.getpid()))))
        return False

    began = nowhere.taken
    answered = _timed(lambda: work_by(lambda: MONDAY_NOON, look))
    look()
    return {**answered, "marks": marks, "messages": nowhere.taken - began}


def _enroll(told: Told, nowhere: Nowhere) -> object:
    current = Journey.objects.values_list("current_id", flat=True).get(key=told["journey"])
    assert current is not None
    people = range(told["first"], told["first"] + told["count"])
    return {"made": let_in(version(current), people, MONDAY_NOON, told.get("key", ""))}


COMMANDS: Mapping[str, Callable[[Told, Nowhere], object]] = {
    "walk": _walk,
    "work": _work,
    "deliver": _deliver,
    "remember": _remember,
    "enroll": _enroll,
}

if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:] == ["celery"])

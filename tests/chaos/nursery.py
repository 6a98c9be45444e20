"""Forks workers from a process that has everything loaded, and kills them; prints what it did as JSON.

A round is two workers at one moment of a clock that only moves between rounds: each round lies two minutes after
the one before, so that the dead workers' leases have run out. In turn, a round's workers die of their own provider
after so many messages (certainly in mid-call), or are killed from outside when the log has grown by so many lines.
The last round runs to the end, in one worker.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connections

from orchestrator import registry
from orchestrator.journeys import work as work_module
from orchestrator.journeys.waiting import next_due
from orchestrator.journeys.work import work
from orchestrator.messaging import compose
from orchestrator.messaging.content.render import InProcessRenderer
from tests.chaos.gateway import Plugin
from tests.chaos.seed import MONDAY_NOON, report, seed

ROUNDS = 14
WORKERS = 2
STEP = timedelta(minutes=2)


def main(folder: str, chance_of: int, people: int) -> None:
    """Seed, kill round after round, then finish. `chance_of` seeds what is left to chance."""
    log, chance = Path(folder) / "gateway.log", random.Random(chance_of)
    log.touch()
    seed(people)
    _preload()
    now, deaths = MONDAY_NOON, 0
    for number in range(ROUNDS):
        now += STEP
        deaths += _round(log, now, chance, by_itself=number % 2 == 0)
    _wait(_fork(log, now + STEP, None, to_the_end=True), expect=0)
    print(json.dumps({"deaths": deaths, **report()}))


def _round(log: Path, now: datetime, chance: random.Random, by_itself: bool) -> int:
    """Two workers until both are dead; answers how many were killed (one that had nothing left to do ends itself)."""
    lives = [chance.randint(3, 40) if by_itself else None for _ in range(WORKERS)]
    children = [_fork(log, now, life) for life in lives]
    if not by_itself:
        _wait_for_lines(log, chance.randint(5, 60), children)
        for child in children:
            time.sleep(chance.random() * 0.03)
            os.kill(child, signal.SIGKILL)
    return sum(_wait(child) for child in children)


def _wait_for_lines(log: Path, lines: int, children: list[int]) -> None:
    """Until the log has grown, or everybody has ended (they are left for `_wait`)."""
    size = log.stat().st_size
    wanted = size + lines * 40  # a line is about so long; where in it the kill falls is no matter
    while log.stat().st_size < wanted:
        if all(_ended(child) for child in children):
            return
        time.sleep(0.001)


def _ended(child: int) -> bool:
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _wait(child: int, expect: int | None = None) -> bool:
    """Whether it was killed; any other end than by SIGKILL or with nothing left to do is an error of the test."""
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, -signal.SIGKILL) or (expect is not None and code != expect):
        raise SystemExit(f"worker {child} ended with {code}")
    return code != 0


def _fork(log: Path, now: datetime, life: int | None, to_the_end: bool = False) -> int:
    child = os.fork()
    if child:
        return child
    try:
        _work(log, now, life, to_the_end)
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _preload() -> None:
    """All that workers would load anew, each for itself; connections are each worker's own."""
    renderer = InProcessRenderer({})
    compose.renderer = lambda: renderer
    work_module.DELIVERED_AT_ONCE = 25  # so that both workers get some, and a death is charged to a few
    work(MONDAY_NOON - STEP)  # before anything happened: nothing is due, and every statement is known
    connections.close_all()


def _work(log: Path, now: datetime, life: int | None, to_the_end: bool) -> None:
    registry.reset(registry.load([], {"gateway": Plugin(log, life)}))
    work(now)
    while to_the_end and (due := next_due()) is not None:
        now = max(due, now)
        work(now)

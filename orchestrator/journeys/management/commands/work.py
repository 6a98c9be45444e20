"""`manage.py work`: everything workers do, in one process and without a broker."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, close_old_connections

from orchestrator.journeys import beside
from orchestrator.journeys.alarms.rounds import begin, look
from orchestrator.journeys.shift import Shift
from orchestrator.journeys.waiting import until_turn
from orchestrator.journeys.work import SHORTEST, Worked, work_by
from orchestrator.store import deadlines
from orchestrator.store.garbage import collect_rarely

LONGEST_GOODBYE = 15.0  # seconds for which what is under way beside is waited for


class Command(BaseCommand):
    """Runs until it is told to stop (Ctrl-C, SIGTERM): then it ends the batch in hand, and goes."""

    help = "Do all that workers do in this one process, without a broker, until told to stop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--once` and `--every`."""
        parser.add_argument("--once", action="store_true", help="do what is due now, and end")
        parser.add_argument(
            "--every", type=float, default=1.0, metavar="SECONDS", help="look this often (1 by default)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, work, rest; again."""
        if not SHORTEST <= options["every"] <= 60:
            raise CommandError("--every takes 0.05 to 60 seconds")
        stopping = threading.Event()
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, lambda *_: stopping.set())
        deadlines.keep()
        shift = Shift("work", _now)
        if options["once"]:
            self._say(work_by(_now, shift.between("work", stopping.is_set)))
            look(_now)
            beside.once(_now)
            shift.end()
            return
        collect_rarely()
        begin(_now, stopping)
        threads = beside.begin(_now, stopping)
        self.stdout.write("Working; Ctrl-C ends it.")
        while not stopping.is_set():
            self._round(shift, stopping)
            stopping.wait(self._until_next(options["every"]))
        for thread in threads:
            thread.join(LONGEST_GOODBYE)
        self._goodbye(shift)
        self.stdout.write("Stopped; nothing was left half done.")

    def _goodbye(self, shift: Shift) -> None:
        try:
            shift.end()
        except OperationalError as error:
            self.stderr.write(f"the database does not answer ({error}); its row will go silent by itself")

    def _round(self, shift: Shift, stopping: threading.Event) -> None:
        """One look. A database that is away is waited for: it is the truth, and there is nothing to do without it."""
        try:
            close_old_connections()
            self._say(work_by(_now, shift.between("work", stopping.is_set)))
        except OperationalError as error:
            self.stderr.write(f"the database does not answer ({error}); trying again")
            stopping.wait(5)

    def _until_next(self, every: float) -> float:
        """Seconds to rest: until the next look, or until a message that waits its turn may go."""
        try:
            turn = until_turn(_now(), timedelta(seconds=every))
        except OperationalError:
            return every
        return every if turn is None else max(turn.total_seconds(), SHORTEST)

    def _say(self, done: Worked) -> None:
        if done:
            told = {"events": done.events, "moved": done.moved, "messages": done.messages}
            self.stdout.write(" ".join(f"{name}={count}" for name, count in told.items()))


def _now() -> datetime:
    return datetime.now(UTC)

"""What one campaign is: its sizes, what is done to it, and the files its processes share."""

from __future__ import annotations

import ctypes
import os
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

HOT, COLD_EACH, MAILBOX_SHARERS = 100, 20, 50


@dataclass(frozen=True)
class Campaign:
    """One run. Rates are of the calls of a provider; `doom` is the share of kills that happen at a named point.

    `control` names a guard that is taken out of the workers; "" for the engine as it is. `only`: these journeys.
    `ending`: seconds that are left to a campaign once everybody has been let in.
    `restarts`: of the PostgreSQL server, by turns in order and as by a crash; only where it is the campaign's own.
    `poison`: messages at which a plugin ends its process. `beats`: Celery's schedulers, for as long as there is a broker.
    `withdrawers`: so many withdraw at once, in every way there is; 0: one does, now and then. `cold`: who gets little.
    `turn`: messages a worker claims at once; of a class N provider's, it hands off a `part` at a time.
    `points`: where workers die, anywhere if empty. `nap`: where they sleep longer than their lease, how likely.
    """

    messages: int
    workers: int
    kills: int
    seed: int
    folder: Path
    database_url: str
    redis_port: int
    cap: int
    hot: int = HOT
    faults: float = 0.05
    doom: float = 0.6
    stops: int = 3
    terminations: int = 10
    flushes: int = 3
    control: str = ""
    points: tuple[str, ...] = ()
    nap: tuple[str, float] = ("", 0.0)
    only: tuple[str, ...] = ()
    turn: int = 40
    part: int = 10
    ranked: bool = True
    withdrawals: float = 0.025
    withdrawers: int = 0
    cold: int = 0
    erasures: float = 0.0025
    receipts: float = 0.5
    pauses: float = 0.004
    lease: float = 60.0
    speed: float = 12.0
    ending: float = 600.0
    restarts: int = 0
    poison: int = 0
    beats: int = 2

    @property
    def poisoned(self) -> tuple[str, ...]:
        """The tokens of messages whose preparation, or hand-over, kills the worker: by turns. They are let in early."""
        return tuple(f"m{self.messages * (n + 1) // (self.poison * 2 + 1):07d}" for n in range(self.poison))

    @property
    def lease_lasts(self) -> float:
        """Real seconds."""
        return self.lease / self.speed

    @property
    def log(self) -> Path:
        """Where the carriers write what they took: the truth."""
        return self.folder / "carriers.log"

    @property
    def diary(self) -> Path:
        """Where everybody else writes what they did: withdrawals, erasures, errors, deaths."""
        return self.folder / "diary.log"

    @property
    def socket(self) -> str:
        """Where the carriers listen."""
        return str(self.folder / "carriers")


@dataclass
class Done:
    """What was done to the workers."""

    kills: Counter[str] = field(default_factory=Counter)
    stops: int = 0
    terminations: int = 0
    flushes: int = 0
    restarts: int = 0
    poison_deaths: int = 0
    redis_stopped: bool = False
    depth: int = 0
    traces: int = 0  # of anybody in the broker's queue
    faults: int = 0
    finished: bool = False


def append(path: Path, line: str) -> None:
    """One whole line, whoever else writes."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, (line + "\n").encode())
    finally:
        os.close(descriptor)


def fork(main: Callable[[], None]) -> int:
    """A child that does this and ends, whatever comes; and that dies with us."""
    parent = os.getpid()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() == parent:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            main()
            code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    os._exit(code)

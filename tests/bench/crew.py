"""Workers as processes of their own, told what to do all at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import IO, Any, cast

from tests.bench import processes
from tests.environment import ROOT

Answer = dict[str, Any]


class Child:
    """A process that answers every line with a line, both JSON."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def tell(self, what: Mapping[str, Any]) -> None:
        """Say something, and don't wait."""
        stdin = cast(IO[str], self._process.stdin)
        stdin.write(json.dumps(what) + "\n")
        stdin.flush()

    def hear(self) -> Answer:
        """Its next answer; RuntimeError if it has ended instead."""
        line = cast(IO[str], self._process.stdout).readline()
        if not line:
            raise RuntimeError(
                f"a process of the benchmark ended with {self._process.wait()}; its errors are above"
            )
        return dict(json.loads(line))

    def ask(self, what: Mapping[str, Any]) -> Answer:
        """Say something, and wait for the answer."""
        self.tell(what)
        return self.hear()


@contextmanager
def child(module: str, *arguments: str, **environment: str) -> Iterator[Child]:
    """A module of ours in a process of its own, which has said its first line; killed at the end."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "plugins"), os.environ.get("PYTHONPATH", "")])
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path.rstrip(os.pathsep), **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield Child(process)
    finally:
        end(process)


def end(process: subprocess.Popen[str]) -> None:
    """Kill it with all that it has started: nothing of it is needed any more, and whatever it holds is thrown away."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


class Crew:
    """Workers that begin together."""

    def __init__(self, workers: Sequence[Child]) -> None:
        self.workers = workers

    def go(self, do: str, **more: Any) -> tuple[float, float | None]:
        """All do this; seconds until the last is done, and CPU seconds of them and of the database (None: unknown)."""
        servers = processes.backends() if processes.can_tell() else []
        before = processes.cpu_seconds(servers)
        began = time.monotonic()
        for worker in self.workers:
            worker.tell({"do": do, **more})
        answers = [worker.hear() for worker in self.workers]
        seconds = time.monotonic() - began
        if not servers:
            return seconds, None
        return seconds, sum(one["cpu"] for one in answers) + processes.cpu_seconds(servers) - before


@contextmanager
def crew(size: int, provider: str = "nowhere", **environment: str) -> Iterator[Crew]:
    """So many workers, ready."""
    with ExitStack() as stack:
        children = [
            stack.enter_context(child("tests.bench.worker", provider, **environment)) for _ in range(size)
        ]
        for one in children:
            one.hear()
        yield Crew(children)

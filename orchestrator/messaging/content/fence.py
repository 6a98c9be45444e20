"""What runs inside the render process: `python -m orchestrator.messaging.content.fence`.

It reads batches of JSON lines and writes an answer for each job, several in one frame. The kernel itself ends the
process when one job uses more than its CPU time, also in the middle of a C function; memory is limited too. Which
job that was stands in memory the parent sees; answers that were not yet written are rendered again, in another process.
It ends when its parent does: by the end of its input, or, where a sibling fork still holds the pipe open, by
looking at its parent's id.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from orchestrator.messaging.content.bounds import bound
from orchestrator.messaging.content.engine import Engine
from orchestrator.messaging.content.frames import Frames, Progress

RENDER_SECONDS = 0.25  # CPU time of one job, so that a busy machine blames nobody
COMPILE_SECONDS = 2.0  # CPU time of compiling one job's template, once per process
BATCH_SECONDS = 120  # CPU time of a whole batch, the last net


def main() -> None:
    """Serve until the parent is gone."""
    parent = os.getppid()
    pipe = Pipe(parent)
    try:
        setup = json.loads(pipe.read_line())
        limit()
        engine = Engine({name: find(path) for name, path in setup["filters"].items()})
    except Exception as error:
        pipe.say({"broken": f"{type(error).__name__}: {error}"})
        return
    pipe.say({"ready": True})
    progress = Progress(int(sys.argv[1]))
    while True:
        serve(pipe, engine, progress)


def serve(pipe: Pipe, engine: Engine, progress: Progress) -> None:
    """One batch: read all of it (so that neither side waits for the other to read), then answer in order."""
    batch = json.loads(pipe.read_line())
    if batch["forget"]:
        engine.forget()
    engine.learn(batch["templates"])
    lines = [pipe.read_line() for _ in range(batch["jobs"])]
    pipe.say({"began": True})
    extend_cpu()
    frames = Frames(pipe.write)
    for place, line in enumerate(lines):
        progress.place = place
        signal.setitimer(signal.ITIMER_PROF, COMPILE_SECONDS)
        head, context = json.loads(line)
        job = {**batch["heads"][head], "context": context}
        engine.warm(job)
        signal.setitimer(signal.ITIMER_PROF, RENDER_SECONDS)
        answer = engine.render(job)
        signal.setitimer(signal.ITIMER_PROF, 0)
        frames.put(answer)
    frames.flush()


def limit() -> None:
    """Bound memory, files and processes; let the CPU timer kill."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent; we go when it goes
    bound()


def extend_cpu() -> None:
    """RLIMIT_CPU counts over the life of the process: allow the next batch its share on top."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = int(used.ru_utime + used.ru_stime) + BATCH_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard < 0 else min(soft, hard), hard))


def find(path: str) -> Callable[..., Any]:
    """A plugin's filter by `module:name`."""
    module, _, name = path.partition(":")
    found: Any = import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    if not callable(found):
        raise TypeError(f"{path} cannot be called")
    return found  # type: ignore[no-any-return]


class Pipe:
    """Lines from the parent and to it. What anything prints goes to standard error instead of in between."""

    def __init__(self, parent: int) -> None:
        self._parent = parent
        self._held = bytearray()
        self._lines: list[bytes] = []
        self._out = os.dup(1)
        os.dup2(2, 1)

    def read_line(self) -> bytes:
        """The next line; ends the process where there will be none."""
        while not self._lines:
            self._await()
            chunk = os.read(0, 1 << 20)
            if not chunk:
                sys.exit(0)
            *whole, rest = chunk.split(b"\n")
            if not whole:
                self._held += rest
                continue
            whole[0] = bytes(self._held) + whole[0]
            self._lines = whole[::-1]
            self._held = bytearray(rest)
        return self._lines.pop()

    def say(self, what: Mapping[str, Any]) -> None:
        """One line of JSON."""
        self.write(json.dumps(what).encode() + b"\n")

    def write(self, written: bytes) -> None:
        """All of it."""
        data = memoryview(written)
        try:
            while data:
                data = data[os.write(self._out, data) :]
        except BrokenPipeError:
            sys.exit(0)

    def _await(self) -> None:
        while not select.select([0], [], [], 1.0)[0]:
            if os.getppid() != self._parent:
                sys.exit(0)


if __name__ == "__main__":
    main()

"""The renderer that production uses: a child process, reused, that a template cannot harm anybody from.

A job that uses more than 250 ms of CPU time is ended by the kernel together with the child; it is answered
`render_timeout`, and the rest of the batch goes on in a new child. A child that dies of anything else (memory,
an operator) is not the fault of the job it held until that job has seen two of them die.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from orchestrator.messaging.content.render import Answer, RenderFailure, RenderJob, encode, finish

BATCH_JOBS = 200
BATCH_BYTES = 4_000_000
TEMPLATES_KEPT = 128  # by the child; with more, it forgets them all and is told anew
START_SECONDS = 30.0  # wall time until a child is ready, on a very busy machine
STALL_SECONDS = 15.0  # wall time without progress: not a template's doing (see CPU time), a stopped child's
DEATHS_BLAMED = 2
CPU_SIGNALS = frozenset({-signal.SIGPROF, -signal.SIGXCPU})


class RenderProcessBroken(Exception):
    """The render process does not start, or dies without having begun: someone must look at this machine."""


class ChildRenderer:
    """Renders in a child process. Threads take turns; after a fork, the forked process starts a child of its own."""

    def __init__(self, filters: Mapping[str, Callable[..., Any]] | None = None) -> None:
        self._filters = {name: path_of(name, function) for name, function in (filters or {}).items()}
        self._child: _Child | None = None
        self._lock = threading.Lock()
        self._owner = os.getpid()

    def render(self, jobs: Sequence[RenderJob]) -> list[Answer]:
        """One answer for each job, in their order. Raises RenderProcessBroken if there can be no child."""
        if self._owner != os.getpid():
            self._leave_to_parent()
        answers: dict[int, Answer] = {}
        lines: list[tuple[int, bytes]] = []
        for place, job in enumerate(jobs):
            line = encode(job)
            if isinstance(line, RenderFailure):
                answers[place] = line
            else:
                lines.append((place, line.encode()))
        with self._lock:
            for batch in _batches(lines):
                for place, answer in self._run(jobs, batch):
                    answers[place] = finish(jobs[place], answer)
        return [answers[place] for place in range(len(jobs))]

    def close(self) -> None:
        """End the child; the next job starts another."""
        if self._owner != os.getpid():
            self._leave_to_parent()
        with self._lock:
            self._end()

    @property
    def pid(self) -> int:
        """The child's process id; 0 if there is none now."""
        return self._child.pid if self._child is not None and self._owner == os.getpid() else 0

    def _run(
        self, jobs: Sequence[RenderJob], batch: list[tuple[int, bytes]]
    ) -> Iterator[tuple[int, Mapping[str, Any]]]:
        deaths = unbegun = 0
        while batch:
            child = self._ready_child()
            used = {jobs[place].template: jobs[place].prepared for place, _ in batch}
            began, answers, cause = child.exchange(used, [line for _, line in batch])
            yield from zip((place for place, _ in batch), answers, strict=False)
            if len(answers) == len(batch):
                return
            self._end()
            batch = batch[len(answers) :]
            if not began:
                unbegun += 1
                if unbegun > 3:
                    raise RenderProcessBroken(f"the render process dies before it begins ({cause}).")
                continue
            deaths = 1 if answers else deaths + 1
            if cause in CPU_SIGNALS or deaths >= DEATHS_BLAMED:
                yield batch[0][0], _blame(cause)
                batch, deaths = batch[1:], 0

    def _ready_child(self) -> _Child:
        if self._child is None or not self._child.alive():
            self._end()
            self._child = _Child(self._filters)
        return self._child

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
        self._child = None

    def _leave_to_parent(self) -> None:
        if self._child is not None:
            self._child.leave()
        self._child, self._lock, self._owner = None, threading.Lock(), os.getpid()


class _Child:
    def __init__(self, filters: Mapping[str, str]) -> None:
        self._known: set[str] = set()
        self._held = bytearray()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "orchestrator.messaging.content.fence"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a traceback there could quote a customer's data into a log
            bufsize=0,
            env=_environment(),
        )
        self.pid = self._process.pid
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._in, False)
        self._start(filters)

    def alive(self) -> bool:
        """Whether it has not died since it was last used."""
        return self._process.poll() is None

    def exchange(
        self, templates: Mapping[str, Any], lines: list[bytes]
    ) -> tuple[bool, list[Mapping[str, Any]], int]:
        """Send a batch; the answers that came, whether it began at all, and what ended it (0 = nothing)."""
        forget = len(self._known | set(templates)) > TEMPLATES_KEPT
        if forget:
            self._known.clear()
        new = {digest: prepared for digest, prepared in templates.items() if digest not in self._known}
        head = {"templates": new, "forget": forget, "jobs": len(lines)}
        answers: list[Mapping[str, Any]] = []
        began = self._write([json.dumps(head).encode(), *lines]) and self._read(STALL_SECONDS) is not None
        if began:
            self._known.update(new)
            while len(answers) < len(lines) and (answer := self._read(STALL_SECONDS)) is not None:
                answers.append(answer)
        return began, answers, 0 if len(answers) == len(lines) else self._cause()

    def end(self) -> None:
        """Kill it and wait for it, so that no dead process is left lying about."""
        self._process.kill()
        self._process.wait()
        self._close()

    def leave(self) -> None:
        """Let go of a child that belongs to the process this one was forked from, without touching it."""
        self._process.returncode = 0
        self._close()

    def _start(self, filters: Mapping[str, str]) -> None:
        self._write([json.dumps({"filters": dict(filters)}).encode()])
        answer = self._read(START_SECONDS)
        if answer is None or "broken" in answer:
            why = answer["broken"] if answer else f"it ended with {self._cause()}"
            self.end()
            raise RenderProcessBroken(f"the render process does not start: {why}.")

    def _write(self, lines: list[bytes]) -> bool:
        data = memoryview(b"\n".join(lines) + b"\n")
        while data:
            if not select.select([], [self._in], [], STALL_SECONDS)[1]:
                return False
            try:
                data = data[os.write(self._in, data) :]
            except BrokenPipeError:
                return False
            except BlockingIOError:
                continue
        return True

    def _read(self, seconds: float) -> Mapping[str, Any] | None:
        deadline = time.monotonic() + seconds
        while (end := self._held.find(b"\n")) < 0:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._out], [], [], left)[0]:
                return None
            chunk = os.read(self._out, 1 << 20)
            if not chunk:
                return None
            self._held += chunk
        line = bytes(self._held[:end])
        del self._held[: end + 1]
        answer: Mapping[str, Any] = json.loads(line)
        return answer

    def _cause(self) -> int:
        try:
            return self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return -signal.SIGXCPU  # it still runs, yet without progress

    def _close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def _blame(cause: int) -> Mapping[str, Any]:
    if cause in CPU_SIGNALS:
        return {"code": "render_timeout", "detail": "the template takes too long for this customer"}
    return {"code": "render_error", "detail": "the render process died of this message, twice"}


def _batches(lines: list[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    batch: list[tuple[int, bytes]] = []
    size = 0
    for line in lines:
        if batch and (len(batch) >= BATCH_JOBS or size + len(line[1]) > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line[1])
    if batch:
        yield batch


def _environment() -> dict[str, str]:
    """Nothing of ours but where code is found: no keys, no database address."""
    kept = {
        name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ
    }
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path),
        "PYTHONUTF8": "1",
    }


def path_of(name: str, function: Callable[..., Any]) -> str:
    """Where the child finds a filter: `module:name`. ValueError for one that has no such place."""
    path = f"{getattr(function, '__module__', '')}:{getattr(function, '__qualname__', '')}"
    if "<" in path or path.startswith((":", "__main__:")):
        raise ValueError(
            f"the template filter {name!r} must be a function of a module, to be found by its name"
        )
    return path

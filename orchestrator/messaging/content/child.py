"""The renderer that production uses: a child process, reused, that a template cannot harm anybody from.

A job that uses more than 250 ms of CPU time is ended by the kernel together with the child; it is answered
`render_timeout`, and the rest of the batch goes on in a new child. A child that dies of anything else (memory,
an operator) is not the fault of the job it held until that job has seen two of them die. Answers come several at a
time: those that a dying child had not yet handed over are rendered again, which costs less than a system call for
each message of every batch.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from orchestrator.messaging.content.process import Child, RenderProcessBroken
from orchestrator.messaging.content.render import Answer, RenderFailure, RenderJob, encode, finish

__all__ = ["ChildRenderer", "RenderProcessBroken", "path_of"]

BATCH_JOBS = 200
BATCH_BYTES = 4_000_000
DEATHS_BLAMED = 2
CPU_SIGNALS = frozenset({-signal.SIGPROF, -signal.SIGXCPU})


class ChildRenderer:
    """Renders in a child process. Threads take turns; after a fork, the forked process starts a child of its own."""

    def __init__(self, filters: Mapping[str, Callable[..., Any]] | None = None) -> None:
        self._filters = {name: path_of(name, function) for name, function in (filters or {}).items()}
        self._child: Child | None = None
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
        deaths: Counter[int] = Counter()
        unbegun = 0
        while batch:
            child = self._ready_child()
            began, answers, cause = child.exchange(
                [jobs[place] for place, _ in batch], [line for _, line in batch]
            )
            yield from zip((place for place, _ in batch), answers, strict=False)
            if len(answers) == len(batch):
                return
            suspect = batch[child.held(len(answers), len(batch))][0]
            self._end()
            batch = batch[len(answers) :]
            if not began:
                unbegun += 1
                if unbegun > 3:
                    raise RenderProcessBroken(f"the render process dies before it begins ({cause}).")
                continue
            deaths[suspect] += 1
            if cause in CPU_SIGNALS or deaths[suspect] >= DEATHS_BLAMED:
                yield suspect, _blame(cause)
                batch = [one for one in batch if one[0] != suspect]

    def _ready_child(self) -> Child:
        if self._child is None or not self._child.alive():
            self._end()
            self._child = Child(self._filters)
        return self._child

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
        self._child = None

    def _leave_to_parent(self) -> None:
        if self._child is not None:
            self._child.leave()
        self._child, self._lock, self._owner = None, threading.Lock(), os.getpid()


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


def path_of(name: str, function: Callable[..., Any]) -> str:
    """Where the child finds a filter: `module:name`. ValueError for one that has no such place."""
    path = f"{getattr(function, '__module__', '')}:{getattr(function, '__qualname__', '')}"
    if "<" in path or path.startswith((":", "__main__:")):
        raise ValueError(
            f"the template filter {name!r} must be a function of a module, to be found by its name"
        )
    return path

"""The render process from the worker's side: started, given batches, read with patience, ended."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from orchestrator.messaging.content.frames import Answer, Progress, unpack
from orchestrator.messaging.content.render import RenderJob, head

TEMPLATES_KEPT = 128  # by the child; with more, it forgets them all and is told anew
START_SECONDS = 30.0  # wall time until a child is ready, on a very busy machine
STALL_SECONDS = 15.0  # wall time without progress: not a template's doing (see CPU time), a stopped child's


class RenderProcessBroken(Exception):
    """The render process does not start, or dies without having begun: someone must look at this machine."""


class Child:
    """One render process, from its start to its end."""

    def __init__(self, filters: Mapping[str, str]) -> None:
        self._known: set[str] = set()
        self._held = bytearray()
        self._progress = Progress()
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-m",
                "orchestrator.messaging.content.fence",
                str(self._progress.descriptor),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a traceback there could quote a customer's data into a log
            bufsize=0,
            env=environment(),
            pass_fds=(self._progress.descriptor,),
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

    def exchange(self, jobs: Sequence[RenderJob], lines: list[bytes]) -> tuple[bool, list[Answer], int]:
        """Send a batch; the answers that came, whether it began at all, and what ended it (0 = nothing)."""
        templates = {job.template: job.prepared for job in jobs}
        forget = len(self._known | set(templates)) > TEMPLATES_KEPT
        if forget:
            self._known.clear()
        new = {digest: prepared for digest, prepared in templates.items() if digest not in self._known}
        heads, lines = _headed(jobs, lines)
        opening = {"templates": new, "forget": forget, "jobs": len(lines), "heads": heads}
        self._progress.place = 0
        answers: list[Answer] = []
        began = self._write([json.dumps(opening).encode(), *lines]) and self._read_line() is not None
        if began:
            self._known.update(new)
            while len(answers) < len(lines) and (frame := self._read_frame()) is not None:
                answers += frame
        return began, answers, 0 if len(answers) == len(lines) else self._cause()

    def held(self, answered: int, jobs: int) -> int:
        """The place of the job it was at when it died, among `jobs` of which so many are answered."""
        place = (
            self._progress.place
        )  # a plugin's filter can write there: nothing but a place that is open counts
        return place if answered <= place < jobs else answered

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
        line = self._read_line(START_SECONDS)
        answer = None if line is None else json.loads(line)
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

    def _read_frame(self) -> list[Answer] | None:
        line = self._read_line()
        if line is None:
            return None
        size, told = json.loads(line)
        texts = self._read(size, time.monotonic() + STALL_SECONDS)
        return None if texts is None else list(unpack(told, texts))

    def _read_line(self, seconds: float = STALL_SECONDS) -> bytes | None:
        deadline, seen = time.monotonic() + seconds, 0
        while (end := self._held.find(b"\n", seen)) < 0:
            seen = len(self._held)
            if not self._fill(deadline):
                return None
        return self._take(end + 1)

    def _read(self, size: int, deadline: float) -> bytes | None:
        while len(self._held) < size:
            if not self._fill(deadline):
                return None
        return self._take(size)

    def _fill(self, deadline: float) -> bool:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self._out], [], [], left)[0]:
            return False
        chunk = os.read(self._out, 1 << 20)
        self._held += chunk
        return bool(chunk)

    def _take(self, size: int) -> bytes:
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken

    def _cause(self) -> int:
        try:
            return self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return -signal.SIGXCPU  # it still runs, yet without progress

    def _close(self) -> None:
        self._progress.close()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def _headed(jobs: Sequence[RenderJob], lines: list[bytes]) -> tuple[list[dict[str, Any]], list[bytes]]:
    """What jobs have in common, each once, and their contexts with the number of what is theirs."""
    numbers: dict[tuple[str, str, tuple[str, ...]], int] = {}
    heads: list[dict[str, Any]] = []
    numbered = []
    for job, line in zip(jobs, lines, strict=True):
        key = (job.template, job.channel, job.languages)
        number = numbers.setdefault(key, len(heads))
        if number == len(heads):
            heads.append(head(job))
        numbered.append(b"[%d,%b]" % (number, line))
    return heads, numbered


def environment() -> dict[str, str]:
    """Nothing of ours but where code is found: no keys, no database address."""
    kept = {
        name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ
    }
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path),
        "PYTHONUTF8": "1",
    }

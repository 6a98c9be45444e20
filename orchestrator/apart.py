"""APART: a plugin's step decides in a process of its own, so that nothing it does can end the worker, or hold it up.

The process is forked from the worker at the first question, which costs some milliseconds, and kept: a question and
its answer then take about a tenth of one. It holds none of the worker's files and connections, only the step kinds
that were known when it was forked; one that is new to it is asked in a new process. Whoever kills it, or lets it run
for too long or grow too large, loses their own answer and nobody else's.
"""

from __future__ import annotations

import os
import pickle
import resource
import select
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, NoReturn

from orchestrator.domain.advance import Question
from orchestrator.domain.definition import Step
from orchestrator.guard import TookTooLong, within
from orchestrator.sdk.steps import StepFacts

LONGEST_DECISION = 1.0  # seconds that a plugin's step may take for one person
KILLED_AFTER = 2 * LONGEST_DECISION + 1.0  # seconds; by then its own alarm has gone off, if it could
LIKE_TO_GROW = 512 * 1024 * 1024  # bytes that the process may take on top of what the worker had
LOOKS_FOR_PARENT = 5.0
_LENGTH = struct.Struct("!I")
_MOST_BYTES = 16 * 1024 * 1024


def ask(question: Question, step: Step, facts: StepFacts, now: datetime) -> object:
    """What a step answers: ours here, a plugin's apart; whatever becomes of that one is an Exception."""
    if step.ours:
        return question(step.params, facts, now)
    return apart.ask(step.kind, step.kind.name, question.__name__, step.params, facts, now)


class Fault(Exception):
    """What went wrong in there. Its class has the name of what was raised, so that it reads alike."""


class Apart:
    """One process for a worker's plugin steps; threads take turns."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._lock, self._owner = threading.Lock(), os.getpid()
        self._things: dict[str, object] = {}
        self._pid = 0
        self._line: socket.socket | None = None

    def _mine(self) -> None:
        if self._owner != os.getpid():  # this worker was forked since: that process is its parent's
            self._begin()

    def ask(self, thing: object, name: str, method: str, *arguments: Any) -> object:
        """What `thing.method(*arguments)` answers over there. `name` tells things apart. Raises Fault, TimeoutError."""
        self._mine()
        question = _packed((name, method, arguments))
        with self._lock:
            if self._things.get(name) is not thing:
                self._end()
                self._things[name] = thing
            return _answer(self._exchange(question))

    def close(self) -> None:
        """End the process; the next question starts another."""
        self._mine()
        with self._lock:
            self._end()

    def _exchange(self, question: bytes) -> tuple[str, Any]:
        try:
            line = self._line or self._start()
            line.sendall(_LENGTH.pack(len(question)) + question)
            answer = _read(line, time.monotonic() + KILLED_AFTER)
        except (OSError, EOFError):
            raise _named("ProcessDied", f"its process ended with {self._end()}") from None
        except TookTooLong:
            self._end()
            raise TimeoutError(
                f"it took longer than {KILLED_AFTER:g} s, and its process was killed"
            ) from None
        kind, value = pickle.loads(answer)
        if kind == "MemoryError":
            self._end()  # what it has taken it would keep
        return kind, value

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        parent, pid = os.getpid(), os.fork()
        if pid == 0:
            _serve(theirs.detach(), parent, self._things)
        theirs.close()
        ours.settimeout(KILLED_AFTER)
        self._pid, self._line = pid, ours
        return ours

    def _end(self) -> int:
        """Kill it, wait for it, and answer what it ended with."""
        if self._line is None:
            return 0
        self._line.close()
        self._line = None
        os.kill(self._pid, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])


def _packed(question: object) -> bytes:
    try:
        return pickle.dumps(question)
    except Exception as error:
        raise _named("PicklingError", f"its params cannot be handed to another process: {error}") from None


def _answer(answered: tuple[str, Any]) -> object:
    kind, value = answered
    if kind == "":
        return value
    raise TimeoutError(value) if kind == "TimeoutError" else _named(kind, value)


def _named(kind: str, words: str) -> Fault:
    fault: Fault = type(kind, (Fault,), {})(words)
    return fault


def _read(line: socket.socket, deadline: float) -> bytes:
    (length,) = _LENGTH.unpack(_read_bytes(line, _LENGTH.size, deadline))
    return _read_bytes(line, length, deadline)


def _read_bytes(line: socket.socket, count: int, deadline: float) -> bytes:
    data = bytearray()
    while len(data) < count:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([line], [], [], left)[0]:
            raise TookTooLong
        chunk = line.recv(count - len(data))
        if not chunk:
            raise EOFError
        data += chunk
    return bytes(data)


def _serve(descriptor: int, parent: int, things: dict[str, object]) -> NoReturn:
    """What the process does until its parent is gone. Nothing of the parent's is used, or cleaned up, in here."""
    try:
        os.closerange(3, descriptor)
        os.closerange(descriptor + 1, max(os.sysconf("SC_OPEN_MAX"), 65_536))
        _limit()
        line = socket.socket(fileno=descriptor)
        while os.getppid() == parent:
            if select.select([line], [], [], LOOKS_FOR_PARENT)[0]:
                name, method, arguments = pickle.loads(_read(line, time.monotonic() + KILLED_AFTER))
                answer = _decided(getattr(things[name], method), arguments)
                line.sendall(_LENGTH.pack(len(answer)) + answer)
    finally:
        os._exit(0)


def _decided(function: Callable[..., object], arguments: tuple[Any, ...]) -> bytes:
    """The answer, or what was raised instead, ready to be sent."""
    try:
        answer = pickle.dumps(("", within(LONGEST_DECISION, lambda: function(*arguments))))
        if len(answer) > _MOST_BYTES:
            raise ValueError(f"its answer has more than {_MOST_BYTES} bytes")
    except TookTooLong:
        return pickle.dumps(("TimeoutError", f"it took longer than {LONGEST_DECISION:g} s"))
    except BaseException as error:
        return pickle.dumps((type(error).__name__, _words(error)))
    return answer


def _words(error: BaseException) -> str:
    try:
        return str(error)[:500]
    except Exception:
        return "it cannot say what"


def _limit() -> None:
    """Signals as a new process has them; memory as large as now, and some."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGUSR1):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent; this goes when it goes
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:
            most = int(statm.read().split()[0]) * resource.getpagesize() + LIKE_TO_GROW
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        return  # where there is no /proc the alarm remains, and the parent's patience


apart = Apart()

"""CALLERS: threads that make a provider's calls, kept from call to call.

A call that does not come back keeps its thread, and only its own: who calls next finds another, or gets a new one.
Beginning a thread for each call took as long as a letter's way to the mail server next door.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any

_Call = tuple[Callable[[], Any], "Future[Any]"]
_idle: dict[tuple[int, str], list[Caller]] = defaultdict(list)


def begin(process: int, name: str, work: Callable[[], Any]) -> Future[Any]:
    """Have a thread of this name do it, in this process: a fork has none of its parent's threads."""
    try:
        caller = _idle[process, name].pop()
    except IndexError:
        caller = Caller(_idle[process, name], name)
    return caller.begin(work)


class Caller:
    """One thread. Where it waits for its next call, others find it: in `idle`."""

    def __init__(self, idle: list[Caller], name: str) -> None:
        self._idle = idle
        self._calls: SimpleQueue[_Call] = SimpleQueue()
        threading.Thread(target=self._run, name=f"provider {name}", daemon=True).start()

    def begin(self, work: Callable[[], Any]) -> Future[Any]:
        """What it will have answered, or raised."""
        future: Future[Any] = Future()
        self._calls.put((work, future))
        return future

    def _run(self) -> None:
        while True:
            work, future = self._calls.get()
            answer = wrong = None
            try:
                answer = work()
            except BaseException as error:  # nobody is above a thread's function: it is handed to who waits
                wrong = error
            # Before the answer, so that whoever has it finds this thread free.
            self._idle.append(self)
            if wrong is None:
                future.set_result(answer)
            else:
                future.set_exception(wrong)
            del work, future, answer, wrong  # a message's content is nobody's while we wait

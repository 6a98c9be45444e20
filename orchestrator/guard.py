"""GUARD: what a plugin's function may do without harm to anybody else: raise anything, or not come back.

A time limit is an alarm of the process, so it works in a process's main thread, where
workers run, and between two instructions of Python: a call that never leaves C (a pattern that backtracks for ever)
is ended by the worker's own time limit only, and code that catches whatever is raised in it is not ended at all.
"""

from __future__ import annotations

import signal
import threading
import traceback
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

T = TypeVar("T")
_FRAMES = 3  # of the innermost calls, as the log tells them


class TookTooLong(BaseException):
    """Raised inside a plugin's function when its time is over. Not an Exception: plugins catch those."""


class Raised(Exception):
    """What a plugin raised that is no Exception, and would have ended more than its own call."""


def contained(error: BaseException) -> bool:
    """Whether an error is the plugin's own: all are, but an interruption from a keyboard that may be somebody's.

    Workers have handlers of their own for that, so that it cannot be somebody's there.
    """
    if not isinstance(error, KeyboardInterrupt):
        return True
    in_main = threading.current_thread() is threading.main_thread()
    return not in_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler


def where(error: BaseException) -> str:
    """What was raised and where, for logs. Its words are left out: they may quote somebody's address or name."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = ", ".join(f"{frame.filename}:{frame.lineno} ({frame.name})" for frame in reversed(frames))
    return f"{type(error).__name__} in {places or 'no code'}"


def within(seconds: float, act: Callable[[], T]) -> T:
    """What `act` answers. Raises TookTooLong in it if it has not after `seconds`, and again every so many after."""
    if threading.current_thread() is not threading.main_thread():
        return act()
    before = signal.signal(signal.SIGALRM, _overrun)
    alarm = signal.getitimer(signal.ITIMER_REAL)
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
            return act()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        # An alarm of somebody else's goes on, later by as long as this took. What the plugin made of ours is undone.
        signal.signal(signal.SIGALRM, before if before is not None else signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, *alarm)


def _overrun(number: int, frame: FrameType | None) -> None:
    raise TookTooLong("took too long")

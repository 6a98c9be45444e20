"""Whether a function is pure, seen from outside: every call it makes of a clock, of chance or of the world is noted.

Watched are the calls that Python code makes of C functions, in the same thread. A C function that calls another
(`map(time.time, …)`) hides it; what such a function brings home is then seen by the rule that asks twice.
"""

from __future__ import annotations

import datetime
import gc
import random
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_CLOCKS = frozenset(
    {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "sleep"}
    | {"process_time", "process_time_ns", "localtime", "gmtime", "ctime"}
)
_TODAY = frozenset({"now", "utcnow", "today"})
_WORLD = {
    ("_socket", ""): "the network",
    ("_posixsubprocess", ""): "another process",
    ("_sqlite3", ""): "a database",
    ("_thread", "start_new_thread"): "a thread",
}
_FILES = frozenset({"open", "system", "unlink", "remove", "mkdir", "rename", "write"})
_LOADING = ("importlib", "zoneinfo")


@contextmanager
def watch_purity() -> Iterator[list[str]]:
    """Note what the code inside reads beyond its arguments: "the clock, datetime.now()". Empty: it is pure."""
    found: list[str] = []

    def look(frame: FrameType, event: str, called: Any) -> None:
        what = _what(called) if event == "c_call" else ""
        if what and not _loads_code(frame):
            found.append(what)

    before, collected = sys.getprofile(), gc.isenabled()
    gc.disable()  # whoever listens to the collector (Hypothesis takes its time) is not the code inside
    sys.setprofile(look)
    try:
        yield found
    finally:
        sys.setprofile(before)
        if collected:
            gc.enable()


def _what(called: Any) -> str:
    name, owner = getattr(called, "__name__", ""), getattr(called, "__self__", None)
    module = getattr(called, "__module__", "") or ""
    if module == "time" and name in _CLOCKS:
        return f"the clock, time.{name}()"
    if name in _TODAY and isinstance(owner, type) and issubclass(owner, datetime.date):
        return f"the clock, {owner.__name__}.{name}()"
    if name == "urandom" or owner is random._inst:
        return f"chance, {name}()"
    if module in ("posix", "nt", "io", "_io") and name in _FILES:
        return f"a file, {name}()"
    if isinstance(owner, socket.socket):
        module = "_socket"
    world = _WORLD.get((module, "")) or _WORLD.get((module, name))
    return f"{world}, {name}()" if world else ""


def _loads_code(frame: FrameType | None) -> bool:
    """Whether Python itself is reading a module or the table of a time zone."""
    while frame is not None:
        if str(frame.f_globals.get("__name__", "")).startswith(_LOADING):
            return True
        frame = frame.f_back
    return False

"""LEAVINGS: what a plugin leaves behind in the thread it was called in is put right, and said.

The language and the time zone of the thread, the process's signal handlers, and the database connection: a transaction
that a plugin began and did not end would swallow whatever the engine writes after it.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.utils import timezone, translation

log = logging.getLogger(__name__)
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGHUP)


@contextmanager
def put_right(plugin: str) -> Iterator[None]:
    """Around a call of a plugin: afterwards all is as it was before."""
    before = _state()
    try:
        yield
    finally:
        for what, (was, now) in {name: (before[name], value) for name, value in _state().items()}.items():
            if was != now:
                log.error("plugin %s left another %s behind; it is put right", plugin, what)
                _PUT[what](was)


def _state() -> dict[str, Any]:
    return {
        "language": translation.get_language(),
        "time zone": timezone.get_current_timezone(),
        "signal handler": tuple(signal.getsignal(one) for one in _SIGNALS),
        "transaction": (connection.in_atomic_block, len(connection.savepoint_ids), connection.autocommit),
    }


def _language(was: str | None) -> None:
    translation.activate(was) if was else translation.deactivate_all()


def _handlers(was: tuple[Any, ...]) -> None:
    if threading.current_thread() is threading.main_thread():
        for one, handler in zip(_SIGNALS, was, strict=True):
            signal.signal(one, handler if handler is not None else signal.SIG_DFL)


def _connection(was: tuple[bool, int, bool]) -> None:
    """What was not committed is lost with the connection: it was the plugin's. Inside a transaction of ours there is
    nothing that could be saved: it fails."""
    if was[0]:
        connection.needs_rollback = True
    elif connection.connection is not None:
        connection.connection.close()
        connection.connect()  # begins anew, outside any transaction


_PUT: dict[str, Any] = {
    "language": _language,
    "time zone": timezone.activate,
    "signal handler": _handlers,
    "transaction": _connection,
}

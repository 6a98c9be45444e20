"""AGAIN: a transaction that lost against another, or lost its connection, is run again, whole.

For transactions that may be run twice: what they write is fenced, so that a commit of which nobody knows whether it
came through does no harm.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

T = TypeVar("T")
log = logging.getLogger(__name__)
TRIES = 5
SHORTEST = 0.05  # seconds; each rest may be twice as long as the one before
PATIENT_TRIES = 8  # some seconds in all: longer than a worker moves one batch
_LOCK_NOT_AVAILABLE = "55P03"
_CLASHES = frozenset({"40P01", "40001", _LOCK_NOT_AVAILABLE})  # deadlock, serialization failure, lock timeout
_GONE = ("08", "57P")  # connection exceptions, shutdown


def again(act: Callable[[], T], tries: int = TRIES) -> T:
    """Run `act`, which opens a transaction of its own; at most `tries` times, with longer and longer rests between."""
    for tried in range(1, tries):
        try:
            return act()
        except (OperationalError, InterfaceError) as error:
            # Inside a larger transaction, that one is what must be run again.
            if connection.in_atomic_block or not _passing(error):
                raise
            log.warning("a transaction is run again: %s", error)
        time.sleep(random.uniform(0, SHORTEST * 2**tried))
    return act()


class Busy(Exception):
    """Others held what was wanted until we gave up; nothing is done."""


def patiently(act: Callable[[], T]) -> T:
    """As `again`, for what gives way to whoever holds a row (`nowait`): tries for some seconds, then raises Busy."""
    try:
        return again(act, PATIENT_TRIES)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != _LOCK_NOT_AVAILABLE:
            raise
        raise Busy from error


def _passing(error: Exception) -> bool:
    """Whether another try may do better; a connection that is gone is put away."""
    state = getattr(error.__cause__, "sqlstate", None)
    if connection.vendor == "sqlite":
        return "locked" in str(error)
    if state in _CLASHES:
        return True
    if state is None or state.startswith(_GONE):
        connection.close()
        return True
    return False

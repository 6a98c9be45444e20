"""ROUNDS: looking and telling, as a Celery task has it every half minute, or a thread beside `manage.py work`.

Apart from what workers do: a mail server that hangs must hold up nobody's message.
"""

from __future__ import annotations

import logging
import threading
from contextlib import ExitStack

from django.db import close_old_connections, connections

from orchestrator.journeys.alarms.tell import Clock, tell
from orchestrator.journeys.alarms.watch import EVERY, watch
from orchestrator.journeys.approval import lapse
from orchestrator.journeys.notify import notify
from orchestrator.workspace import audit_watch

log = logging.getLogger(__name__)


def look(clock: Clock) -> None:
    """Verify the audit log if it is time, look at what is wrong and what has lapsed, and tell what is to be told. Each goes
    on though another cannot.
    """
    with ExitStack() as each:
        each.callback(notify, clock)
        each.callback(tell, clock)
        each.callback(lambda: lapse(clock()))
        each.callback(lambda: watch(clock()))
        audit_watch.look(clock())


def begin(clock: Clock, stopping: threading.Event) -> threading.Thread:
    """Look now and every half minute, in a thread that ends when it is stopped, and with its process at the latest."""
    thread = threading.Thread(target=_go_on, args=(clock, stopping), name="alarms", daemon=True)
    thread.start()
    return thread


def _go_on(clock: Clock, stopping: threading.Event) -> None:
    while not stopping.is_set():
        try:
            close_old_connections()
            look(clock)
        except Exception:
            log.exception("alarms could not be looked at, and are looked at again in half a minute")
        finally:
            connections.close_all()
        stopping.wait(EVERY.total_seconds())

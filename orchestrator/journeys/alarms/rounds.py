"""ROUNDS: looking and telling, as a Celery task has it every half minute, or a thread beside `manage.py work`.

Apart from what workers do: a mail server that hangs must hold up nobody's message.
"""

from __future__ import annotations

import threading
from contextlib import ExitStack

from orchestrator.journeys.alarms.tell import Clock, tell
from orchestrator.journeys.alarms.watch import EVERY, watch
from orchestrator.journeys.approval import lapse
from orchestrator.journeys.beside import Beside, start
from orchestrator.journeys.notify import notify
from orchestrator.workspace import audit_watch


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
    alarms = Beside("alarms", lambda clock, _stopping: look(clock), EVERY.total_seconds())
    return start(alarms, clock, stopping)

"""ROUNDS: telling, in a thread beside a Celery worker's work, or beside `manage.py work`."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime

from django.db import close_old_connections, connections

from orchestrator.journeys import beside
from orchestrator.webhooks.deliver import deliver

log = logging.getLogger(__name__)
EVERY = 1.0  # seconds between two looks of `manage.py work`
_thread: threading.Thread | None = None


def handle() -> None:
    """Go round with `manage.py work`."""
    beside.register(beside.Beside("webhooks", deliver, EVERY))


def begin() -> bool:
    """Begin a round in a thread of this process; answers whether it did, since none was under way."""
    global _thread
    if _thread is not None and _thread.is_alive():
        return False
    _thread = threading.Thread(target=_round, name="webhooks", daemon=True)
    _thread.start()
    return True


def _round() -> None:
    try:
        close_old_connections()
        deliver(_now)
    except Exception:
        log.exception("webhooks could not be told, and are told by the next round")
    finally:
        connections.close_all()


def _now() -> datetime:
    return datetime.now(UTC)

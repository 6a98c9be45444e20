"""Two workers in one test: threads with connections of their own, and a look at who waits for whom."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connection

from tests.installation import until


class Beside(threading.Thread):
    """An act in a thread of its own, begun at once; `done()` waits for its end, and raises what it raised."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self._act = act
        self._wrong: BaseException | None = None
        self.start()

    def run(self) -> None:
        """The act; the thread's connection is closed after it."""
        try:
            self._act()
        except BaseException as error:
            self._wrong = error
        finally:
            connection.close()

    def done(self) -> None:
        """Wait for its end."""
        self.join(60)
        assert not self.is_alive()
        if self._wrong is not None:
            raise self._wrong


def somebody_waits() -> None:
    """Return once another connection waits for a lock that this one holds (PostgreSQL)."""
    until(_waits, seconds=20)


def _waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted"
            " AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])

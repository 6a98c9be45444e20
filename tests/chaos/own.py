"""The crew's own look at the tables, which outlives a server that is restarted."""

from __future__ import annotations

import time
from typing import Any

import psycopg

WAITED_FOR = 60.0  # seconds


class Own:
    """A connection that is made anew where it is lost. Only for questions: they may be asked twice."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection = psycopg.connect(url, autocommit=True)

    def execute(self, sql: str, given: Any = None) -> psycopg.Cursor[Any]:
        """Ask, for as long as nobody answers."""
        end = time.monotonic() + WAITED_FOR
        while True:
            try:
                if self._connection.closed:
                    self._connection = psycopg.connect(self._url, autocommit=True)
                return self._connection.execute(sql, given)
            except psycopg.OperationalError:
                self._connection.close()
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)

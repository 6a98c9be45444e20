"""Those who live beside the workers ask, and do, again where the server went away: as people do when a page fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

T = TypeVar("T")
AWAY = 60.0  # seconds for which it is waited for


def value(sql: str, given: object) -> float:
    """The first of the first row."""
    return float(rows(sql, given)[0][0])


def rows(sql: str, given: object) -> list[tuple[int, str]]:
    """The tables, asked until they answer."""

    def ask() -> list[tuple[int, str]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, given)
            return list(cursor.fetchall())

    return outlasting(ask)


def outlasting(act: Callable[[], T]) -> T:
    """Do it; again where the server went away, as people do when a page fails. Whatever else goes wrong is raised."""
    end = time.monotonic() + AWAY
    while True:
        try:
            return act()
        except (OperationalError, InterfaceError) as error:
            state = getattr(error.__cause__, "sqlstate", None)
            if (state and not state.startswith(("08", "57P"))) or time.monotonic() > end:
                raise
            connection.close()
            time.sleep(0.02)

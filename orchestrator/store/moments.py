"""Moments as the databases write them, read once however many rows hold them.

Both write text, which is parsed anew for every value: a sixth of all reading on SQLite, and on PostgreSQL, where
Django's loader does it in Python, more than that. A batch of the engine holds thousands of moments, but few different
ones. Importing this module is enough.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db.backends.signals import connection_created
from django.db.backends.sqlite3 import base as _base  # noqa: F401  registers its own converter, which ours replaces


@lru_cache(maxsize=65_536)
def moment(text: bytes) -> datetime:
    """A column's text, which is in UTC, as a moment that says so."""
    return datetime.fromisoformat(text.decode()).replace(tzinfo=UTC)


def computed(value: datetime | str) -> datetime:
    """A moment that is no column's but a statement's own: SQLite answers such a one as text."""
    return moment(value.encode()) if isinstance(value, str) else value


sqlite3.register_converter("datetime", moment)


def _read_here(sender: object, connection: Any, **_: object) -> None:
    """Every new connection to PostgreSQL reads moments as above; the session's zone is UTC, as Django sets it."""
    if connection.vendor == "postgresql":
        connection.connection.adapters.register_loader("timestamptz", _loader())


@lru_cache(maxsize=1)
def _loader() -> type:
    from psycopg.types.datetime import TimestamptzLoader

    class Moments(TimestamptzLoader):
        timezone = UTC  # Django asks for it, and where it is not the connection's, takes its own loader

        def load(self, data: Any) -> datetime:
            text = bytes(data)
            if text.endswith(
                b"+00"
            ):  # neither `infinity` nor a year before Christ, of which the driver says what is wrong
                return moment(text)
            return super().load(data).astimezone(UTC)

    return Moments


connection_created.connect(_read_here, dispatch_uid="moments")

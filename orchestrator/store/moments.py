"""Moments as SQLite keeps them, read once however many rows hold them.

SQLite keeps text. Django parses it anew for every value, which took a sixth of all reading; a batch of the engine
holds thousands of moments, but few different ones. Importing this module is enough.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from functools import lru_cache

from django.db.backends.sqlite3 import base as _base  # noqa: F401  registers its own converter, which ours replaces


@lru_cache(maxsize=65_536)
def moment(text: bytes) -> datetime:
    """A column's text, which is in UTC, as a moment that says so."""
    return datetime.fromisoformat(text.decode()).replace(tzinfo=UTC)


sqlite3.register_converter("datetime", moment)

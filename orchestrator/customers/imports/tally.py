"""TALLY: how often each of many was seen, in little memory however many they are.

What a file's keys are counted by lies in a temporary file of SQLite's own, which has no name and goes with its process: a
few microseconds a key buy memory that does not grow with the file.
"""

from __future__ import annotations

import sqlite3
from hashlib import blake2b


class Tally:
    """Counts keys; `len` is how many different ones there are."""

    def __init__(self) -> None:
        self._rows = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._rows.execute("PRAGMA journal_mode = OFF")
        self._rows.execute("PRAGMA cache_size = -4096")  # kB
        self._rows.execute("CREATE TABLE seen (key PRIMARY KEY, times INTEGER NOT NULL) WITHOUT ROWID")
        self._rows.execute("BEGIN")
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, key: bytes | int | str) -> int:
        """How often it was seen before; it is seen once more now."""
        key = blake2b(key.encode(), digest_size=16).digest() if isinstance(key, str) else key
        times = self._rows.execute("SELECT times FROM seen WHERE key = ?", (key,)).fetchone()
        if times is None:
            self._count += 1
            self._rows.execute("INSERT INTO seen VALUES (?, 1)", (key,))
            return 0
        self._rows.execute("UPDATE seen SET times = times + 1 WHERE key = ?", (key,))
        return int(times[0])

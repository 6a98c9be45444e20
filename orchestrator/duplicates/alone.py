"""ALONE: a chunk of a search and an erasure never pass each other.

A search reads people, and writes hashes of what it read; an erasure in between would find nothing to take away, and leave
somebody's hashes behind. Erasures go beside each other and wait for a chunk, a second at most; a chunk waits for them.
Merges need none of it: whose hashes are left is still there, and the next search takes them away.
"""

from __future__ import annotations

from django.db import connection

# Any number that nobody else locks by.
LOCK = 0x74776963


def search_alone() -> None:
    """Until the transaction ends nobody is erased. On SQLite the transaction is that lock."""
    _lock("pg_advisory_xact_lock")


def beside_searches() -> None:
    """Until the transaction ends no search reads or writes."""
    _lock("pg_advisory_xact_lock_shared")


def _lock(function: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [LOCK])

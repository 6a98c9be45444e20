"""What a process and its children have used, as Linux tells it; None elsewhere, and figures say so."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from django.db import connection

_TICK = os.sysconf("SC_CLK_TCK")
_BACKGROUND = ("walwriter", "checkpointer", "background writer")


def can_tell() -> bool:
    """Whether this machine keeps /proc."""
    return Path("/proc/self/stat").exists()


def family(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            found += family(int(child))
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time of these processes, all their threads; those that are gone count nothing."""
    return sum(map(_cpu, pids))


def resident_mb(pids: Iterable[int]) -> float:
    """Memory that they hold. Pages which a family shares are counted for each: an upper bound."""
    return sum(map(resident, pids)) / 1e6


def backends() -> list[int]:
    """Processes of the database that work for us now, with those that write the log; empty where they run elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() OR backend_type = ANY(%s)",
            [list(_BACKGROUND)],
        )
        pids = [row[0] for row in cursor.fetchall()]
    return [pid for pid in pids if _is_postgres(pid)]


def _cpu(pid: int) -> float:
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(after_name[11]) + int(after_name[12])) / _TICK


def resident(pid: int) -> int:
    """Bytes of memory that a process holds; 0 once it has gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _is_postgres(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text().startswith("postgres")
    except (FileNotFoundError, ProcessLookupError):
        return False

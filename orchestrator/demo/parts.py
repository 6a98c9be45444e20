"""LIVE IN PARTS: a tale of many people on every core of the machine.

People's lives do not touch one another, so they are dealt out to processes. On SQLite, where there is one writer at a
time, each process has a copy of the published database for its part; what came of it is brought together at the end.
The price: ids of the other parts begin at 10,000,000, so they do not tell which message came first. PostgreSQL works
on another core than we do as it is, and lives the tale in one part.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from zlib import crc32

from django.db import connection, transaction

from orchestrator.demo.live import hurry, live, publish_all
from orchestrator.demo.tale import Tale
from orchestrator.workspace.sequence import NAME

APART = 10_000_000  # between the ids of two parts
FEW = 5_000  # acts; a shorter tale is told sooner in one part than brought together from two
Advance = Callable[[float], None]


def live_in_parts(tale: Tale, advance: Advance) -> None:
    """Live a tale without reactions, in as many parts as there are cores."""
    publish_all(tale.begins)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    count = min(cores, 8) if connection.vendor == "sqlite" and len(tale.acts) > FEW else 1
    with tempfile.TemporaryDirectory(dir=_folder() if count > 1 else None) as folder:
        _live_beside(deal(tale, count), Path(folder), advance)


def deal(tale: Tale, count: int) -> list[Tale]:
    """The tale in `count` parts, each with all that some of its people do."""
    return [
        replace(
            tale,
            newcomers=[one for one in tale.newcomers if _hand(str(one.person.external_id), count) == part],
            acts=[act for act in tale.acts if _hand(act.who, count) == part],
        )
        for part in range(count)
    ]


def _hand(who: str, count: int) -> int:
    return crc32(who.encode()) % count


def _live_beside(tales: Sequence[Tale], folder: Path, advance: Advance) -> None:
    """The first part here, in our own database; each of the others in a process and a copy of its own."""
    context: Any = multiprocessing.get_context("fork")
    shares = context.Array("d", len(tales))
    copies = {number: _copy(folder / f"{number}.sqlite3", number) for number in range(1, len(tales))}
    connection.close()  # a process must never meet another's connection
    others = {
        number: context.Process(target=_live_there, args=(tales[number], path, shares, number), daemon=True)
        for number, path in copies.items()
    }
    for process in others.values():
        process.start()

    def tell(share: float) -> None:
        shares[0] = share
        advance(min(shares))

    live(tales[0], None, tell)
    for number, process in others.items():
        while process.is_alive():
            process.join(0.5)
            tell(1.0)
        if process.exitcode:
            raise RuntimeError(f"part {number} of the demo ended with {process.exitcode}; its error is above")
        _bring_in(copies[number], number)


def _live_there(tale: Tale, path: Path, shares: Any, number: int) -> None:
    connection.settings_dict["NAME"] = str(path)
    live(tale, None, lambda share: shares.__setitem__(number, share))
    connection.close()


def _copy(path: Path, number: int) -> Path:
    """A copy of the database as it is, whose new rows get ids of their own."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(path)])
        cursor.execute("ATTACH DATABASE %s AS part", [str(path)])
        cursor.execute("DELETE FROM part.sqlite_sequence")
        first = [(table, number * APART) for table in _numbered()]
        cursor.executemany("INSERT INTO part.sqlite_sequence (name, seq) VALUES (%s, %s)", first)
        cursor.execute("REPLACE INTO part.workspace_sequence VALUES (%s, %s)", [NAME, number * APART])
        cursor.execute("DETACH DATABASE part")
    return path


def _bring_in(path: Path, number: int) -> None:
    """Copy a part's new rows into our database."""
    hurry()
    with connection.cursor() as cursor:
        cursor.execute("ATTACH DATABASE %s AS part", [str(path)])
        cursor.execute("PRAGMA foreign_keys=OFF")
        with transaction.atomic():
            for table in _tables():
                key = f"WHERE id > {number * APART}" if table in _numbered() else ""
                how = "INSERT" if key else "INSERT OR IGNORE"
                cursor.execute(f'{how} INTO main."{table}" SELECT * FROM part."{table}" {key}')
            cursor.execute(
                "UPDATE workspace_sequence SET value = (SELECT max(value) FROM part.workspace_sequence)"
            )
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("DETACH DATABASE part")


def _tables() -> list[str]:
    return [name for name in connection.introspection.table_names() if name != "workspace_sequence"]


def _numbered() -> frozenset[str]:
    """Tables whose ids are counted: all of ours but those keyed by another row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM main.sqlite_master WHERE type = 'table' AND sql LIKE '%%AUTOINCREMENT%%'"
        )
        return frozenset(row[0] for row in cursor.fetchall())


def _folder() -> str:
    return str(Path(str(connection.settings_dict["NAME"])).parent)

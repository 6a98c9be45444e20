"""What a line of the audit log costs: python -m tests.bench.audit [COUNT]. On PostgreSQL, in a database of its own.

Beside it stands a plain insert of the same row, each in a transaction that commits, by one writer and by eight.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from tests.bench import server

WRITERS = (1, 8)


def main(each: int) -> None:
    """Measure, and print one line a figure."""
    folder = tempfile.TemporaryDirectory(prefix="bench-")
    with folder, server.settled(Path(folder.name)):
        ways = {"plain insert": _plain(), "note()": _noted()}
        for writers in WRITERS:
            rates = {name: max(_rate(act, writers, each) for _ in range(3)) for name, act in ways.items()}
            told = ", ".join(f"{name} {rate:.0f}/s" for name, rate in rates.items())
            print(f"{writers} at once: {told}; ratio {rates['note()'] / rates['plain insert']:.2f}")
        _verified()


def _rate(act: Callable[[], object], writers: int, each: int) -> float:
    def many() -> None:
        from django.db import connection

        for _ in range(each // writers):
            act()
        connection.close()

    threads = [threading.Thread(target=many) for _ in range(writers)]
    began = time.perf_counter()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return each // writers * writers / (time.perf_counter() - began)


def _noted() -> Callable[[], object]:
    from orchestrator.workspace.audit import Action, note

    return lambda: note(Action.CHANGED, None, name=["before", "after"])


def _plain() -> Callable[[], object]:
    """The same row, neither numbered in a queue nor hashed, into a table that is alike but for the guards."""
    from django.db import connection, transaction
    from django.utils import timezone

    numbers = count(1)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE plain_entry (LIKE workspace_auditentry INCLUDING ALL)")
    sql = (
        "INSERT INTO plain_entry (number, at, who, who_id, who_name, action, subject, subject_id, title, details,"
        " previous, hash) VALUES (%s, %s, 'system', '', '', 'changed', '', '', '', %s, %s, %s)"
    )

    def insert() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                sql, [next(numbers), timezone.now(), '{"name": ["before", "after"]}', "0" * 64, "1" * 64]
            )

    return insert


def _verified() -> None:
    from orchestrator.workspace import audited

    began = time.perf_counter()
    chain, breaks = audited.verify()
    assert list(breaks) == []
    print(f"verified: {chain.count} entries, {chain.count / (time.perf_counter() - began):.0f}/s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)

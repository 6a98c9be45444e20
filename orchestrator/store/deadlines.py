"""DEADLINES: how long a worker's statement waits for a lock, and how long it takes. Only PostgreSQL keeps them.

A statement that runs into one fails with its whole transaction: nothing of the batch is done, nothing is held, and the
next round finds the same rows. Only workers keep deadlines: a migration, a command or a page takes what it takes.

Nor is a batch's statement spread over several processes of the database: to begin them takes ten times as long as the
statement itself (10 ms where it took 1, measured), and PostgreSQL thinks it worth while from some hundred rows.
"""

from __future__ import annotations

from django.db import OperationalError, connection, connections

LOCK, STATEMENT = 2.0, 10.0  # seconds
# Seconds for a statement that may look at everybody. Less than a Celery task may take, so that it fails by itself.
WHOLE_BASE = 45
PROCESSES = 2  # beside the connection's own, for such a statement: what PostgreSQL itself begins with
_PARALLEL = "max_parallel_workers_per_gather"
_LOCK_NOT_AVAILABLE, _CANCELED = "55P03", "57014"


def keep() -> None:
    """From now on in this process, in every connection; what the database's URL says of them itself goes before.

    They are given when a connection is made, so that none is ever without; the price: a pooler in between must let
    start-up options through.
    """
    own = connections["default"]
    if own.vendor != "postgresql":
        return
    options = own.settings_dict.setdefault("OPTIONS", {})
    ours = f"-c lock_timeout={LOCK * 1000:.0f} -c statement_timeout={STATEMENT * 1000:.0f} -c {_PARALLEL}=0"
    if ours not in options.get("options", ""):
        options["options"] = f"{ours} {options.get('options', '')}".rstrip()
        own.close()


def extend(processes: int = PROCESSES) -> None:
    """Until this transaction ends, where deadlines are kept: its statements may look at the whole base, in parallel."""
    if connection.vendor == "postgresql" and "statement_timeout" in _given():
        with connection.cursor() as cursor:
            cursor.execute(
                f"SET LOCAL statement_timeout = '{WHOLE_BASE}s'; SET LOCAL {_PARALLEL} = {processes}"
            )


def passed(error: OperationalError) -> bool:
    """Whether it says that a deadline has passed, and nothing worse."""
    return getattr(error.__cause__, "sqlstate", "") in (_LOCK_NOT_AVAILABLE, _CANCELED)


def _given() -> str:
    return str(connection.settings_dict.get("OPTIONS", {}).get("options", ""))

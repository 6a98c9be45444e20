"""CONVERT: carry the planned steps out, one transaction each. Killed anywhere, the table is as the last whole step left it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from functools import partial

from django.db import OperationalError, connection, transaction

from orchestrator.journeys.partitions.catalogue import shape
from orchestrator.journeys.partitions.conversion import Step, steps
from orchestrator.journeys.partitions.tables import Monthly
from orchestrator.store.again import Busy, patiently

# Whoever waits for a table makes all wait who come after: so we wait a moment, stand back, and try again. Longer than
# PostgreSQL's deadlock_timeout of a second, since only then is an autovacuum in our way told to stop.
PATIENCE = ("SET LOCAL lock_timeout = '1500ms'", "SET LOCAL statement_timeout = 0")

LOCK_NOT_AVAILABLE = "55P03"


class Obstructed(Exception):
    """Something hangs on the table that would not follow it; nothing is done."""


def convert(monthly: Monthly, now: datetime) -> Iterator[tuple[Step, float]]:
    """Do what is left to do; each step with its milliseconds, once it is done. Busy if others do not let go."""
    while left := remaining(monthly, now):
        yield left[0], patiently(partial(run, left[0]))


def remaining(monthly: Monthly, now: datetime) -> list[Step]:
    """What is left to do, by what the database says and nothing else."""
    found = shape(monthly.table)
    if found.obstacles and not found.partitioned:
        raise Obstructed(f"{monthly.table} cannot be converted: on it hangs {', '.join(found.obstacles)}")
    return steps(monthly, found, now)


def run(step: Step) -> float:
    """One step, in a transaction; its milliseconds, counted from when it had the lock that it asks for first."""
    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for sql in (*PATIENCE, *step.sql):
            cursor.execute(sql)
            if sql.startswith("LOCK TABLE"):
                began = time.perf_counter()
    return (time.perf_counter() - began) * 1000


def attempt(step: Step) -> None:
    """One step inside the caller's transaction, which goes on if the lock is not to be had: then Busy, and nothing is done."""
    try:
        run(step)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE:
            raise
        raise Busy from error

"""CARRY: an import goes on, one chunk at a time, until it is done. Workers call this in every round.

What a chunk stores, how far the file is read and what is counted are one transaction. So a worker may be killed at any
moment: whoever comes next reads the file from its beginning, passes what is done, and stores the rest, nothing twice. A
worker keeps the file open between two chunks, for which the others leave it alone while its lease runs.
"""

from __future__ import annotations

import logging
import os
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.db import OperationalError, transaction
from django.db.models import F, Q

from orchestrator.customers.imports.asked import drop, form_of, kind_of, note_end, setting_of, source_of
from orchestrator.customers.imports.files import FileError
from orchestrator.customers.imports.kinds import Item, Outcome, Reader
from orchestrator.customers.imports.run import MOST, reading, store, wrong
from orchestrator.customers.imports.table import RowError
from orchestrator.customers.models import Import, ImportProblem
from orchestrator.domain.wording import Words, as_json, words_of
from orchestrator.store import bulk, deadlines

log = logging.getLogger(__name__)
BATCH = 1  # chunks
LEASE = timedelta(seconds=20)
MOST_LOST = 5  # workers that may die at the same place
_BROKE = Words("it broke after line %(line)s: %(error)s")
State = Import.State
Chunk = list[Item | RowError]


class _Lost(Exception):
    """Somebody else has it now, or it was stopped: nothing of the chunk stays."""


class _TakenBack(Exception):
    """It was only tried."""


@dataclass(slots=True)
class _Open:
    """The file that this worker is in the middle of."""

    of: int
    done: int
    began_at: datetime
    reader: Reader
    chunks: Iterator[Chunk]
    close: ExitStack


_opened: dict[int, _Open] = {}  # by process: a fork has none of its parent's


def carry(now: datetime, limit: int = BATCH) -> int:
    """Store the next chunk of an import that is due; answers how many there were. Two workers never read the same one."""
    row = _claimed(now)
    if row is None:
        return 0
    if row.state not in Import.UNDER_WAY:
        drop([row.pk])
        return 1
    try:
        _go_on(row, now)
    except _Lost:
        _put_away()
    except FileError as error:
        _put_away()
        _end(row, State.FAILED, now, words_of(error))
    except OperationalError:
        _put_away()  # the round says what of it: a deadline, or a database that is away
        raise
    except Exception as error:
        _put_away()
        log.exception("import %s cannot go on after line %s", row.pk, row.line)
        _end(row, State.FAILED, now, _BROKE.fill(line=row.line, error=type(error).__name__))
    return 1


@transaction.atomic
def _claimed(now: datetime) -> Import | None:
    """The import that this worker goes on with: its own, or one that nobody's lease runs for."""
    mine = _me(os.getpid())
    free = Q(lease_until=None) | Q(lease_until__lte=now) | Q(claim=mine)
    due = Import.objects.filter(free, due_at__lte=now).order_by("due_at", "id")
    row = due.select_for_update(skip_locked=True, of=("self",)).first()
    if row is None or row.state not in Import.UNDER_WAY:
        return row
    if row.claim not in (None, mine):
        row.lost += 1
    row.claim, row.lease_until, row.state = mine, now + LEASE, State.RUNNING
    row.began_at = row.began_at or now
    row.save(update_fields=["claim", "lease_until", "state", "began_at", "lost"])
    return row


@cache
def _me(process: int) -> uuid.UUID:
    return uuid.uuid4()


def _go_on(row: Import, now: datetime) -> None:
    if row.lost >= MOST_LOST:
        raise FileError(
            "%(lost)s workers died at the rows behind line %(line)s; bring the file without them",
            lost=row.lost,
            line=row.line,
        )
    opened = _reading_of(row)
    chunk = next(opened.chunks, None)
    if chunk is None:
        _put_away()
        _end(row, State.DONE, now)
        return
    with transaction.atomic():
        deadlines.extend()
        outcome = _stored(opened.reader, chunk, row.dry)
        _move(row, chunk, outcome, now)
    opened.done = row.done


def _reading_of(row: Import) -> _Open:
    """The file where it was left; opened anew, and read up to there, if this worker left it elsewhere or not at all."""
    opened = _opened.get(os.getpid())
    if opened and (opened.of, opened.done, opened.began_at) == (row.pk, row.done, row.began_at):
        return opened
    _put_away()
    assert row.began_at is not None
    close = ExitStack()
    try:
        one = close.enter_context(
            reading(kind_of(row), source_of(row), setting_of(row.began_at), form_of(row))
        )
    except BaseException:
        close.close()
        raise
    chunks = one.chunks(row.done, _counted(row) if row.dry and row.done else None)
    opened = _Open(row.pk, row.done, row.began_at, one.reader, chunks, close)
    _opened[os.getpid()] = opened
    return opened


def _counted(row: Import) -> Callable[[Item], bool]:
    """Which items of a dry run were counted before: all but those that are named as left out."""
    left = set(ImportProblem.objects.filter(of=row.pk, stored=False).values_list("line", flat=True))
    return lambda item: item.line not in left


def _put_away() -> None:
    opened = _opened.pop(os.getpid(), None)
    if opened is not None:
        opened.close.close()


def _stored(reader: Reader, chunk: Chunk, dry: bool) -> Outcome:
    """What storing it did; of a dry run nothing stays but that."""
    outcome = Outcome()
    try:
        with transaction.atomic():
            outcome = store(reader, chunk)
            if dry:
                raise _TakenBack
    except _TakenBack:
        pass
    return outcome


def _move(row: Import, chunk: Chunk, outcome: Outcome, now: datetime) -> None:
    """How far it is now. The import's row is locked after the customers': whoever erases locks them in that order too."""
    errors = wrong(chunk, outcome)
    room = max(0, MOST - row.left_out - row.kept_out)
    told = [(one, False) for one in errors] + [(one, True) for one in outcome.kept_out]
    counts = Counter(row.counts)
    counts.update(outcome.counts)
    before, row.done, row.line = row.done, row.done + len(chunk), max(row.line, chunk[-1].line)
    row.counts, row.lost, row.lease_until = dict(counts), 0, now + LEASE
    row.left_out, row.kept_out = row.left_out + len(errors), row.kept_out + len(outcome.kept_out)
    moved = Import.objects.filter(pk=row.pk, claim=row.claim, done=before, state=State.RUNNING).update(
        done=row.done, line=row.line, counts=row.counts, left_out=row.left_out, kept_out=row.kept_out, lost=0,
        lease_until=row.lease_until,
    )  # fmt: skip
    if not moved:
        raise _Lost
    rows = [
        (row.pk, one.line, str(one.message)[:500], as_json(one.message) or {}, stored)
        for one, stored in told[:room]
    ]
    bulk.insert(ImportProblem, ("of", "line", "message", "told", "stored"), rows)


def _end(row: Import, state: str, now: datetime, problem: str = "") -> None:
    with transaction.atomic():
        row.state, row.problem, row.finished_at = state, str(problem), now
        running = Import.objects.filter(pk=row.pk, claim=row.claim, done=row.done, state=State.RUNNING)
        if running.update(
            state=state,
            problem=str(problem),
            told=as_json(problem) or {},
            finished_at=now,
            claim=None,
            lease_until=None,
            due_at=F("kept_until"),
        ):
            note_end(row, row.by, now)

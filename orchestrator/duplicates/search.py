"""SEARCH: everybody is compared with whoever they share something with, once a day, chunk by chunk.

A chunk is a transaction, and how far the search has come is part of it: killed anywhere it goes on just there, and two
workers never share one. First everybody's keys are written, then those that several share are gone through, by their
hashes: a slice of them holds as many keys as any other, however many people there are, so memory holds a chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import transaction

from orchestrator.customers.chunks import following
from orchestrator.duplicates import keys, pairs
from orchestrator.duplicates.alone import search_alone
from orchestrator.duplicates.facts import load
from orchestrator.duplicates.models import DuplicateSearch, LikelyDuplicate
from orchestrator.segments.matching import Span
from orchestrator.store import deadlines

BATCH = 2_000  # people in a transaction: an erasure waits for it, and is patient for two seconds
KEYS_AT_ONCE = 20_000  # and of the second round
EVERY = timedelta(days=1)
_LOWEST, _ALL = -(2**63), 2**64  # hashes are spread evenly over all that a database counts
Phase, State = DuplicateSearch.Phase, LikelyDuplicate.State


def want(now: datetime) -> DuplicateSearch:
    """Begin a search now, whenever the next was due; one that is under way goes on. From then on there is one a day."""
    running = DuplicateSearch.objects.filter(due_at__isnull=False).order_by("-id").first()
    if running is None:
        return DuplicateSearch.objects.create(began_at=now, due_at=now)
    if running.phase == Phase.DONE:
        DuplicateSearch.objects.filter(pk=running.pk, phase=Phase.DONE, due_at__isnull=False).update(
            due_at=now
        )
    return running


def search(now: datetime, limit: int = BATCH) -> int:
    """Do the next chunk of a search that is due; answers how much it looked at, 0 where nothing is due.

    What ends a phase looks at nothing and answers 1: there is more to do.
    """
    with transaction.atomic():
        due = DuplicateSearch.objects.filter(due_at__lte=now).order_by("id")
        one = due.select_for_update(skip_locked=True).first()
        if one is None:
            return 0
        deadlines.extend()
        search_alone()
        return _PHASES[Phase(one.phase)](one, now, limit)


def newest() -> DuplicateSearch | None:
    """The last search, be it done or under way."""
    return DuplicateSearch.objects.order_by("-id").first()


def _keys(one: DuplicateSearch, now: datetime, limit: int) -> int:
    """The keys of the next people; who was taken away from between two ids has none to write."""
    count, last = following(one.cursor, limit)
    if count:
        span = Span(one.cursor, last)
        people = load(span)
        one.keys += keys.write(span, people)
        one.people += len(people)
        one.cursor = last
    else:
        one.phase, one.cursor = Phase.PAIRS, 0
    _keep(one)
    return count or 1


def _pairs(one: DuplicateSearch, now: datetime, limit: int) -> int:
    """The next slice of the keys, and whoever shares one of them."""
    slices = max(1, -(-one.keys // KEYS_AT_ONCE))
    if one.cursor < slices:
        shared = pairs.shared(*_bounds(one.cursor, slices))
        one.found += pairs.store(pairs.compare(shared.pairs), one.pk, now)
        one.compared += len(shared.pairs)
        one.crowds = _added(one.crowds, shared)
        one.cursor += 1
    else:
        _end(one, now)
    _keep(one)
    return 1


def _end(one: DuplicateSearch, now: datetime) -> None:
    """What this search has not found again is no longer alike, or somebody of it is not there any more."""
    unseen = LikelyDuplicate.objects.filter(state=State.OPEN, search__lt=one.pk)
    one.gone = unseen.update(state=State.GONE, decided_at=now)
    one.phase, one.cursor, one.ended_at, one.due_at = Phase.DONE, 0, now, now + EVERY


def _next(one: DuplicateSearch, now: datetime, limit: int) -> int:
    """A day has gone by: the next search."""
    DuplicateSearch.objects.filter(pk=one.pk).update(due_at=None)
    DuplicateSearch.objects.create(began_at=now, due_at=now)
    return 1


def _bounds(slice_: int, slices: int) -> tuple[int, int]:
    """The lowest and the highest hash of a slice."""
    return _LOWEST + _ALL * slice_ // slices, _LOWEST + _ALL * (slice_ + 1) // slices - 1


def _added(crowds: Mapping[str, list[int]], shared: pairs.Shared) -> dict[str, list[int]]:
    answer = dict(crowds)
    for kind, count in shared.crowds.items():
        known, people = answer.get(kind.name.lower(), (0, 0))
        answer[kind.name.lower()] = [known + count, people + shared.crowded[kind]]
    return answer


def _keep(one: DuplicateSearch) -> None:
    names = [field.name for field in DuplicateSearch._meta.concrete_fields if not field.primary_key]
    DuplicateSearch.objects.filter(pk=one.pk).update(**{name: getattr(one, name) for name in names})


_PHASES: Mapping[str, Callable[[DuplicateSearch, datetime, int], int]] = {
    Phase.KEYS: _keys,
    Phase.PAIRS: _pairs,
    Phase.DONE: _next,
}

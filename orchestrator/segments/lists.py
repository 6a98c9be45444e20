"""LISTS: segments without a rule. Somebody says who is on one, and that is the truth: no pass touches it.

To journeys and rules a list is a segment like any other: who is put on it has come in, who is taken off has gone.
An erasure takes people off, a merge unites the two (erasing.py, joining.py).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from orchestrator.customers.models import Customer
from orchestrator.customers.survivors import lock_survivors
from orchestrator.segments.models import Segment
from orchestrator.segments.refresh import Stored, put

AT_ONCE = 5_000  # people a transaction: who is put on is locked meanwhile


def make_list(key: str, title: str, now: datetime, aim: str = "", owner_id: int | None = None) -> int:
    """A new list that nobody is on; answers its number. IntegrityError where there is a segment of that key."""
    row = Segment.objects.create(
        key=key, title=title, source="", rule={}, static=True, aim=aim, owner_id=owner_id,
        settled=True, changed_at=now, measure_at=now,
    )  # fmt: skip
    return int(row.pk)


def add(segment_id: int, customer_ids: Collection[int], now: datetime, silently: bool = False) -> int:
    """Put these on the list; answers how many were not on it.

    Whoever was merged is their survivor, whoever was erased is nobody. `silently`: they have always belonged here, and
    no journey begins by it. ValueError where the segment is no list, or is gone.
    """
    came = 0
    for chunk in _chunks(customer_ids):
        with transaction.atomic():
            # Locked, as by an erasure: nobody is put on a list who is just being erased.
            people = set(lock_survivors(chunk).values())
            there = Customer.objects.filter(id__among=people, erased_at=None).order_by("id")
            ids = list(there.values_list("id", flat=True))
            came += len(put(_list(segment_id, silently), ids, [], now)[0])
    return came


def remove(segment_id: int, customer_ids: Collection[int], now: datetime) -> int:
    """Take these off the list; answers how many were on it. ValueError as `add`."""
    went = 0
    for chunk in _chunks(customer_ids):
        with transaction.atomic():
            went += len(put(_list(segment_id), [], chunk, now)[1])
    return went


def _list(segment_id: int, silently: bool = False) -> Stored:
    row = Segment.objects.filter(pk=segment_id, static=True).values_list("id", "key").first()
    if row is None:
        raise ValueError("only people of a list can be put on it or taken off; a rule finds its own")
    return Stored(row[0], row[1], None, settled=not silently)


def _chunks(ids: Collection[int]) -> list[list[int]]:
    ordered = sorted(set(ids))
    return [ordered[start : start + AT_ONCE] for start in range(0, len(ordered), AT_ONCE)]

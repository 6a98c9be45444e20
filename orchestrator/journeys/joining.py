"""Passages of the merged are the survivor's: of two at once in one journey the earlier stays.

What kept the merged from entering again keeps the survivor. A passage keeps what it was given: its version, its arm of
a split, and whether it is held out; the survivor's own hash decides for later ones, and for the workspace's holdout.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from orchestrator.customers import joining
from orchestrator.customers.joining import Handler, Into, hold_rows
from orchestrator.domain.merging import MERGED, Passing, doubled, once_keys
from orchestrator.domain.walks import Ended
from orchestrator.journeys.effects import finish
from orchestrator.journeys.models import Doorstep, Enrollment, EntryTimer
from orchestrator.journeys.timers_joined import join_timers
from orchestrator.segments.refresh import refresh
from orchestrator.store import bulk


def handle() -> None:
    """Have passages, timers and those at the door joined in a merge. Step runs hang on their passage."""
    models = ("journeys.Enrollment", "journeys.StepRun", "journeys.EntryTimer", "journeys.Doorstep")
    joining.register("journeys", Handler(models, join, hold))


def hold(customer_ids: Collection[int]) -> None:
    """Nobody is letting these customers in or moving them now, or the merge gives way.

    Whoever moves them may be about to change them, and would wait for us while we wait for them.
    """
    for model in (EntryTimer, Doorstep, Enrollment):
        hold_rows(model._default_manager.filter(customer_id__in=customer_ids))


def join(into: Into, now: datetime) -> None:
    """Move all that is theirs; then ask in silence in which segments the survivors are, by all that is theirs now."""
    _join_passages(into, now)
    _join_doorsteps(into, now)
    join_timers(into, now)
    refresh(sorted(set(into.values())), now, silently=True)


def _join_passages(into: Into, now: datetime) -> None:
    columns = ("id", "journey_id", "customer_id", "entry_key", "once_key", "status", "entered_at")
    rows = Enrollment.objects.filter(customer_id__in={*into, *into.values()}).values_list(*columns)
    passages = [
        Passing(id_, journey, customer, entry, once, status == Enrollment.Status.ACTIVE, entered_at)
        for id_, journey, customer, entry, once, status, entered_at in rows
    ]
    # Before they move: no two active passages of one person may have the same key.
    finish({id_: Ended("exited", MERGED) for id_ in doubled(passages, into)}, now)
    keys = once_keys(passages, into)
    moved = [(one.id, into[one.customer_id], keys[one.id]) for one in passages if one.customer_id in into]
    bulk.update(Enrollment, ("customer", "once_key"), moved)


def _join_doorsteps(into: Into, now: datetime) -> None:
    """Who waits already with the same key goes on waiting, in a line at the earlier place; of why the two were turned
    away the survivor's stays. All but those in a line are asked in anew, as the person they are now.
    """
    columns = ("id", "customer_id", "journey_id", "entry_key", "in_line", "turned_away_at", "due_at")
    rows = Doorstep.objects.filter(customer_id__in={*into, *into.values()}).order_by("until", "id")
    first: dict[tuple[int, int, str, bool], tuple[int, int]] = {}
    gone, moved = [], []
    # The line first, by its order; else the survivor's own.
    listed = sorted(
        rows.values_list(*columns), key=lambda row: (not row[4], row[4] and row[0], row[1] in into)
    )
    for id_, customer, journey, key, in_line, turned_away_at, due_at in listed:
        survivor = into.get(customer, customer)
        place = (survivor, journey, key, turned_away_at is None)
        if first.setdefault(place, (id_, customer))[0] != id_:
            gone.append(id_)
        elif customer in into:
            moved.append((id_, survivor, due_at if in_line or turned_away_at is not None else now))
    Doorstep.objects.filter(id__in=gone).delete()
    bulk.update(Doorstep, ("customer", "due_at"), moved)

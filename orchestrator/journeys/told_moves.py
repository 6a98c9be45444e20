"""Older versions, emptying or moved from, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from orchestrator.journeys.migrate import Migrated
from orchestrator.journeys.standing import Draining
from orchestrator.journeys.told import counted, standing
from orchestrator.workspace.models import Workspace

WHY = {
    "unmappable": "the current version has no step {at}; map it with --map {at}=…",
    "under_way": "a message is on its way; once it is final, move them again",
    "would_resend": "{at} would be sent again",
    "would_repeat": "the way on leads through {at}, where they have been",
    "waits": "their wait has changed; --recompute counts it anew",
    "in_repeat": "they stand in rounds that the current version has not",
    "old_name": "{at} asks about a message that was sent under another step's name",
}


def tell_migrated(key: str, done: Migrated, *, dry: bool) -> Iterator[str]:
    """Who moved (or would), and who stays and why, step by step."""
    moved, stayed = sum(done.moved.values()), sum(done.stayed.values())
    if not moved + stayed:
        yield f"{key}: nobody is on an older version."
        return
    verb = "would move" if dry else "moved"
    stay = "would stay" if dry else "stayed"
    yield f"{key}: {counted(moved, 'person', 'people')} {verb} to version {done.number}, {stayed:,} {stay}."
    for (number, before, after), people in sorted(done.moved.items()):
        to = before if before == after else f"{before} → {after}"
        yield f"  version {number}, {to}: {people:,}"
    if stayed:
        yield "On their own version stay:"
    for (number, step, reason, at), people in sorted(done.stayed.items()):
        yield f"  version {number}, {step}: {people:,}, since {WHY[reason].format(at=at)}"


def tell_draining(key: str, one: Draining) -> Iterator[str]:
    """How far a version has emptied."""
    left, number = one.inside.people, one.inside.number
    if not left:
        yield f"{key}, version {number}: empty; {counted(one.entered, 'person', 'people')} entered by it."
        return
    yield f"{key}, version {number}: {left:,} left of {counted(one.entered, 'person', 'people')}"
    yield f"  {standing(one.inside)}"
    yield f"  {counted(one.unsent, 'message')} unsent"
    if one.next_at is not None and one.last_at is not None:
        yield f"  the next moves on at {_minute(one.next_at)}; all are out by {_minute(one.last_at)}"


def _minute(at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo(Workspace.get().time_zone)):%Y-%m-%d %H:%M}"

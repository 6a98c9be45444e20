"""Migrations as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.journeys.migrate import Migrated
from orchestrator.journeys.told import counted

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

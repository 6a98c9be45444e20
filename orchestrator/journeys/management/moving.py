"""`manage.py journeys migrate`: people on older versions go on in the current one."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandError

from orchestrator.journeys.management.running import RunningVerbs, journey, keyed, numbered
from orchestrator.journeys.migrate import migrate
from orchestrator.journeys.models import Journey, JourneyVersion
from orchestrator.journeys.told_moves import tell_migrated
from orchestrator.journeys.versions import version


class MovingVerbs(RunningVerbs):
    """The verb, and its map of steps."""

    def add_moving(self, verbs: Any) -> None:
        """Its words."""
        moved = keyed(verbs, "migrate", "move people from older versions to the current one")
        moved.add_argument(
            "--from",
            type=int,
            dest="number",
            metavar="N",
            help="only those on this version; all older by default",
        )
        moved.add_argument(
            "--map",
            type=step_map,
            action="append",
            default=[],
            metavar="OLD=NEW,…",
            help="steps by other names; a step that is in both versions maps to itself",
        )
        moved.add_argument(
            "--recompute", action="store_true", help="also those whose wait has changed: it is counted anew"
        )
        moved.add_argument("--dry-run", action="store_true", help="only say what would happen")
        moved.add_argument(
            "--yes", action="store_true", help="do not ask (nor is asked where no terminal is)"
        )

    def _migrate(self, options: dict[str, Any]) -> None:
        row = journey(options["key"])
        older = _older(row, options["number"])
        steps = {old: new for pairs in options["map"] for old, new in pairs.items()}
        _check(row, older, steps)
        recompute, now = options["recompute"], datetime.now(UTC)
        would = migrate(row, older, steps, now, recompute=recompute, dry=True)
        self.stdout.write("\n".join(tell_migrated(row.key, would, dry=True)))
        if options["dry_run"] or not would.moved:
            return
        self.agreed(options["yes"], "Move them?", "nobody was moved.")
        done = migrate(row, older, steps, datetime.now(UTC), recompute=recompute)
        self.stdout.write("\n".join(tell_migrated(row.key, done, dry=False)))


def _older(row: Journey, number: int | None) -> list[JourneyVersion]:
    """The versions to move people from, the oldest first; those that were stopped are emptied already."""
    if row.current is None:
        raise CommandError(f"{row.key} was never published: nobody is inside.")
    if number is None:
        return list(row.versions.exclude(pk=row.current.pk).filter(stopped_at=None).order_by("number"))
    one = numbered(row, number)
    if one.pk == row.current.pk:
        raise CommandError(f"version {number} is the current one, to which people are moved.")
    if one.stopped_at is not None:
        raise CommandError(f"version {number} is stopped: whoever is on it leaves.")
    return [one]


def _check(row: Journey, older: Sequence[JourneyVersion], steps: dict[str, str]) -> None:
    """Names that no version has are slips: they are said, before anybody is moved."""
    assert row.current_id is not None
    new = version(row.current_id).definition
    known = {step for one in older for step in version(one.pk).definition.step_ids()}
    wrong = [f"no older version has the step {old}" for old in steps if old not in known]
    wrong += [f"the current version has no step {to}" for to in steps.values() if to not in new]
    if wrong:
        raise CommandError(f"{'; '.join(wrong)}. Its steps are: {', '.join(new.step_ids())}.")


def step_map(written: str) -> dict[str, str]:
    """`old=new,old=new` on the command line."""
    pairs = [pair.partition("=") for pair in written.split(",")]
    if any(not (old.strip() and sign and new.strip()) for old, sign, new in pairs):
        raise ArgumentTypeError(f"{written!r} is no map of steps; write it like old=new,other=another")
    names = [old.strip() for old, _, _ in pairs]
    if len(set(names)) < len(names):
        raise ArgumentTypeError(f"{written!r} names a step twice")
    return {old.strip(): new.strip() for old, _, new in pairs}

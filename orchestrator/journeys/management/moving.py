"""`manage.py journeys migrate`: people on older versions go on in the current one."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandError

from orchestrator.journeys import movable
from orchestrator.journeys.management.running import RunningVerbs, journey, keyed, numbered
from orchestrator.journeys.migrate import migrate
from orchestrator.journeys.told_moves import tell_migrated
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.who import command


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
        row, number = journey(options["key"]), options["number"]
        steps = {old: new for pairs in options["map"] for old, new in pairs.items()}
        try:
            older = movable.older(row, numbered(row, number) if number is not None and row.current else None)
            movable.check_steps(row, older, steps)
        except movable.NotMovable as error:
            raise CommandError(str(error)) from error
        recompute, now = options["recompute"], datetime.now(UTC)
        would = migrate(row, older, steps, now, recompute=recompute, dry=True)
        self.stdout.write("\n".join(tell_migrated(row.key, would, dry=True)))
        if options["dry_run"] or not would.moved:
            return
        self.agreed(options["yes"], "Move them?", "nobody was moved.")
        done = migrate(row, older, steps, datetime.now(UTC), recompute=recompute)
        note(Action.MOVED, command(), row, people=done.moved.total())
        self.stdout.write("\n".join(tell_migrated(row.key, done, dry=False)))


def step_map(written: str) -> dict[str, str]:
    """`old=new,old=new` on the command line."""
    pairs = [pair.partition("=") for pair in written.split(",")]
    if any(not (old.strip() and sign and new.strip()) for old, sign, new in pairs):
        raise ArgumentTypeError(f"{written!r} is no map of steps; write it like old=new,other=another")
    names = [old.strip() for old, _, _ in pairs]
    if len(set(names)) < len(names):
        raise ArgumentTypeError(f"{written!r} names a step twice")
    return {old.strip(): new.strip() for old, _, new in pairs}

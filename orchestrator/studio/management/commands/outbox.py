"""`manage.py outbox [release | expire | quarantine]`: what waits after a restore or a long stop, and what becomes of it."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orchestrator.messaging import halted
from orchestrator.messaging.halted import Chosen, Waiting
from orchestrator.studio.halted import say_halt
from orchestrator.workspace import halt
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.who import command

VERBS: dict[str, Callable[[Chosen, datetime], int]] = {
    "release": halted.release,
    "expire": halted.expire,
    "quarantine": halted.quarantine,
}
NOTED = {"release": Action.RELEASED, "expire": Action.EXPIRED, "quarantine": Action.QUARANTINED}
DONE = {"release": "released", "expire": "expired", "quarantine": "put into quarantine"}


class Command(BaseCommand):
    """The operator decides."""

    help = "Say what waits while all sending is halted; release, expire or quarantine it. `release` of all ends the halt."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, and with which of them."""
        parser.add_argument("verb", nargs="?", choices=sorted(VERBS), help="nothing: only say what waits")
        parser.add_argument(
            "--since", type=moment, metavar="TIME", help="due then or later: 2026-03-02T12:00Z"
        )
        for name in ("journey", "channel", "purpose"):
            parser.add_argument(f"--{name}", default="", metavar="KEY")
        parser.add_argument(
            "--quarantined", action="store_true", help="those in quarantine, not those that wait"
        )
        parser.add_argument("--dry-run", action="store_true", help="say which, and do nothing")
        parser.add_argument("--yes", action="store_true", help="really do it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what waits, then do what was asked."""
        now = datetime.now(UTC)
        names = ("journey", "channel", "purpose", "since", "quarantined")
        chosen = Chosen(**{name: options[name] for name in names})
        verb = options["verb"]
        self._check(verb, chosen)
        count = self._say(chosen, now)
        if verb is None or options["dry_run"]:
            return
        if not options["yes"]:
            raise CommandError(f"This would {verb} {count} messages. Say --yes if you mean it.")
        self._do(verb, chosen, now)

    def _check(self, verb: str | None, chosen: Chosen) -> None:
        if chosen.quarantined and (chosen.since is not None or verb == "quarantine"):
            raise CommandError("--quarantined goes with release and expire, and without --since.")
        if verb == "quarantine" and chosen.since is None:
            raise CommandError("quarantine needs --since TIME: what was due then or later is put aside.")
        if verb is not None and not chosen.quarantined and halt.current() is None:
            raise CommandError("Nothing is halted: messages leave when they are due. Nothing changed.")

    def _say(self, chosen: Chosen, now: datetime) -> int:
        open_ = halt.current()
        self.stdout.write("Nothing is halted." if open_ is None else say_halt(open_))
        found = halted.waiting(chosen, now)
        for one in found:
            self.stdout.write(line(one, now, chosen.quarantined))
        count = sum(one.count for one in found)
        self.stdout.write(f"{count} {'in quarantine' if chosen.quarantined else 'waiting'}")
        return count

    def _do(self, verb: str, chosen: Chosen, now: datetime) -> None:
        count = VERBS[verb](chosen, now)
        which = {name: value for name, value in asdict(chosen).items() if value}
        note(NOTED[verb], command(), now=now, messages=count, **which)
        self.stdout.write(f"{count} {DONE[verb]}")
        if verb == "release" and chosen == Chosen() and halt.end(now):
            self.stdout.write("The halt has ended: messages leave when they are due.")


def moment(text: str) -> datetime:
    """A moment with its zone; UTC where none is written."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is no time; write it like 2026-03-02T12:00Z") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def line(one: Waiting, now: datetime, quarantined: bool) -> str:
    """How many of a kind, and how late the latest is."""
    late = "" if quarantined else f", late by up to {int((now - one.oldest).total_seconds() // 60)} minutes"
    return f"{one.journey} {one.channel} {one.purpose}: {one.count}{late}"

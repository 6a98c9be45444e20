"""`manage.py journeys pause | resume | drain | stop`: what is done to a journey that runs."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from orchestrator.domain import durations
from orchestrator.domain.durations import Duration
from orchestrator.journeys.models import Journey, JourneyVersion
from orchestrator.journeys.pausing import pause, resume
from orchestrator.journeys.standing import Draining, draining
from orchestrator.journeys.stop import NotStoppable, stop
from orchestrator.journeys.told import counted
from orchestrator.journeys.told_moves import tell_draining
from orchestrator.journeys.versions import version
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.who import command


class RunningVerbs(BaseCommand):
    """The verbs that need the key of a stored journey."""

    def add_running(self, verbs: Any) -> None:
        """Their words."""
        keyed(verbs, "pause", "let nobody in, move nobody and send nothing until it is resumed")
        again = keyed(verbs, "resume", "let a paused journey go on")
        again.add_argument(
            "--staleness",
            type=duration,
            metavar="TIME",
            help="do not send what was due longer ago than this, like “2 days”",
        )
        drained = keyed(verbs, "drain", "say how far older versions have emptied; nobody new enters them")
        drained.add_argument("--version", type=int, dest="number", metavar="N")
        ended = keyed(
            verbs, "stop", "let everybody leave and cancel what is unsent: the journey, or a version"
        )
        ended.add_argument("--version", type=int, dest="number", metavar="N")
        ended.add_argument(
            "--yes", action="store_true", help="do not ask (nor is asked where no terminal is)"
        )

    def _pause(self, options: dict[str, Any]) -> None:
        row = journey(options["key"])
        with transaction.atomic():
            done = pause(row.pk)
            if done:
                note(Action.PAUSED, command(), row)
        if not done:
            raise CommandError(f"{row.key} is {row.get_status_display()}, not live: nothing changed.")
        self.stdout.write(f"{row.key} is paused: nobody enters or moves, and nothing of it is sent.")

    def _resume(self, options: dict[str, Any]) -> None:
        row, limit = journey(options["key"]), options["staleness"]
        with transaction.atomic():
            done = resume(row.pk, datetime.now(UTC), limit)
            if done:
                note(Action.RESUMED, command(), row, staleness=str(limit) if limit else None)
        if not done:
            raise CommandError(f"{row.key} is {row.get_status_display()}, not paused: nothing changed.")
        late = f" What was due more than {limit} ago is not sent any more." if limit else ""
        self.stdout.write(f"{row.key} is live again.{late}")

    def _drain(self, options: dict[str, Any]) -> None:
        row = journey(options["key"])
        found = list(self._drains(row, options["number"]))
        for one in found:
            self.stdout.write("\n".join(tell_draining(row.key, one)))
        if not found:
            self.stdout.write(f"{row.key}: nobody is on an older version.")

    def _drains(self, row: Journey, number: int | None) -> Iterator[Draining]:
        """Older versions with people on them; the one that was asked for in any case."""
        current = row.current.number if row.current is not None else 0
        if number == current:
            raise CommandError(f"version {number} is the current one: people still enter by it.")
        older = [numbered(row, number)] if number is not None else row.versions.order_by("-number")
        for one in older:
            if one.number == current:
                continue
            found = draining(row, one.number, version(one.pk).definition.step_ids())
            if found.inside.people or number is not None:
                yield found

    def _stop(self, options: dict[str, Any]) -> None:
        row, number = journey(options["key"]), options["number"]
        which = numbered(row, number) if number is not None else None
        name = f"{row.key}, version {number}," if which is not None else row.key
        if row.status == Journey.Status.DRAFT:
            raise CommandError(f"{row.key} was never published: there is nothing to stop.")
        self.agreed(options["yes"], f"Stop {name} for good?", "nothing was stopped.")
        try:
            done = stop(row, which, datetime.now(UTC), command())
        except NotStoppable as error:
            raise CommandError(f"{error}.") from error
        self.stdout.write(
            f"{name} is stopped: {counted(done.people, 'person', 'people')} left, "
            f"{counted(done.cancelled, 'message')} cancelled; {counted(done.got, 'message')} had been sent."
        )
        if done.under_way:
            self.stdout.write(f"{counted(done.under_way, 'message')} with a worker now: the gate decides.")

    def agreed(self, yes: bool, question: str, refused: str) -> None:
        """Ask on a terminal; CommandError for a no. Implemented by the command."""
        raise NotImplementedError


def keyed(verbs: Any, name: str, words: str) -> ArgumentParser:
    """A verb for one stored journey."""
    parser: ArgumentParser = verbs.add_parser(name, help=words, description=words)
    parser.add_argument("key", metavar="KEY")
    return parser


def journey(key: str) -> Journey:
    """The journey of this key; CommandError with those there are."""
    row = Journey.objects.select_related("current").filter(key=key).first()
    if row is None:
        keys = list(Journey.objects.order_by("key").values_list("key", flat=True)[:50])
        known = f"There is: {', '.join(keys)}." if keys else "No journey was ever stored."
        raise CommandError(f"there is no journey “{key}”. {known}")
    return row


def numbered(row: Journey, number: int) -> JourneyVersion:
    """A version of it; CommandError with those there are."""
    found = row.versions.filter(number=number).first()
    if found is None:
        numbers = [str(one) for one in row.versions.order_by("number").values_list("number", flat=True)]
        known = f"versions {', '.join(numbers)}" if numbers else "no version at all"
        raise CommandError(f"{row.key} has no version {number}; it has {known}.")
    return found


def duration(written: str) -> Duration:
    """A duration on the command line."""
    try:
        return durations.parse(written)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error

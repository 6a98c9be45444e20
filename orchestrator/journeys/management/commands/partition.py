"""`manage.py partition [apply | cancel | ahead | detach]`: keep the tables that only grow by months. PostgreSQL only."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from orchestrator.domain.months import read
from orchestrator.domain.retention import LEAST, kept_since
from orchestrator.journeys.partitions.catalogue import Part, is_partitioned, parts, shape
from orchestrator.journeys.partitions.conversion import Step, cancel
from orchestrator.journeys.partitions.convert import Obstructed, convert, remaining, run
from orchestrator.journeys.partitions.months import AHEAD, ahead, older, take_away
from orchestrator.journeys.partitions.tables import MONTHLY, NEVER, Monthly
from orchestrator.journeys.retain import MOST_MOVED, staying
from orchestrator.store.again import Busy, patiently


class Command(BaseCommand):
    """The door for operators of a base that has become large."""

    help = "Keep decisions, delivery attempts and steps taken by months, so that old ones go as a whole."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One word for what to do; without one, what there is."""
        verbs = parser.add_subparsers(dest="verb", metavar="VERB")
        convert_ = _verb(verbs, "apply", "convert tables that are in use; broken off, run it again")
        convert_.add_argument("tables", nargs="+", metavar="TABLE", help=", ".join(MONTHLY))
        off = _verb(verbs, "cancel", "call a conversion off that was broken off before the exchange")
        off.add_argument("tables", nargs="+", metavar="TABLE")
        more = _verb(
            verbs, "ahead", "make the months to come, of all converted tables; workers do so with a policy"
        )
        more.add_argument("--months", type=int, choices=range(1, 25), default=AHEAD, metavar="N")
        away = _verb(verbs, "detach", "set old months apart as tables of their own; what is still open stays")
        away.add_argument("tables", nargs=1, metavar="TABLE")
        away.add_argument(
            "--before", type=_month, required=True, metavar="YYYY-MM", help="the first month that stays"
        )
        away.add_argument("--drop", action="store_true", help="throw them away")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked; on another database than PostgreSQL, say so."""
        if connection.vendor != "postgresql":
            raise CommandError("Partitions are PostgreSQL's; this database is SQLite. Nothing was done.")
        now = datetime.now(UTC)
        try:
            getattr(self, f"_{options['verb'] or 'look'}")(now, options)
        except Busy:
            raise CommandError(
                "Others did not let go of the table. Nothing is half done; run it again."
            ) from None
        except Obstructed as error:
            raise CommandError(str(error)) from None

    def _look(self, now: datetime, options: dict[str, Any]) -> None:
        for one in MONTHLY.values():
            self._tell(one)
        for name, why in NEVER.items():
            self.stdout.write(f"{name}: never, since {why}")

    def _tell(self, one: Monthly) -> None:
        if is_partitioned(one.table):
            self.stdout.write(f"{one.name}: by months of {one.column}")
            for part in parts(one.table):
                self.stdout.write(f"  {part.name}: about {part.rows} rows, {part.bytes / 2**20:.1f} MiB")
            return
        found = shape(one.table)
        half = (
            f", half converted ({found.bound}): apply or cancel it before that month" if found.bound else ""
        )
        self.stdout.write(f"{one.name}: one table{half}")

    def _apply(self, now: datetime, options: dict[str, Any]) -> None:
        for one in _chosen(options["tables"]):
            if options["dry_run"]:
                self._show(remaining(one, now))
                continue
            for step, took in convert(one, now):
                self.stdout.write(f"{one.name}: {step.name}, {took:.0f} ms ({step.holds})")
            self._run(ahead(one, now))
            _analyze(one)

    def _cancel(self, now: datetime, options: dict[str, Any]) -> None:
        for one in _chosen(options["tables"]):
            self._do(cancel(shape(one.table)), options)

    def _ahead(self, now: datetime, options: dict[str, Any]) -> None:
        for one in MONTHLY.values():
            if is_partitioned(one.table):
                self._do(ahead(one, now, options["months"]), options)
                if not options["dry_run"]:
                    _analyze(one)

    def _detach(self, now: datetime, options: dict[str, Any]) -> None:
        (one,) = _converted(options["tables"])
        if options["before"] > kept_since(LEAST[one.name], now, monthly=True):
            raise CommandError(f"{one.name} is kept {LEAST[one.name]} days at least.")
        for part in older(one, options["before"]):
            self._do(self._away(one, part, options["drop"]), options)

    def _away(self, one: Monthly, part: Part, drop: bool) -> Sequence[Step]:
        stay = staying(one.name, part)
        if stay is None:
            self.stdout.write(
                f"{part.name} stays: more than {MOST_MOVED} of its rows belong to what is still open"
            )
            return []
        return [take_away(one, part, stay, drop)]

    def _do(self, steps: Iterable[Step], options: dict[str, Any]) -> None:
        (self._show if options["dry_run"] else self._run)(steps)

    def _show(self, steps: Iterable[Step]) -> None:
        for step in steps:
            self.stdout.write(f"-- {step.name}: {step.holds}\nBEGIN;")
            self.stdout.write("".join(f"{sql};\n" for sql in step.sql) + "COMMIT;\n")

    def _run(self, steps: Iterable[Step]) -> None:
        for step in steps:
            took = patiently(partial(run, step))
            self.stdout.write(f"{step.name}, {took:.0f} ms")


def _analyze(one: Monthly) -> None:
    """What the planner knows of the whole; autovacuum looks at the months alone."""
    with connection.cursor() as cursor:
        cursor.execute(f'ANALYZE "{one.table}"')


def _verb(verbs: Any, name: str, about: str) -> ArgumentParser:
    parser: ArgumentParser = verbs.add_parser(name, help=about)
    parser.add_argument("--dry-run", action="store_true", help="print the SQL, and do nothing")
    return parser


def _month(text: str) -> datetime:
    try:
        return read(text)
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is no month; write it like 2026-03") from None


def _chosen(names: Sequence[str]) -> list[Monthly]:
    for name in names:
        if name in NEVER:
            raise CommandError(f"{name} is never kept by months, since {NEVER[name]}")
        if name not in MONTHLY:
            raise CommandError(f"no table is called {name}; choose of {', '.join(MONTHLY)}")
    return [MONTHLY[name] for name in names]


def _converted(names: Sequence[str]) -> list[Monthly]:
    chosen = _chosen(names)
    for one in chosen:
        if not is_partitioned(one.table):
            raise CommandError(
                f"{one.name} is one table; `manage.py partition apply {one.name}` makes months of it"
            )
    return chosen

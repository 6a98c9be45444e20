"""`manage.py demo`: a shop with its journeys and weeks of life, or a file of real orders; a summary; the web."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from orchestrator.customers.imports.files import FileError
from orchestrator.customers.imports.report import show_progress
from orchestrator.customers.models import Customer
from orchestrator.demo import orders, shop
from orchestrator.demo.goods import stock_shelves
from orchestrator.demo.groups import Groups
from orchestrator.demo.live import calm, live, publish_all
from orchestrator.demo.login import give_login, has_login
from orchestrator.demo.parts import live_in_parts
from orchestrator.demo.reactions import Reactions
from orchestrator.demo.serve import serve
from orchestrator.demo.show import lines
from orchestrator.demo.summary import summarise
from orchestrator.demo.tale import Tale
from orchestrator.domain.definition import DefinitionError
from orchestrator.domain.zones import parse_zone
from orchestrator.workspace.models import Workspace

STEPS = 1000


class Command(BaseCommand):
    """Needs an empty database, or one that it filled before: then it shows what is there."""

    help = "Fill an empty database with a sample shop (or a file of orders), live some weeks of it, and open the web."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to live, and what to do then."""
        parser.add_argument(
            "--orders", type=Path, metavar="FILE", help="live these orders instead of the sample shop"
        )
        parser.add_argument(
            "--customers", type=int, default=3000, metavar="N", help="of the sample shop (3000)"
        )
        parser.add_argument("--weeks", type=int, default=8, metavar="N", help="of the sample shop's life (8)")
        parser.add_argument("--seed", type=int, default=1, metavar="N", help="another seed, another shop")
        parser.add_argument("--no-serve", action="store_true", help="end after the summary")
        parser.add_argument("--json", action="store_true", help="print the summary as one JSON object, last")
        parser.add_argument(
            "--address", default="127.0.0.1:8000", metavar="HOST:PORT", help="where the web answers"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Live, sum up, open."""
        call_command("migrate", verbosity=0)
        began = time.monotonic()
        if self._may_fill(options):
            self._fill(options)
        summary = summarise()
        self.stdout.write("\n" + "\n".join(lines(summary)) + "\n")
        if options["json"]:
            seconds = round(time.monotonic() - began, 1)
            self.stdout.write(json.dumps(summary.as_json(seconds), ensure_ascii=False))
        if not options["no_serve"]:
            serve(options["address"], give_login(), self.stdout)

    def _may_fill(self, options: dict[str, Any]) -> bool:
        known = Customer.objects.count()
        if not known:
            return True
        if options["orders"] or not has_login():
            raise CommandError(
                f"this database holds {known:,} customers, and the demo mixes with nobody's data. Give it a database"
                " of its own: VAR_DIR=some/folder, or DATABASE_URL."
            )
        self.stdout.write("The demo has filled this database before; this is how it stands.")
        return False

    def _fill(self, options: dict[str, Any]) -> None:
        try:
            tale = self._tale(options)
            with _progress() as advance:
                if options["orders"]:
                    live_in_parts(tale, advance)
                else:
                    publish_all(tale.begins)
                    groups = Groups(tale.begins, tale.ends)
                    live(tale, Reactions(options["seed"]), advance, groups)
            calm()
        except (FileError, ValueError, OSError) as error:
            raise CommandError(str(error)) from error
        except DefinitionError as error:
            raise CommandError(f"the journeys cannot be published:\n{error}") from error
        give_login()

    def _tale(self, options: dict[str, Any]) -> Tale:
        workspace = Workspace.get()
        if options["orders"]:
            zone, now = parse_zone(workspace.time_zone), datetime.now(UTC)
            return orders.tell(options["orders"], zone, workspace.currency, now)
        if not (1 <= options["customers"] <= 100_000 and 1 <= options["weeks"] <= 104):
            raise CommandError("the sample shop has 1 to 100,000 customers and lives 1 to 104 weeks")
        shop.furnish()
        today = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        stock_shelves(today)
        return shop.tell(options["customers"], options["weeks"], today, options["seed"])


@contextmanager
def _progress() -> Iterator[Any]:
    with show_progress(STEPS, "living", sys.stderr, unit="steps") as tell:
        yield lambda share: tell(int(share * STEPS))

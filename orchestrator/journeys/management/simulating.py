"""`manage.py journeys simulate`: a journey on the real base before it runs. Nothing is written."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from orchestrator.customers.imports.report import show_progress
from orchestrator.domain.definition import DefinitionError
from orchestrator.journeys.folders import Text, find_folders
from orchestrator.journeys.management.running import journey
from orchestrator.journeys.simulation.asked import Asked, CannotSimulate
from orchestrator.journeys.simulation.drafted import drafted
from orchestrator.journeys.simulation.run import simulate
from orchestrator.journeys.told import tell_problems
from orchestrator.journeys.told_simulation import tell_simulated


class SimulatingVerb:
    """The verb, for a folder or for the draft of a stored journey."""

    def add_simulating(self, verbs: Any) -> None:
        """Its words."""
        words = "say what a journey would have done in the last days, on the real base; nothing is written"
        asked = verbs.add_parser("simulate", help=words, description=words)
        asked.add_argument(
            "what", metavar="KEY|FOLDER", help="a stored journey (its draft is taken) or a folder"
        )
        asked.add_argument("--days", type=int, default=30, metavar="N", help="how many; 30 by default")
        asked.add_argument(
            "--until", type=_moment, metavar="MOMENT", help="end there instead of now, as 2026-06-01T12:00"
        )
        asked.add_argument(
            "--tick",
            type=int,
            default=60,
            metavar="MINUTES",
            help="what happens within one happens at its end; 60",
        )
        asked.add_argument(
            "--beside",
            action="store_true",
            help="live the other live journeys too, instead of what they are recorded to have sent",
        )
        asked.add_argument("--json", action="store_true", help="one JSON object as the last line")

    def _simulate(self, options: dict[str, Any]) -> None:
        text, templates = _found(options["what"])
        ends = options["until"] or datetime.now(UTC)
        try:
            begins, tick = ends - timedelta(days=options["days"]), timedelta(minutes=options["tick"])
            asked = Asked(text, templates, begins, ends, tick, options["beside"])
            with show_progress(1000, "simulated", self.stderr, "parts") as advance:  # type: ignore[attr-defined]
                told = simulate(asked, lambda share: advance(round(share * 1000)))
        except CannotSimulate as error:
            raise CommandError(str(error)) from error
        except DefinitionError as error:
            for line in tell_problems(error.problems):
                self.stderr.write(line)  # type: ignore[attr-defined]
            raise CommandError(f"{text.file} cannot be simulated.") from error
        lines = [json.dumps(told.plain(), ensure_ascii=False)] if options["json"] else tell_simulated(told)
        self.stdout.write("\n".join(lines))  # type: ignore[attr-defined]


def _found(what: str) -> tuple[Text, tuple[Text, ...]]:
    path = Path(what)
    root = path.parent if path.name in ("journey.yaml", "campaign.yaml") else path
    if not root.is_dir():
        return drafted(journey(what))
    folders = list(find_folders(root))
    if len(folders) != 1:
        raise CommandError(f"{what} holds {len(folders)} journeys; name the folder of one")
    return folders[0].journey, folders[0].templates


def _moment(written: str) -> datetime:
    try:
        found = datetime.fromisoformat(written)
    except ValueError as error:
        raise ArgumentTypeError(f"{written!r} is no moment; write it like 2026-06-01T12:00") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)

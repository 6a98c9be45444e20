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
from orchestrator.journeys.simulation.asked import CannotSimulate, Question, ask
from orchestrator.journeys.simulation.drafted import drafted
from orchestrator.journeys.simulation.together import MOST, ShareFailed, simulate
from orchestrator.journeys.simulation.what_if import MOST as MOST_OF_A_CAP
from orchestrator.journeys.simulation.what_if import rewritten
from orchestrator.journeys.told import tell_problems
from orchestrator.journeys.told_simulation import tell_simulated
from orchestrator.journeys.yaml_places import CannotEdit


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
            "--until",
            type=_moment,
            metavar="MOMENT",
            help="go by this moment instead of now, as 2026-06-01T12:00",
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
        asked.add_argument(
            "--forecast",
            action="store_true",
            help="the days to come instead: the last ones again, from today's base, with people who answer messages",
        )
        asked.add_argument(
            "--cap",
            type=_cap,
            action="append",
            default=[],
            metavar="NAME=N",
            help="what if this cap were another",
        )
        asked.add_argument(
            "--priority", type=int, metavar="N", help="what if the journey's priority were another"
        )
        asked.add_argument(
            "--wait",
            type=_wait,
            action="append",
            default=[],
            metavar="STEP=DURATION",
            help="what if this step waited for as long, as in rest=2 days",
        )
        asked.add_argument(
            "--processes",
            type=int,
            default=0,
            choices=range(MOST + 1),
            metavar="N",
            help="in so many; 0, the default: as many as there are processors, where people do not hang on one another",
        )
        asked.add_argument("--json", action="store_true", help="one JSON object as the last line")

    def _simulate(self, options: dict[str, Any]) -> None:
        text, templates = _found(options["what"])
        until = options["until"] or datetime.now(UTC)
        question: Question = "forecast" if options["forecast"] else "replay"
        tick = timedelta(minutes=options["tick"])
        try:
            text = rewritten(text, options["priority"], dict(options["wait"]))
            caps = dict(options["cap"])
            asked = ask(question, text, templates, options["days"], until, tick, options["beside"], caps)
            with show_progress(1000, "simulated", self.stderr, "parts") as advance:  # type: ignore[attr-defined]
                told = simulate(asked, lambda share: advance(round(share * 1000)), options["processes"])
        except (CannotSimulate, CannotEdit, ShareFailed) as error:
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


def _cap(written: str) -> tuple[str, int]:
    name, _, limit = written.rpartition("=")
    if not name or not (limit.isascii() and limit.isdecimal() and int(limit) <= MOST_OF_A_CAP):
        raise ArgumentTypeError(f"{written!r} is no cap; write it like 'marketing a week=3'")
    return name.strip(), int(limit)


def _wait(written: str) -> tuple[str, str]:
    step, _, duration = written.partition("=")
    if not step or not duration.strip():
        raise ArgumentTypeError(f"{written!r} is no wait; write it like 'rest=2 days'")
    return step.strip(), duration.strip()


def _moment(written: str) -> datetime:
    try:
        found = datetime.fromisoformat(written)
    except ValueError as error:
        raise ArgumentTypeError(f"{written!r} is no moment; write it like 2026-06-01T12:00") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)

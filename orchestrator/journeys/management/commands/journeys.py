"""`manage.py journeys validate | format | plan | publish | export | simulate`, and the verbs of journeys that run."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import transaction

from orchestrator import registry
from orchestrator.domain.definition import DefinitionError, Problem
from orchestrator.journeys.export import ExportError, export, write
from orchestrator.journeys.folders import Folder, find_folders
from orchestrator.journeys.management.moving import MovingVerbs, step_map
from orchestrator.journeys.management.running import journey
from orchestrator.journeys.management.simulating import SimulatingVerb
from orchestrator.journeys.models import Journey
from orchestrator.journeys.plan import Plan, plan
from orchestrator.journeys.publish import publish
from orchestrator.journeys.replace import replace_text
from orchestrator.journeys.together import Together, check_together
from orchestrator.journeys.told import counted, tell_plan, tell_problems, tell_total
from orchestrator.journeys.yaml import format as format_yaml
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.who import command


class Command(SimulatingVerb, MovingVerbs):
    """The door for journeys that lie in files: look at them, put them in order, publish them, take them out again."""

    help = (
        "Journeys as files: validate, format, plan, publish, export, simulate. "
        "Running ones: pause, resume, drain, stop, migrate."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One word for what to do; folders, all of JOURNEYS_DIR by default."""
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        _add(verbs, "validate", "say all that is wrong, with file and line; exit 1 if anything is")
        check = _add(verbs, "format", "write an id into each step that has none; comments stay")
        check.add_argument(
            "--check", action="store_true", help="write nothing; exit 1 if something lacks an id"
        )
        planned = _add(
            verbs, "plan", "say what publishing would change, and who is inside; nothing is written"
        )
        planned.add_argument(
            "--renamed",
            type=step_map,
            default={},
            metavar="OLD=NEW,…",
            help="steps that go on by another id: the answer to “renamed or new?”",
        )
        sure = _add(verbs, "publish", "make a version of each new or changed journey; a bad one is left out")
        sure.add_argument("--yes", action="store_true", help="do not ask (nor is asked where no terminal is)")
        out = verbs.add_parser("export", help="write a stored journey and its templates as files")
        out.add_argument("key", metavar="KEY")
        out.add_argument("--to", type=Path, metavar="FOLDER", help="by default JOURNEYS_DIR/KEY")
        out.add_argument("--overwrite", action="store_true", help="also over files that say something else")
        self.add_running(verbs)
        self.add_moving(verbs)
        self.add_simulating(verbs)

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        getattr(self, f"_{options['verb']}")(options)

    def _validate(self, options: dict[str, Any]) -> None:
        together = check_together(_folders(options["folders"]))
        self._warn(together)
        self._refuse(together)
        self.stdout.write(f"{counted(len(together.sound), 'journey')}, nothing is wrong.")

    def _format(self, options: dict[str, Any]) -> None:
        folders = _folders(options["folders"])
        changed, broken = 0, 0
        for folder in folders:
            try:
                changed += self._format_one(folder, options["check"])
            except DefinitionError as error:
                broken += 1
                self._write_errors(tell_problems(error.problems))
        if broken:
            raise CommandError(f"{counted(broken, 'journey')} cannot be read.")
        if changed and options["check"]:
            raise CommandError(f"{counted(changed, 'journey')} would get ids: run journeys format.")
        self.stdout.write(f"{changed:,} of {counted(len(folders), 'journey')} changed.")

    def _format_one(self, folder: Folder, only_check: bool) -> bool:
        known, journey = registry.current(), folder.journey
        text = format_yaml(journey.opened(), known.steps, known.conditions, file=journey.file)
        if text == journey.text:
            return False
        self.stdout.write(f"{journey.file}: {'lacks ids' if only_check else 'ids written'}")
        if not only_check:
            replace_text(folder.path / "journey.yaml", text)
        return True

    def _plan(self, options: dict[str, Any]) -> None:
        together = check_together(_folders(options["folders"]))
        plans = self._show(together, options["renamed"])
        self._refuse(together)
        told = {was for one in plans for was in one.renamed}
        if strange := [f"{was}={to}" for was, to in options["renamed"].items() if was not in told]:
            raise CommandError(
                f"--renamed {','.join(strange)}: no journey loses the one step and gets the other."
            )

    def _publish(self, options: dict[str, Any]) -> None:
        together = check_together(_folders(options["folders"]))
        plans = self._show(together)
        if any(not one.unchanged for one in plans):
            self.agreed(options["yes"], "Publish?", "nothing was published.")
            together.wrong += [
                (folder, problems)
                for folder, _ in together.sound
                if (problems := self._publish_one(folder, together))
            ]
        self._refuse(together)

    def _publish_one(self, folder: Folder, together: Together) -> tuple[Problem, ...]:
        """Publish; answers what kept it back, if the database has changed since it was checked."""
        try:
            with transaction.atomic():
                done = publish(folder.journey, folder.templates, datetime.now(UTC), beside=together.keys)
                if not done.unchanged:
                    row = Journey.objects.get(key=done.journey)
                    note(Action.PUBLISHED, command(), row, version=done.number)
        except DefinitionError as error:
            return error.problems
        if not done.unchanged:
            self.stdout.write(f"{done.journey}: version {done.number} is published.")
        return ()

    def agreed(self, yes: bool, question: str, refused: str) -> None:
        """Ask on a terminal; CommandError for a no."""
        if yes or not sys.stdin.isatty():
            return
        if input(f"{question} [y/N] ").strip().lower() not in ("y", "yes"):
            raise CommandError(refused)

    def _export(self, options: dict[str, Any]) -> None:
        row = journey(options["key"])
        folder = options["to"] or settings.JOURNEYS_DIR / row.key
        try:
            exported = export(row)
            written = write(exported, folder, options["overwrite"])
        except (ExportError, OSError) as error:
            raise CommandError(str(error)) from error
        what = f"version {exported.version}" if exported.version else "the draft"
        self.stdout.write(f"{row.key}: {what}, {counted(len(written), 'file')} written to {folder}.")
        if exported.shared:
            self.stdout.write(f"Shared templates, which stay in the database: {', '.join(exported.shared)}.")

    def _show(self, together: Together, renamed: Mapping[str, str] | None = None) -> list[Plan]:
        plans = [plan(checked, renamed) for _, checked in together.sound]
        for one in plans:
            self.stdout.write("\n".join(tell_plan(one)))
        self._warn(together)
        self.stdout.write(tell_total(plans))
        return plans

    def _warn(self, together: Together) -> None:
        for _, checked in together.sound:
            self._write_errors(f"warning: {line}" for line in tell_problems(checked.warnings))

    def _refuse(self, together: Together) -> None:
        """Say all that is wrong, and which journeys it keeps back."""
        problems = [problem for _, found in together.wrong for problem in found]
        self._write_errors(tell_problems(problems))
        if together.wrong:
            names = ", ".join(folder.journey.file for folder, _ in together.wrong)
            raise CommandError(f"{counted(len(problems), 'problem')}; nothing can be published of {names}.")

    def _write_errors(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.stderr.write(line)


def _add(verbs: Any, name: str, words: str) -> ArgumentParser:
    parser: ArgumentParser = verbs.add_parser(name, help=words, description=words)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    return parser


def _folders(paths: Sequence[Path]) -> list[Folder]:
    """The journeys in these folders, each once; those of JOURNEYS_DIR where none is named."""
    found: dict[Path, Folder] = {}
    for path in paths or [settings.JOURNEYS_DIR]:
        root = path.parent if path.name == "journey.yaml" else path
        if not root.is_dir():
            hint = "" if paths else "; JOURNEYS_DIR says where journeys are"
            raise CommandError(f"there is no folder {root}{hint}")
        try:
            inside = list(find_folders(root))
        except OSError as error:
            raise CommandError(str(error)) from error
        if not inside:
            raise CommandError(f"there is no journey.yaml in {root}")
        found |= {folder.path.resolve(): folder for folder in inside}
    return list(found.values())

"""`manage.py startplugin NAME [--kind step] [--channel sms] [--into FOLDER]`

It stands in the top room, since it asks the registry which names are taken; what it writes is the sdk's.
"""

from __future__ import annotations

from argparse import ArgumentParser
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orchestrator import registry
from orchestrator.domain.definition.rule_parser import READERS
from orchestrator.sdk import PluginError
from orchestrator.sdk.start import FIELDS, KINDS, package_of, wrong_with_name


class Command(BaseCommand):
    """Writes a package that works and passes its own tests; what it does is an example to be replaced."""

    help = "Write a new plugin that works, with tests that hold it to the contract of its kind."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to write, and where."""
        parser.add_argument(
            "name", metavar="NAME", help="like acme_sms; the folder, the module and the plugin"
        )
        parser.add_argument("--kind", choices=KINDS, default="provider")
        parser.add_argument("--channel", default="sms", help="what a provider sends (sms if not given)")
        parser.add_argument("--into", metavar="FOLDER", default=".", help="where its folder is made (here)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse, or write it and say what to do next."""
        name, kind, channel = options["name"], options["kind"], options["channel"]
        folder = Path(options["into"]) / name
        known = _known()
        _refuse_name(name, kind, known)
        content = _content(channel, known)
        texts = package_of(name, kind, channel, content)
        _write(folder, texts)
        for path in texts:
            self.stdout.write(f"{folder / path}")
        self.stdout.write(f"\nProve it:      cd {folder} && python -m pytest")
        self.stdout.write(f"Install it:    python -m pip install --editable {folder}")
        self.stdout.write(f"Switch it on:  add {name} to ORCHESTRATOR_PLUGINS")


def _known() -> registry.Registry:
    try:
        return registry.current()
    except PluginError as error:
        raise CommandError(str(error)) from error


def _refuse_name(name: str, kind: str, known: registry.Registry) -> None:
    if wrong := wrong_with_name(name):
        raise CommandError(wrong)
    if name in registry.found() or known.manager.has_plugin(name):
        raise CommandError(f"A plugin “{name}” is installed already. Choose another name.")
    taken = {owned for of, owned in known.owners if of == kind} | (
        set(READERS) if kind == "condition" else set()
    )
    if name in taken:
        raise CommandError(f"There is a {kind} “{name}” already. Choose another name.")
    if find_spec(name) is not None:
        raise CommandError(f"Python knows a module “{name}” already. Choose another name.")


def _content(channel: str, known: registry.Registry) -> str:
    if channel not in known.channels:
        raise CommandError(
            f"There is no channel “{channel}”. There are: {', '.join(sorted(known.channels))}."
        )
    content = known.channels[channel].content.__name__
    return content if content in FIELDS else "SmsContent"


def _write(folder: Path, texts: dict[str, str]) -> None:
    """Make the folder, or fail without touching what is there."""
    if not folder.parent.is_dir():
        raise CommandError(
            f"There is no folder {folder.parent}. Make it first, or choose another with --into."
        )
    try:
        folder.mkdir()
        (folder / "tests").mkdir()
        for path, text in texts.items():
            (folder / path).write_text(text, encoding="utf-8")
    except FileExistsError:
        raise CommandError(
            f"{folder} is there already. Choose another name, or another folder with --into."
        ) from None
    except OSError as error:
        raise CommandError(f"{folder} cannot be written: {error.strerror}.") from error

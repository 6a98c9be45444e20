"""`manage.py plugins`: what is installed, what is on, what each brings, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orchestrator.journeys.plugged import Plugged, look
from orchestrator.journeys.told import counted
from orchestrator.sdk import PluginError


class Command(BaseCommand):
    """Built-in plugins first, then those that are on, then those that are installed and off."""

    help = "Show every plugin: whether it is on, what it registers, and what is wrong with it; exit 1 if anything is."

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, and tell."""
        try:
            plugins = look()
        except PluginError as error:
            raise CommandError(str(error)) from error
        for plugin in plugins:
            self.stdout.write("\n".join(_tell(plugin)))
        wrong = [plugin.name for plugin in plugins if plugin.wrong]
        if wrong:
            raise CommandError(
                f"Something is wrong with {counted(len(wrong), 'plugin')}: {', '.join(wrong)}."
            )


def _tell(plugin: Plugged) -> Iterator[str]:
    yield f"{plugin.name}: {plugin.state}" + (f" ({plugin.package})" if plugin.package else "")
    if plugin.wrong:
        yield f"  wrong: {plugin.wrong}"
    for kind, names in plugin.registers.items():
        yield f"  {kind}: {', '.join(names)}"
    for provider in plugin.down:
        yield f"  down: {provider}"
    if plugin.listens:
        yield f"  hooks: {', '.join(plugin.listens)}"
    if plugin.state == "off":
        yield "  Its name in ORCHESTRATOR_PLUGINS switches it on."
    elif not plugin.registers and not plugin.listens and not plugin.wrong:
        yield "  registers nothing as it is set up"

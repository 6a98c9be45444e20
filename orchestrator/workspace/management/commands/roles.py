"""`manage.py roles`: who may do what, and whether the groups say so."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orchestrator.workspace import roles
from orchestrator.workspace.set_right import set_right
from orchestrator.workspace.who import command


class Command(BaseCommand):
    """Sets the groups right; `migrate` does the same at its end."""

    help = "Make the groups of the roles hold just what the table of roles says."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """To look only."""
        parser.add_argument(
            "--check", action="store_true", help="change nothing; fail if a group lags behind"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Set up or look; then say each role and what it is for."""
        if options["check"] and (late := roles.behind()):
            raise CommandError(
                f"these groups hold something else than the table of roles says: {', '.join(late)}. "
                "Run `manage.py roles` to set them right."
            )
        if not options["check"]:
            set_right(command())
        for name, role in roles.ROLES.items():
            self.stdout.write(f"{name}: {role.text}")

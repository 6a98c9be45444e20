"""`manage.py links [list | rotate | retire NUMBER]`: the keys that links in messages are signed with."""

from __future__ import annotations

import secrets
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from orchestrator.domain import link_tokens
from orchestrator.messaging import links
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.who import command


class Command(BaseCommand):
    """Says what to set. The keys are in the environment, which no command changes."""

    help = (
        "Say which keys sign and open links in messages. rotate, retire: print what to set LINK_KEYS to. "
        "It holds secrets."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, and with which key."""
        parser.add_argument("verb", nargs="?", choices=("list", "rotate", "retire"), default="list")
        parser.add_argument("number", nargs="?", type=int, help="of the key to retire")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do one of the three."""
        verb, number = options["verb"], options["number"]
        if (number is None) == (verb == "retire"):
            raise CommandError(
                "retire takes the number of a key, such as: links retire 1. The others take none."
            )
        try:
            if verb == "list":
                self._list()
            elif verb == "rotate":
                self._rotate()
            else:
                self._retire(number)
        except ValueError as error:
            raise CommandError(f"LINK_KEYS: {error}") from error

    def _list(self) -> None:
        ring = links.ring()
        for number in sorted(ring.keys, reverse=True):
            made = "" if number else ", made of SECRET_KEY"
            self.stdout.write(f"key {number}: {'signs' if number == ring.signs else 'only opens'}{made}")

    def _rotate(self) -> None:
        written = link_tokens.rotated(settings.LINK_KEYS, secrets.token_urlsafe(link_tokens.LEAST))
        note(Action.KEY_ROTATED, command(), of="links", key=int(_number(written)))
        self.stdout.write(f"LINK_KEYS={' '.join(written)}")
        self.stderr.write(
            f"Set it for every process; start the web anew first, then the workers. Key {_number(written)} signs from "
            f"then on; links sent under key {links.ring().signs} go on to open until you retire it."
        )

    def _retire(self, number: int) -> None:
        written = link_tokens.retired(settings.LINK_KEYS, number)
        note(Action.KEY_RETIRED, command(), of="links", key=number)
        self.stdout.write(f"LINK_KEYS={' '.join(written)}")
        self.stderr.write(
            f"Set it for every process. From then on no link that was sent under key {number} opens, "
            "and nobody can unsubscribe by it."
        )


def _number(written: list[str]) -> str:
    return written[0].partition(":")[0]

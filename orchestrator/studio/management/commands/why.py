"""`manage.py why CUSTOMER JOURNEY [--json] [--language pl|en]`"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from orchestrator.studio.asked import NotFound, find_customer, find_journey
from orchestrator.studio.why import Answer, why
from orchestrator.studio.why_lines import tell
from orchestrator.workspace.models import Workspace


class Command(BaseCommand):
    """Says, in the words of the studio, what became of somebody in a journey, and on what evidence."""

    help = "Say why somebody did or did not get the messages of a journey, with the evidence."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whom, where, and how to answer."""
        parser.add_argument(
            "customer", metavar="CUSTOMER", help="external id, address, or #number of the page"
        )
        parser.add_argument("journey", metavar="JOURNEY", help="the journey's key")
        parser.add_argument(
            "--json", action="store_true", help="answer with one JSON object: codes and words"
        )
        parser.add_argument(
            "--language", choices=[code for code, _name in settings.LANGUAGES], default=settings.LANGUAGE_CODE
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Find both, and tell, in the workspace's zone."""
        zone = ZoneInfo(Workspace.get().time_zone)
        with translation.override(options["language"]), timezone.override(zone):
            try:
                customer, journey = find_customer(options["customer"]), find_journey(options["journey"])
            except NotFound as error:
                raise CommandError(str(error)) from error
            answer = why(customer, journey, datetime.now(UTC))
            self.stdout.write(_json(answer) if options["json"] else "\n".join(tell(answer)))


def _json(answer: Answer) -> str:
    return json.dumps(asdict(answer), ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)

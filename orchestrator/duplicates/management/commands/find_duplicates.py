"""`manage.py find_duplicates [--json]`"""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Count
from django.utils import timezone

from orchestrator.duplicates.models import LikelyDuplicate
from orchestrator.duplicates.search import newest, search, want


class Command(BaseCommand):
    """Look for people who have two rows. From the first time on, workers do it once a day."""

    help = (
        "Look for customers who may be one person, and put them into the queue of the studio with the evidence."
        " Nobody is merged. Stop it at any time and run it again; from the first time on, workers do it once a day."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How to answer."""
        parser.add_argument("--json", action="store_true", help="answer with one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Search, then say what came of it."""
        began, now = time.monotonic(), timezone.now()
        want(now)
        while search(now):
            pass
        told = summary() | {"seconds": round(time.monotonic() - began, 2)}
        self.stdout.write(json.dumps(told, ensure_ascii=False) if options["json"] else _said(told))


def summary() -> dict[str, Any]:
    """What the newest search looked at, and what stands in the queue."""
    one = newest()
    if one is None:
        return {"people": 0, "compared": 0, "found": 0, "gone": 0, "crowds": {}, "open": {}}
    waiting = LikelyDuplicate.objects.filter(state=LikelyDuplicate.State.OPEN)
    counted = waiting.values_list("strength").annotate(pairs=Count("id")).order_by("strength")
    return {
        "people": one.people,
        "compared": one.compared,
        "found": one.found,
        "gone": one.gone,
        "crowds": one.crowds,
        "open": dict(counted),
    }


def _said(told: dict[str, Any]) -> str:
    likely, possible = (told["open"].get(name, 0) for name in ("likely", "possible"))
    crowds = sum(crowd for crowd, _people in told["crowds"].values())
    lines = [
        f"{told['people']:,} people; {told['compared']:,} pairs that share something were compared.",
        f"{told['found']:,} pairs are new, {told['gone']:,} are no longer alike.",
        f"To be looked at: {likely:,} likely and {possible:,} possible pairs.",
    ]
    if crowds:
        lines.append(f"{crowds:,} things are shared by so many people that nobody was compared by them.")
    return "\n".join([*lines, f"{told['seconds']} s"])

"""`manage.py scores [--json]`"""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Count
from django.utils import timezone

from orchestrator.segments.models import Score
from orchestrator.segments.scoring.basis import NO_EXTRA
from orchestrator.segments.scoring.score import again, current, score


class Command(BaseCommand):
    """Compute everybody's scores now. From the first time on, workers do it once a day."""

    help = (
        "Compute everybody's scores now: RFM, stage, rhythm, favourites, and, with the extra `scores`, who still buys"
        " and what they will bring. Workers do it once a day from the first time on. Stop it at any time and run it again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How to answer."""
        parser.add_argument("--json", action="store_true", help="answer with one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compute, then say what came of it."""
        began, now = time.monotonic(), timezone.now()
        again(now)
        while score(now):
            pass
        told = summary() | {"seconds": round(time.monotonic() - began, 2)}
        self.stdout.write(json.dumps(told, ensure_ascii=False) if options["json"] else _said(told))


def summary() -> dict[str, Any]:
    """What the newest basis is made of, and how many are in each group."""
    basis = current()
    if basis is None:  # another process has begun it, and holds it
        return {"people": 0, "buyers": 0, "groups": {}, "parameters": {}, "missing": ""}
    counted = Score.objects.exclude(rfm_group="").values_list("rfm_group").annotate(people=Count("id"))
    return {
        "people": basis.people,
        "buyers": basis.buyers,
        "until": basis.until.isoformat(),
        "groups": dict(counted.order_by("rfm_group")),
        "parameters": basis.parameters,
        "fitted_on": basis.fitted_on,
        "missing": basis.missing,
    }


def _said(told: dict[str, Any]) -> str:
    lines = [
        f"{told['people']:,} people, of whom {told['buyers']:,} have bought.",
        *(f"  {name}: {count:,}" for name, count in told["groups"].items()),
    ]
    if told["missing"] == NO_EXTRA:
        lines.append("Nothing is predicted: numpy and scipy are not installed (the extra `scores`).")
    elif told["missing"]:
        lines.append(f"Nothing is predicted: {told['missing']}.")
    return "\n".join([*lines, f"{told['seconds']} s"])

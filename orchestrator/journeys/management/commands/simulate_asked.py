"""`manage.py simulate_asked`: run the simulations that the studio was asked for, one after the other. Started by it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from orchestrator.journeys.models import Simulation
from orchestrator.journeys.simulation import asking


class Command(BaseCommand):
    """Until nothing is planned, or another process is at it."""

    help = "Run the simulations that were asked for in the studio."

    def handle(self, *args: Any, **options: Any) -> None:
        """One after the other."""
        while (one := asking.take(datetime.now(UTC))) is not None:
            told, error = _simulate(one)
            asking.finish(one, told, error, datetime.now(UTC))
            self.stdout.write(f"{one.journey.key}: {error or 'done'}")


def _simulate(one: Simulation) -> tuple[dict[str, Any], str]:
    output, error = asking.run(one, lambda done: asking.seen(one, done, datetime.now(UTC)))
    return ({}, error) if error else (dict(json.loads(output.splitlines()[-1])), "")

"""One campaign from an empty database to its verdict."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import connections

from tests.chaos import checker, town, worker
from tests.chaos.campaign import Campaign
from tests.chaos.case import Case
from tests.chaos.clock import Clock
from tests.chaos.crew import Crew


def run(campaign: Campaign, broker: Any) -> Mapping[str, Any]:
    """Build the town, let the campaign go, judge it. The database is empty and migrated."""
    place = town.build(campaign)
    town.watch(outlives_a_crash=campaign.restarts > 0)
    worker.load(campaign)
    connections.close_all()
    began = time.monotonic()
    done = Crew(campaign, Clock(town.START, campaign.speed), place, broker).run()
    seconds = time.monotonic() - began
    with psycopg.connect(campaign.database_url, autocommit=True) as own:
        case = Case(campaign, done, own)
        counts, there_was = checker.judge(case), checker.exercised(case)
    red = [name for name, count in counts.items() if count.violations]
    return {
        "violations": {name: count.violations for name, count in counts.items()},
        "cases": {name: count.cases for name, count in counts.items()},
        "red": red if done.finished else [*red, "unfinished"],
        "seconds": round(seconds, 1),
        "exercised": there_was,
    }

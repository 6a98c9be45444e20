"""WARM UP: what a worker's first task would wait for is done before it takes one.

The connection, the statements that are built once a process, the definitions, and the process that renders with its
templates. Nothing depends on it: what fails here, or is left because time is up, is done by the first who needs it.
"""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime

from orchestrator.journeys.versions import Live, live
from orchestrator.journeys.waiting import URGENT, waiting
from orchestrator.messaging import compose
from orchestrator.messaging.content.render import RenderJob, renderer

log = logging.getLogger(__name__)
LONGEST = 2.0  # seconds; Celery gives a new process four until it must answer


def warm_up() -> int:
    """Make ready; answers how many templates the rendering process knows now."""
    try:
        return _warm_up(time.monotonic() + LONGEST)
    except (
        Exception
    ) as error:  # a database that is away is for the first task to meet, which may be run again
        log.warning("a worker begins cold (%s)", error)
        return 0


def _warm_up(until: float) -> int:
    now, known = datetime.now(UTC), 0
    waiting(now)
    waiting(now, URGENT)
    for door in sorted(live(), key=_urgency):
        for template in door.templates.values():
            if time.monotonic() > until:
                return known
            digest, prepared = compose.template(template)
            # What it answers does not matter: nobody's message is rendered without a person.
            renderer().render([RenderJob(digest, prepared, "email", ("en",), {})])
            known += 1
    return known


def _urgency(door: Live) -> tuple[bool, int]:
    return door.definition.purpose != "transactional", door.id

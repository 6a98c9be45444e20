"""Celery beside the workers, for as long as there is a broker: a worker that hears the bells, and two beats that ring."""

from __future__ import annotations

import logging
from contextlib import suppress

from tests.chaos import controls
from tests.chaos.campaign import Campaign, append
from tests.chaos.clock import Clock
from tests.chaos.worker import call_yourself


def be_celery(campaign: Campaign, clock: Clock) -> None:
    """A real Celery worker, for as long as there is a broker: it hears the doorbells of all others."""
    from orchestrator.config.celery import app
    from orchestrator.journeys import tasks

    call_yourself("chaos_celery")
    controls.remove(campaign.control)
    tasks._now = clock.now
    logging.disable(logging.CRITICAL)
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    with suppress(SystemExit):  # it goes with its broker, or lives on without one
        app.worker_main(["worker", "--pool", "solo", "--loglevel", "CRITICAL", *quiet])


def beat(campaign: Campaign, number: int) -> None:
    """One of two schedulers that know nothing of each other: what is due is rung for twice."""
    from celery.signals import after_task_publish

    from orchestrator.config.celery import app

    def rung(**_: object) -> None:
        append(campaign.diary, f"beat {number} 1")

    logging.disable(logging.CRITICAL)
    append(campaign.diary, f"beat {number} 0")
    after_task_publish.connect(rung, weak=False)
    with suppress(SystemExit):  # it goes with its broker, or lives on without one
        app.start(
            [
                "beat",
                "--schedule",
                str(campaign.folder / f"beat{number}"),
                "--pidfile=",
                "--loglevel",
                "CRITICAL",
            ]
        )

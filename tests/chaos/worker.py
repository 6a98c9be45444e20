"""A worker of a campaign: forked from a parent that has everything loaded, it works until it is told to end, or dies."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connections

from orchestrator import registry
from orchestrator.messaging.deliver import Delivered
from orchestrator.store import deadlines
from tests.chaos import controls, guards, points
from tests.chaos.campaign import Campaign, append
from tests.chaos.clock import Clock
from tests.chaos.lines import Plugin, Poisonous

NAME = "chaos_worker"
REST = 0.02


def load(campaign: Campaign) -> None:
    """All that workers would load anew, each for itself. Nothing is due yet; connections are each worker's own."""
    from orchestrator.journeys import work
    from orchestrator.messaging import claim, compose, groups
    from orchestrator.messaging.content.render import InProcessRenderer
    from tests.chaos.town import START

    renderer = InProcessRenderer({})
    compose.renderer = lambda: renderer
    claim.LEASE = timedelta(seconds=campaign.lease)
    work.DELIVERED_AT_ONCE, work.MOVED_AT_ONCE = campaign.turn, 200  # a death is charged to a few
    groups.CLASS_N_PART = campaign.part
    plugins: dict[str, object] = {"lines": Plugin(campaign.socket, campaign.poisoned[1::2])}
    if campaign.poison:
        plugins["poisonous"] = Poisonous(campaign.poisoned[::2])
    registry.reset(registry.load([], plugins))
    work.work(START - timedelta(days=1))
    connections.close_all()


def call_yourself(name: str) -> None:
    """Have the database know our connections by this name."""
    connections["default"].settings_dict.setdefault("OPTIONS", {})["application_name"] = name


def work(campaign: Campaign, clock: Clock, doom: tuple[str, int] | None, seed: int, left: int) -> None:
    """Rounds of work until we are killed, or until the process that made us closes `left`."""
    from orchestrator.journeys.work import work_by

    call_yourself(NAME)
    deadlines.keep()
    logging.disable(logging.CRITICAL)
    controls.remove(campaign.control)
    if not campaign.ranked:
        guards.unrank()
    points.install(campaign, doom, seed)
    _mind_the_lease(campaign)
    stopping = threading.Event()
    threading.Thread(target=lambda: (os.read(left, 1), stopping.set()), daemon=True).start()
    while not stopping.is_set():
        try:
            if not work_by(clock.now, stopping.is_set):
                time.sleep(REST)
        except (OperationalError, InterfaceError) as error:
            # As `manage.py work`: a database that is away is waited for.
            append(campaign.diary, f"error {getattr(error.__cause__, 'sqlstate', None)}")
            connections.close_all()
            time.sleep(REST)
    connections.close_all()


def _mind_the_lease(campaign: Campaign) -> None:
    """A turn that outlived its lease is in the diary: on a busy machine it does what a stop does."""
    from orchestrator.journeys import work

    def timed(deliver: Callable[..., Delivered]) -> Callable[..., Delivered]:
        def turn(*args: Any) -> Delivered:
            began = time.monotonic()
            answer = deliver(*args)
            if time.monotonic() - began > campaign.lease_lasts:
                append(campaign.diary, "overslept")
            return answer

        return turn

    work.deliver, work.deliver_abreast = timed(work.deliver), timed(work.deliver_abreast)

"""What is done to the workers beside killing them: they are stopped, connections are cut, the servers taken away."""

from __future__ import annotations

import base64
import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Collection

import redis

from tests import servers
from tests.chaos import worker
from tests.chaos.campaign import Campaign, Done
from tests.chaos.own import Own

QUEUE = "orchestrator:celery"
REDIS_GOES = 0.5  # of the messages have been let in
_TERMINATE = """SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = %s ORDER BY random() LIMIT 1) AS one"""


class Nemesis:
    """One campaign's. `frozen`: the workers that are stopped now."""

    def __init__(self, campaign: Campaign, done: Done, broker: subprocess.Popen[bytes] | None) -> None:
        self._campaign, self._done, self._broker = campaign, done, broker
        self._chance = random.Random(campaign.seed + 6)
        self._client = redis.Redis(port=campaign.redis_port) if broker is not None else None
        self._frozen: dict[int, float] = {}

    @property
    def frozen(self) -> Collection[int]:
        """Workers that are stopped."""
        return self._frozen

    def strike(self, own: Own, workers: Collection[int], share: float) -> None:
        """Whatever is due when this share of the messages has been let in."""
        campaign, done = self._campaign, self._done
        self._thaw(workers)
        if done.stops < _so_far(campaign.stops, share):
            self._freeze(workers)
        if done.terminations < _so_far(campaign.terminations, share):
            (found,) = own.execute(_TERMINATE, [worker.NAME]).fetchone() or (0,)
            done.terminations += found
        if done.restarts < _so_far(campaign.restarts, share):
            servers.restart_embedded_postgresql(crash=done.restarts % 2 == 0)
            done.restarts += 1
        if self._client is not None and self._broker is not None and not done.redis_stopped:
            self._upset(self._client, self._broker, share)

    def let_go(self, workers: Collection[int]) -> None:
        """Whoever is stopped goes on."""
        for child in self._frozen:
            if child in workers:
                os.kill(child, signal.SIGCONT)
        self._frozen.clear()

    def _freeze(self, workers: Collection[int]) -> None:
        """Stop one for longer than its lease; it goes on then as if nothing had been."""
        running = sorted(set(workers) - set(self._frozen))
        if running:
            child = self._chance.choice(running)
            os.kill(child, signal.SIGSTOP)
            self._frozen[child] = time.monotonic() + self._campaign.lease_lasts * 1.3
            self._done.stops += 1

    def _thaw(self, workers: Collection[int]) -> None:
        for child, until in list(self._frozen.items()):
            if child in workers and time.monotonic() <= until:
                continue
            if child in workers:
                os.kill(child, signal.SIGCONT)
            del self._frozen[child]

    def _upset(self, client: redis.Redis, broker: subprocess.Popen[bytes], share: float) -> None:
        waiting: list[bytes] = client.lrange(QUEUE, 0, -1)  # type: ignore[assignment]
        self._done.depth = max(self._done.depth, len(waiting))
        self._done.traces += sum(map(_names_somebody, waiting))
        if self._done.flushes < _so_far(self._campaign.flushes, share / REDIS_GOES):
            client.flushall()
            self._done.flushes += 1
        if share > REDIS_GOES:
            broker.kill()
            self._done.redis_stopped = True


def _names_somebody(bell: bytes) -> bool:
    return b"canary" in bell or b"canary" in base64.b64decode(json.loads(bell)["body"])


def _so_far(all_: int, share: float) -> int:
    return int(all_ * min(1.0, share) * 1.05 + 0.02)

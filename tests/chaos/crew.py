"""The crew: forks the workers and whoever lives beside them, and kills workers at the pace of the campaign."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime

from tests.chaos import actors, bells, points, withdrawing, worker
from tests.chaos.campaign import Campaign, Done, fork
from tests.chaos.carriers import Carriers
from tests.chaos.clock import Clock
from tests.chaos.nemesis import Nemesis
from tests.chaos.own import Own
from tests.chaos.town import Town

TICK, SAY = 0.02, 5.0
LAST_TURN = 30.0  # seconds that workers have to end what they are at
WAITED_FOR = 3  # deaths by which the campaign may be behind
PATIENCE = 120.0  # seconds in which nothing changed, after which the campaign is over
_STANDING = """SELECT count(*) FILTER (WHERE state NOT IN ('accepted', 'unknown', 'rejected', 'failed', 'skipped',
    'ghost', 'expired', 'cancelled', 'render_failed', 'dead')),
    count(*) FILTER (WHERE state IN ('leased', 'handing_off')), count(*) FILTER (WHERE wake_pending),
    min(due_at) FILTER (WHERE state IN ('planned', 'retry_wait', 'uncertain')) FROM messaging_message"""
_WALKING = "SELECT count(*) FROM journeys_enrollment WHERE status = 'active' AND due_at <= %s"


class Crew:
    """The processes of one campaign."""

    def __init__(
        self, campaign: Campaign, clock: Clock, town: Town, broker: subprocess.Popen[bytes] | None
    ) -> None:
        self._campaign, self._clock, self._town, self._broker = campaign, clock, town, broker
        self._chance = random.Random(campaign.seed + 5)
        self._workers: dict[int, str] = {}
        self._helpers: list[int] = []
        self._progress = actors.Progress()
        self._left = os.pipe()
        self._born = 0
        self._said_at = time.monotonic()
        self._patience = min(PATIENCE, 3 * campaign.ending)
        self.done = Done()
        self._nemesis = Nemesis(campaign, self.done, broker)

    def run(self) -> Done:
        """From the first worker to the last message."""
        campaign = self._campaign
        campaign.log.touch()
        self._help(lambda: asyncio.run(Carriers(campaign, self._clock).serve()))
        while not os.path.exists(campaign.socket):
            time.sleep(0.01)
        crowd = self._help_with("crowd", actors.let_in, self._town, self._progress)
        if not campaign.withdrawers:
            self._help_with("withdrawal", actors.withdraw, self._town, self._progress)
        for number in range(campaign.withdrawers):
            self._help_with(f"withdrawer_{number}", withdrawing.withdraw, self._town, self._progress, number)
        self._help_with("erasure", actors.erase, self._town, self._progress)
        self._help_with("receipts", actors.bring_receipts)
        if self._broker is not None:
            self._help(lambda: bells.be_celery(campaign, self._clock))
            for number in range(campaign.beats):
                self._help(lambda number=number: bells.beat(campaign, number))  # type: ignore[misc]
        try:
            own = Own(campaign.database_url)
            self._until_let_in(own, crowd)
            self._until_quiet(own)
        finally:
            self._end()
        return self.done

    def _help(self, act: Callable[[], None]) -> int:
        child = fork(act)
        self._helpers.append(child)
        return child

    def _help_with(self, name: str, act: Callable[..., None], *more: object) -> int:
        campaign, clock = self._campaign, self._clock
        return self._help(lambda: actors.guarded(campaign, name, lambda: act(campaign, clock, *more)))

    def _until_let_in(self, own: Own, crowd: int) -> None:
        seen, since = -1, time.monotonic()
        while _alive(crowd) and time.monotonic() - since < self._patience:
            self._say()
            made = self._progress.get()
            if made != seen:
                seen, since = made, time.monotonic()
            share = made / self._campaign.messages
            self._round(own, share)
            time.sleep(TICK)

    def _round(self, own: Own, share: float) -> None:
        self._reap()
        pace = self._campaign.kills * share
        while len(self._workers) < self._campaign.workers:
            self._bear(sum(self.done.kills.values()) < min(pace + 1, self._campaign.kills))
        # Those who are to die at a point are given some time to come there.
        if sum(self.done.kills.values()) < int(pace) - (WAITED_FOR if share < 1 else 0):
            self._kill()
        self._nemesis.strike(own, self._workers, share)

    def _bear(self, may_be_doomed: bool) -> None:
        campaign, self._born = self._campaign, self._born + 1
        doom = None
        if may_be_doomed and self._chance.random() < campaign.doom:
            doom = (
                self._chance.choice(campaign.points or points.POINTS),
                self._chance.randint(1, 3 if campaign.doom < 1 else 1),
            )
        seed, left = campaign.seed * 100_003 + self._born, self._left[0]

        def live() -> None:
            os.close(self._left[1])
            worker.work(campaign, self._clock, doom, seed, left)

        self._workers[fork(live)] = doom[0] if doom else ""

    def _reap(self) -> None:
        for child in list(self._workers):
            found, status = os.waitpid(child, os.WNOHANG)
            if not found:
                continue
            point = self._workers.pop(child)
            code = os.waitstatus_to_exitcode(status)
            if code == -signal.SIGKILL:
                self.done.kills[point or "anywhere"] += 1
            elif code == -signal.SIGABRT and self._campaign.poison:
                self.done.poison_deaths += 1
            else:
                self.done.faults += 1

    def _kill(self) -> None:
        running = [child for child in self._workers if child not in self._nemesis.frozen]
        if running:
            child = self._chance.choice([one for one in running if not self._workers[one]] or running)
            self._workers[child] = ""
            os.kill(child, signal.SIGKILL)

    def _until_quiet(self, own: Own) -> None:
        """Until every message is final and everybody knows; the clock leaps where nothing is due."""
        seen, since, end = None, time.monotonic(), time.monotonic() + self._campaign.ending
        while time.monotonic() - since < self._patience and time.monotonic() < end:
            self._round(own, 1.0)
            self._say()
            standing = own.execute(_STANDING).fetchone()
            assert standing is not None
            (walking,) = own.execute(_WALKING, [self._clock.now()]).fetchone() or (0,)
            if not any((*standing[:3], walking)):
                self.done.finished = True
                return
            self._perhaps_leap(standing, walking)
            if standing != seen:
                seen, since = standing, time.monotonic()
            time.sleep(TICK * 5)

    def _perhaps_leap(self, standing: tuple[int, int, int, datetime | None], walking: int) -> None:
        _, held, waking, due_at = standing
        if not (held or waking or walking) and due_at is not None and due_at > self._clock.now():
            self._clock.leap(due_at)

    def _say(self) -> None:
        """A line every few seconds for whoever waits."""
        if time.monotonic() > self._said_at + SAY:
            self._said_at = time.monotonic()
            kills, made = sum(self.done.kills.values()), self._progress.get()
            print(f"{made:,} let in, {kills} killed; it is {self._clock.now():%a %H:%M}", file=sys.stderr)

    def _end(self) -> None:
        os.close(self._left[1])
        self._nemesis.let_go(self._workers)
        for child in self._helpers:
            if _alive(child):
                os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            # Whoever ended by an error has not done what the campaign needs of them.
            self.done.faults += os.waitstatus_to_exitcode(status) > 0
        end = time.monotonic() + LAST_TURN
        for child in self._workers:
            while _alive(child) and time.monotonic() < end:
                time.sleep(TICK)
            if _alive(child):
                os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _alive(child: int) -> bool:
    try:
        return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    except ChildProcessError:
        return False

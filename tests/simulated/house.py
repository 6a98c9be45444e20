"""The house on the stage: the engine as it is, on a database in memory, with the world around it replaced.

Replaced are the broker, the clocks, the providers, and the child process that renders. Everything else is what runs
in production; all actors share one connection, which no two ever use at once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.backends.utils import CursorWrapper

from orchestrator import registry
from orchestrator.journeys import tasks, work
from orchestrator.messaging import compose, deliver, doubt, groups, handoff, parts
from orchestrator.messaging.content.render import Answer, Rendered, RenderFailure, RenderJob
from orchestrator.messaging.groups import Pace
from orchestrator.sdk.values import EmailContent, SmsContent
from orchestrator.store import doorbells, statement
from tests.scenarios.scripted import Plugin
from tests.simulated import town
from tests.simulated.broker import Broker
from tests.simulated.history import History
from tests.simulated.providers import Taken, Virtual
from tests.simulated.stage import Stage

_EXECUTE_HERE = statement._execute_here


class Ground:
    """A migrated database with the town in it, built once; every seed begins as a copy."""

    def __init__(self, migrated: Path) -> None:
        self._source = sqlite3.connect(":memory:", check_same_thread=False)
        file = sqlite3.connect(migrated)
        file.backup(self._source)
        file.close()
        wrapper = self.copy()
        with at_home(wrapper):
            town.build()
            wrapper.connection.commit()
            built = sqlite3.connect(":memory:", check_same_thread=False)
            wrapper.connection.backup(built)
        self._source.close()
        self._source = built

    def copy(self) -> DatabaseWrapper:
        """A connection of its own to a database of its own."""
        described = deepcopy(connections["default"].settings_dict) | {"NAME": ":memory:"}
        wrapper = DatabaseWrapper(described, "default")
        wrapper.inc_thread_sharing()
        wrapper.connect()
        self._source.backup(wrapper.connection)
        return wrapper


@contextmanager
def at_home(wrapper: DatabaseWrapper) -> Iterator[None]:
    """Within, this thread's connection is that one."""
    before = connections["default"]
    connections["default"] = wrapper
    try:
        yield
    finally:
        connections["default"] = before


class Unwatched:
    """A worker's shift without beats: a story's clock leaps by hours, which a real one would take for a long stop."""

    def between(self, doing: str, stopping: Callable[[], bool]) -> Callable[[], bool]:
        """`stopping`, and nothing else."""
        return stopping

    def look(self, doing: str) -> None:
        """Nobody looks."""


class House:
    """What a seed's actors share: the stage, the database, the broker, the providers with their log, the history."""

    def __init__(self, ground: Ground, seed: int) -> None:
        self.wrapper = ground.copy()
        self.stage = Stage(seed, self._enter)
        self.broker = Broker(self.stage)
        self.log: list[Taken] = []
        chance = self.stage.chance
        self.providers = {
            channel: Virtual.of(channel, chance.choice(classes), self.stage, self.log)
            for channel, classes in (("email", "IQQN"), ("sms", "NNIQ"))
        }
        self.history = History(self.stage, self.wrapper)
        self.calm = False

    def _enter(self) -> None:
        connections["default"] = self.wrapper

    def alone(self, sql: str, act: Callable[[], Any]) -> Any:
        """An edge before every statement that stands alone; a look at the outbox after what it has committed."""
        if self.wrapper.in_atomic_block or self.calm:
            return act()
        self.stage.edge(sql[:6])
        answer = act()
        if not sql.startswith(("SELECT", "BEGIN")):
            self.history.look()
        return answer

    def _execute_here(self, sql: str, parameters: Sequence[Any]) -> Any:
        return self.alone(sql, lambda: _EXECUTE_HERE(sql, parameters))

    @contextmanager
    def open(self) -> Iterator[None]:
        """Within, the engine lives in this house."""
        stage, chance = self.stage, self.stage.chance
        virtual = SimpleNamespace(
            monotonic=lambda: stage.seconds,
            time=lambda: stage.seconds,
            sleep=lambda seconds: stage.edge("rests"),
        )
        with ExitStack() as stack, at_home(self.wrapper):
            for where, name, what in (
                (doorbells, "current_app", self.broker),
                (doorbells, "time", virtual),
                (doorbells, "_rests_until", -1.0),
                (doorbells, "_rung_at", {}),
                (
                    doorbells,
                    "QUIET",
                    0.0,
                ),  # no bells are gathered: that is a thread's, and the stage has none
                (settings, "DOORBELLS", True),
                (settings, "DELIVERY_ALLOWLIST", ["*"]),
                (tasks, "time", virtual),
                (tasks, "_now", lambda: stage.clock),
                (tasks, "_shift", lambda process: Unwatched()),
                (deliver, "boottime", lambda: stage.seconds),
                (handoff, "boottime", lambda: stage.seconds),
                (parts, "boottime", lambda: stage.seconds),
                (deliver, "_PACE", Pace()),
                (groups, "CLASS_N_PART", chance.choice((1, 2, 50))),
                (compose, "renderer", lambda: Quick(stage)),
                (doubt, "in_loop", in_this_thread),
                (work, "DELIVERED_AT_ONCE", chance.choice((1, 2, 3, 6))),
                (
                    work,
                    "_WALKS",
                    {**work._WALKS, "move": ("moved", work.move_due, chance.choice((1, 3, 10)))},
                ),
                (work, "RESCUED_AT_ONCE", chance.choice((1, 10))),
                (self.wrapper, "_commit", self._commit),
                (self.wrapper, "make_cursor", lambda cursor: Watched(self, cursor)),
                (statement, "_execute_here", self._execute_here),
            ):
                stack.enter_context(patch.object(where, name, what))
            registry.reset(registry.load([], {"virtual": Plugin(list(self.providers.values()))}))
            self.history.look()
            try:
                yield
            finally:
                self.stage.end()
                registry.reset()
                self.wrapper.connection.close()

    def unwatched(self) -> None:
        """From now on one worker acts alone, in large batches: nobody needs an edge."""
        self.calm = True
        work.DELIVERED_AT_ONCE, work.MOVED_AT_ONCE, work.RESCUED_AT_ONCE = 100, 100, 100

    def _commit(self) -> None:
        DatabaseWrapper._commit(self.wrapper)
        self.history.look()

    def rows(self, sql: str, *given: Any) -> list[tuple[Any, ...]]:
        """Ask the database past the engine."""
        return self.wrapper.connection.execute(sql, given).fetchall()


class Watched(CursorWrapper):
    """A cursor of the ORM whose statements are watched."""

    def __init__(self, house: House, cursor: Any) -> None:
        super().__init__(cursor, house.wrapper)
        self.house = house

    def execute(self, sql: str, params: Any = None) -> Any:
        """As ever, with an edge before it."""
        return self.house.alone(sql, lambda: super(Watched, self).execute(sql, params))


class Quick:
    """Stands for the child process that renders: an edge, and a few words. Some people's words cannot be rendered."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def render(self, jobs: Sequence[RenderJob]) -> list[Answer]:
        """One answer for each job."""
        self._stage.edge("render")
        return [self._one(job) for job in jobs]

    def close(self) -> None:
        """There is nothing to close."""

    def _one(self, job: RenderJob) -> Answer:
        if self._stage.chance.random() < 0.01:
            return RenderFailure("render_error", "a word is missing")
        if job.channel == "sms":
            return Rendered(SmsContent("hello", 1, "shop"), "en")
        return Rendered(EmailContent("hello", "hello", headers=dict(job.headers)), "en")


def in_this_thread(provider: Any, works: Sequence[Callable[[Any], Any]]) -> list[Any]:
    """Stands for `calls.in_loop`: the coroutine runs here, where the baton is."""
    return [_answered(work) for work in works]


def _answered(work: Callable[[Any], Any]) -> Any:
    coroutine = work(None)
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    except Exception as error:
        return error
    raise RuntimeError("a virtual provider waits for nothing")

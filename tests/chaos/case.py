"""A campaign that is over, as its checks are given it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import psycopg

from tests.chaos import truth
from tests.chaos.campaign import Campaign, Done
from tests.chaos.truth import Row, Taken, Truth


@dataclass(frozen=True)
class Count:
    """Violations, of so many cases."""

    violations: int
    cases: int


@dataclass
class Case:
    """Both stories, and the tables for whoever has a question of its own."""

    campaign: Campaign
    done: Done
    own: psycopg.Connection

    @cached_property
    def truth(self) -> Truth:
        """What happened, and what the tables say."""
        return truth.read(self.campaign, self.own)

    @property
    def kills(self) -> int:
        """So many workers were killed."""
        return sum(self.done.kills.values())

    @property
    def sleeps(self) -> int:
        """So often somebody else may have taken over what a worker went on with: it was stopped, or only slow."""
        return self.done.stops + self.truth.diary.overslept

    @property
    def blows(self) -> int:
        """Whatever makes a worker forget what it did: deaths, leases slept over, connections cut in a commit.

        A restart of the server is one for each worker, Celery's with them.
        """
        restarts = self.done.restarts * (self.campaign.workers + 1)
        return self.kills + self.sleeps + self.done.terminations + self.done.poison_deaths + restarts

    def row(self, taken: Taken) -> Row | None:
        """The message that a carrier took; None if we know no such one."""
        return self.truth.row_of.get(taken.key) or self.truth.row_of.get(taken.token)

    def by(self, carrier: str, purpose: str = "") -> Iterable[Taken]:
        """What this carrier took."""
        wanted = {purpose} if purpose else {"marketing", "transactional"}
        return (one for one in self.truth.taken if one.carrier == carrier and one.purpose in wanted)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The tables."""
        return self.own.execute(sql).fetchall()

    def number(self, sql: str) -> int:
        """A count."""
        return int(self.ask(sql)[0][0])

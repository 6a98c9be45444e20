"""Workers are SIGKILLed again and again in mid-send; what the providers' own log says is compared with the database.

What is promised (RELIABILITY §1): a provider of class I gets every message exactly once. One of class N gets
marketing at most once, and what may or may not have left is `unknown` and counted; it gets transactional messages
at least once, twice only where a worker died. Nothing is ever lost, and nothing accepted is not in the log.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.chaos.gateway import Gateway
from tests.chaos.seed import KINDS
from tests.installation import installed

pytestmark = pytest.mark.slow
PEOPLE, SEED = 120, 11
NURSERY = "from tests.chaos.nursery import main; main({folder!r}, {seed}, {people})"
GROUP = Gateway.max_batch * Gateway.threads
Kind = tuple[str, str]  # channel, purpose
CLASS_I, AT_MOST_ONCE, AT_LEAST_ONCE = [(channel, purpose) for _, channel, purpose in KINDS]


@dataclass(frozen=True)
class Row:
    """A message as the database tells it in the end."""

    key: str
    channel: str
    purpose: str
    state: str
    crashes: int
    counted: bool


@dataclass(frozen=True)
class Ending:
    """After the last round: kills, the database's rows, how passages ended, and how often each key is in the log."""

    deaths: int
    rows: list[Row]
    enrollments: dict[str, int]
    log: dict[Kind, Counter[str]]

    def of(self, kind: Kind) -> list[Row]:
        """The messages of one kind."""
        return [row for row in self.rows if (row.channel, row.purpose) == kind]


@pytest.fixture(scope="module")
def ending(tmp_path_factory: pytest.TempPathFactory) -> Ending:
    folder = tmp_path_factory.mktemp("chaos")
    with installed(
        folder, os.environ["TEST_DATABASE"], DELIVERY_ALLOWLIST="*", ORCHESTRATOR_PLUGINS=""
    ) as one:
        told = one.python(NURSERY.format(folder=str(folder), seed=SEED, people=PEOPLE))
    story = json.loads(told)
    rows = [Row(*row) for row in story["messages"]]
    return Ending(story["deaths"], rows, story["enrollments"], _read(folder / "gateway.log"))


def _read(log: Path) -> dict[Kind, Counter[str]]:
    """The world's own story, read by nothing that the engine is made of."""
    answer: dict[Kind, Counter[str]] = {kind: Counter() for kind in (CLASS_I, AT_MOST_ONCE, AT_LEAST_ONCE)}
    for line in log.read_text(encoding="ascii").splitlines():
        key, channel, purpose = line.split()
        answer[channel, purpose][key] += 1
    return answer


def test_workers_really_died_in_mid_send(ending: Ending) -> None:
    # A worker that finds nothing left to do ends by itself; the first rounds find enough, however the kills fall.
    assert ending.deaths >= 8
    crashed = [row for row in ending.rows if row.crashes]
    assert {(row.channel, row.purpose) for row in crashed} == set(ending.log)
    assert max(row.crashes for row in ending.rows) <= 5


def test_nobody_is_lost_on_the_way_to_a_message(ending: Ending) -> None:
    assert ending.enrollments == {"completed": 3 * PEOPLE}
    assert [len(ending.of(kind)) for kind in ending.log] == [PEOPLE] * 3
    assert len({row.key for row in ending.rows}) == 3 * PEOPLE


def test_class_i_gets_every_message_exactly_once(ending: Ending) -> None:
    assert ending.log[CLASS_I] == {row.key: 1 for row in ending.of(CLASS_I)}
    assert {row.state for row in ending.of(CLASS_I)} == {"accepted"}


def test_class_n_at_most_once_gets_none_twice_and_doubt_is_owned_up_to(ending: Ending) -> None:
    rows, log = ending.of(AT_MOST_ONCE), ending.log[AT_MOST_ONCE]
    assert set(log.values()) == {1}
    assert {row.state for row in rows} == {"accepted", "unknown"}
    accepted = {row.key for row in rows if row.state == "accepted"}
    unknown = {row.key for row in rows if row.state == "unknown"}
    assert accepted <= set(log) <= accepted | unknown
    assert len(unknown) <= ending.deaths * GROUP


def test_class_n_at_least_once_gets_all_and_two_only_where_a_worker_died(ending: Ending) -> None:
    rows, log = ending.of(AT_LEAST_ONCE), ending.log[AT_LEAST_ONCE]
    assert set(log) == {row.key for row in rows}
    assert {row.state for row in rows} == {"accepted"}
    assert sum(log.values()) - len(log) <= ending.deaths
    twice = {key for key, times in log.items() if times > 1}
    assert twice <= {row.key for row in rows if row.crashes}


def test_what_left_or_may_have_left_counts_against_the_caps(ending: Ending) -> None:
    assert {row.counted for row in ending.rows} == {True}

"""A replay is what really happens when the same events go through the engine by the same tick: message for message."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.installation import installed

PEOPLE, WEEKS = 300, 5


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What happened, and what a simulation of the same weeks says."""
    with installed(tmp_path_factory.mktemp("lived"), os.environ["TEST_DATABASE"]) as one:
        code = f"from tests.journeys.simulation.lived import main; main({PEOPLE}, {WEEKS})"
        yield json.loads(one.python(code).splitlines()[-1])


def test_every_message_is_the_same(both: dict[str, Any]) -> None:
    assert len(both["really"]) > 300
    assert both["replayed"] == both["really"]


def test_nothing_is_written(both: dict[str, Any]) -> None:
    assert both["after"] == both["before"]


def test_what_is_told_is_what_happened(both: dict[str, Any]) -> None:
    told, mine = both["told"], [row for row in both["really"] if row[1] == "reactivation"]
    sent = [row for row in mine if row[5] == "accepted"]
    assert told["sent"] == len(sent) == sum(one["messages"] for one in told["by_day"]) > 0
    assert told["sent_people"] == len({row[0] for row in sent})
    assert sum(told["states"].values()) == len(mine)

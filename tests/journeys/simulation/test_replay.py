"""A replay is what really happens when the same events go through the engine by the same tick: message for message."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.installation import installed

PEOPLE, WEEKS = 450, 5


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Any]]:
    """An installation of which one asks for what `lived` does."""
    with installed(tmp_path_factory.mktemp("lived"), os.environ["TEST_DATABASE"]) as one:

        def ask(what: str) -> Any:
            code = f"from tests.journeys.simulation import lived; lived.{what}"
            return json.loads(one.python(code).splitlines()[-1])

        yield ask


@pytest.fixture(scope="module")
def both(shop: Callable[[str], Any]) -> dict[str, Any]:
    """What happened, and what a simulation of the same weeks says."""
    found: dict[str, Any] = shop(f"main({PEOPLE}, {WEEKS})")
    return found


def test_every_message_is_the_same(both: dict[str, Any]) -> None:
    assert len(both["really"]) > 300
    assert both["replayed"] == both["really"]


def test_nothing_is_written(both: dict[str, Any]) -> None:
    assert both["after"] == both["before"]
    assert both["before"]["webhooks_webhookdelivery"] > len(both["really"])


def test_what_is_told_is_what_happened(both: dict[str, Any]) -> None:
    told, mine = both["told"], [row for row in both["really"] if row[1] == "reactivation"]
    sent = [row for row in mine if row[5] == "accepted"]
    assert told["sent"] == len(sent) == sum(one["messages"] for one in told["by_day"]) > 0
    assert told["sent_people"] == len({row[0] for row in sent})
    assert sum(told["states"].values()) == len(mine)


def test_shares_of_the_people_together_are_everybody(
    both: dict[str, Any], shop: Callable[[str], Any]
) -> None:
    shares = [shop(f"of_share({PEOPLE}, {WEEKS}, {number}, 2)") for number in range(2)]
    assert [len(share) > 100 for share in shares] == [True, True]
    assert sorted([*shares[0], *shares[1]]) == sorted(both["really"])


def test_several_processes_tell_the_same_as_one(both: dict[str, Any], shop: Callable[[str], Any]) -> None:
    answer = shop(f"in_processes({PEOPLE}, {WEEKS}, 3)")
    told, alone = answer["told"], both["told"]
    assert {**told, "examples": []} == {**alone, "examples": []}
    assert len(told["examples"]) == len(alone["examples"]) == 10
    assert answer["done"] == sorted(answer["done"])
    assert len(answer["done"]) > 100


def test_a_forecast_writes_nothing_and_is_the_same_in_any_number_of_processes(
    both: dict[str, Any], shop: Callable[[str], Any]
) -> None:
    alone, three = (shop(f"forecast({PEOPLE}, {WEEKS}, {processes})") for processes in (1, 3))
    assert [alone["unchanged"], three["unchanged"]] == [True, True]
    assert alone["told"]["question"] == "forecast"
    assert alone["told"]["entered"] > 0
    assert alone["told"]["people"] > both["told"]["people"]  # the newcomers come again, as somebody new
    assert {**three["told"], "examples": []} == {**alone["told"], "examples": []}

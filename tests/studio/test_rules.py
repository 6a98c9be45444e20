"""Rules as sentences."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from orchestrator.studio import rules, words

SAID: list[tuple[dict[str, Any], str, str]] = [
    ({"at_least": 2}, "order.placed happened at least 2×", "zdarzy się order.placed co najmniej 2×"),
    ({"at_most": 2}, "order.placed happened at most 2×", "zdarzy się order.placed najwyżej 2×"),
    ({"is": 1}, "order.placed happened exactly 1×", "zdarzy się order.placed dokładnie 1×"),
    (
        {"above": 1, "below": 5},
        "order.placed happened more than 1×, less than 5×",
        "zdarzy się order.placed więcej niż 1×, mniej niż 5×",
    ),
    ({"odd": 3}, "order.placed happened odd: 3", "zdarzy się order.placed odd: 3"),
]


@pytest.mark.parametrize(("count", "english", "polish"), SAID)
def test_how_often_is_said_as_one_says_it(count: dict[str, Any], english: str, polish: str) -> None:
    rule = {"event": "order.placed", "count": count}
    with translation.override("en"):
        assert rules.say(rule) == english
    with translation.override("pl"):
        assert rules.say(rule) == polish


def test_a_count_within_a_time() -> None:
    rule = {"event": "order.placed", "count": {"at_least": 2}, "within": "30 days"}
    assert rules.say(rule) == "order.placed happened at least 2× within 30 days"
    with translation.override("pl"):
        assert rules.say(rule) == "zdarzy się order.placed co najmniej 2× w 30 dni"


def test_the_number_of_a_check_has_a_name_in_both_languages() -> None:
    assert list(words.facts({"check": 8})) == [("number of the check", "8")]
    with translation.override("pl"):
        assert list(words.facts({"check": 8})) == [("numer sprawdzenia", "8")]

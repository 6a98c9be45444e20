"""What an export says in words: the reasons of decisions, and the rules of segments."""

from __future__ import annotations

from typing import Any

from orchestrator.customers.exporting import say
from orchestrator.studio import rules, words


def handle() -> None:
    """Give the codes in an export the words that the studio has for them."""
    for table, column in (("messages", "reason"), ("decisions", "reason"), ("journeys", "reason")):
        say(table, column, lambda code: words.reason(code) if code else "")
    say("segments", "rule", _rule)


def _rule(rule: Any) -> str:
    return rules.say(rule) if rule else ""

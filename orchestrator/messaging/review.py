"""REVIEW: plugins look at rendered messages before they leave. They may only refuse."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from orchestrator import registry
from orchestrator.domain.gate_facts import Outcome, Verdict
from orchestrator.domain.policy import LOOK_AGAIN
from orchestrator.messaging.answers import text
from orchestrator.messaging.facts import Loaded
from orchestrator.messaging.gate import Ready
from orchestrator.messaging.handoff import message_of
from orchestrator.messaging.verdicts import apply
from orchestrator.sdk.values import Veto

log = logging.getLogger(__name__)
_WORDS = 500  # characters of a veto's reason that are kept


def review(ready: Sequence[Ready], loaded: Loaded, now: datetime) -> list[Ready]:
    """Ask every reviewer; answers what none refused. A reviewer that fails holds the whole batch: it may have had
    something to say."""
    if not ready or not registry.current().manager.hook.review_messages.get_hookimpls():
        return list(ready)
    by_key = {one.message.key: one for one in ready}
    verdicts: dict[int, Verdict] = {}
    for name, vetoes, error in _asked(ready, now):
        refused = _sound(name, vetoes) if error is None else None
        if refused is None:
            held = Verdict(Outcome.HOLD, "review_failed", now + LOOK_AGAIN, {"plugin": name}, check=15)
            verdicts |= {one.message.id: held for one in ready if one.message.id not in verdicts}
            continue
        for key in refused.keys() & by_key.keys():
            evidence = {"plugin": name, "why": refused[key]}
            verdicts[by_key[key].message.id] = Verdict(Outcome.SKIP, "vetoed", evidence=evidence, check=15)
    with transaction.atomic():
        apply([one.message for one in ready if one.message.id in verdicts], verdicts, loaded, now)
    return [one for one in ready if one.message.id not in verdicts]


def _asked(ready: Sequence[Ready], now: datetime) -> Iterator[tuple[str, Any, BaseException | None]]:
    shown = tuple(message_of(one) for one in ready)
    return registry.current().hook_each("review_messages", messages=shown, now=now)


def _sound(plugin: str, vetoes: Any) -> dict[str, str] | None:
    """Words by key; None for an answer that cannot be read: somebody was to be refused, and nobody knows who."""
    if vetoes is None:
        return {}
    if isinstance(vetoes, list | tuple) and all(
        isinstance(one, Veto) and isinstance(one.key, str) for one in vetoes
    ):
        return {veto.key: text(veto.reason)[:_WORDS] for veto in vetoes}
    log.error("plugin %s: its review is no list of vetoes", plugin)
    return None

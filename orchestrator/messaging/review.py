"""REVIEW: plugins look at rendered messages before they leave. They may only refuse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from orchestrator import registry
from orchestrator.domain.gate_facts import Outcome, Verdict
from orchestrator.domain.policy import LOOK_AGAIN
from orchestrator.messaging.facts import Loaded
from orchestrator.messaging.gate import Ready
from orchestrator.messaging.handoff import message_of
from orchestrator.messaging.verdicts import apply


def review(ready: Sequence[Ready], loaded: Loaded, now: datetime) -> list[Ready]:
    """Ask every reviewer; answers what none refused. A reviewer that fails holds the whole batch: it may have had
    something to say."""
    if not ready or not registry.current().manager.hook.review_messages.get_hookimpls():
        return list(ready)
    by_key = {one.message.key: one for one in ready}
    verdicts: dict[int, Verdict] = {}
    shown = [message_of(one) for one in ready]
    for name, vetoes, error in registry.current().hook_each("review_messages", messages=shown, now=now):
        if error is not None:
            held = Verdict(Outcome.HOLD, "review_failed", now + LOOK_AGAIN, {"plugin": name}, check=15)
            verdicts |= {one.message.id: held for one in ready if one.message.id not in verdicts}
            continue
        for veto in vetoes or ():
            if veto.key in by_key:
                evidence = {"plugin": name, "why": veto.reason}
                verdicts[by_key[veto.key].message.id] = Verdict(
                    Outcome.SKIP, "vetoed", evidence=evidence, check=15
                )
    with transaction.atomic():
        apply([one.message for one in ready if one.message.id in verdicts], verdicts, loaded, now)
    return [one for one in ready if one.message.id not in verdicts]

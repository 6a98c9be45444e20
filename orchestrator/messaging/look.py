"""LOOK: drop the obvious without a lock, before anybody spends time on rendering it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from orchestrator.domain.gate_facts import Outcome, Verdict
from orchestrator.domain.policy import decide
from orchestrator.messaging.breakers import Breakers
from orchestrator.messaging.facts import Loaded, load
from orchestrator.messaging.route import route_of
from orchestrator.messaging.rows import Claimed
from orchestrator.messaging.verdicts import apply
from orchestrator.sdk.value import value


@value
class Hopeful:
    """A message that nothing obvious stands against, and the provider it would go to."""

    message: Claimed
    provider: str


def look(
    messages: Sequence[Claimed], now: datetime, breakers: Breakers | None = None
) -> tuple[list[Hopeful], Loaded]:
    """Decide each message on its own; write what is decided, answer the rest.

    Ghosts end here: they take no slot, so no lock is needed to be exact about them.
    """
    loaded = load(messages, now)
    breakers = breakers or Breakers.read(now)
    verdicts: dict[int, Verdict] = {}
    hopeful: list[Hopeful] = []
    for message in messages:
        verdict = decide(message.candidate, loaded.facts[message.id], now)
        if verdict.outcome is Outcome.ALLOW:
            address = loaded.facts[message.id].address
            route = route_of(message, address.value if address else "", breakers, now)
            if not isinstance(route, Verdict):
                hopeful.append(Hopeful(message, route))
                continue
            verdict = route
        verdicts[message.id] = verdict
    with transaction.atomic():
        apply([message for message in messages if message.id in verdicts], verdicts, loaded, now)
    return hopeful, loaded

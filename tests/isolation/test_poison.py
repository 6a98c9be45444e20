"""A message that kills whoever prepares it: it is taken alone, parked in the end with its reason, and stops nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orchestrator.messaging import compose
from orchestrator.messaging.deliver import deliver
from orchestrator.messaging.models import Message
from orchestrator.messaging.rescue import rescue
from tests.messaging import conftest as messaging
from tests.messaging.conftest import Outbox

outbox, world = messaging.outbox, messaging.world  # the fixtures
LATER = timedelta(minutes=2)


class Died(BaseException):
    """The process is gone: nobody catches it, and nothing is done after it."""


def poisoned(monkeypatch: pytest.MonkeyPatch, poison: int) -> None:
    """Whoever composes this message dies of it."""
    draft = compose.draft

    def dying(messages: Any, *rest: Any) -> Any:
        if poison in [message.id for message in messages]:
            raise Died
        return draft(messages, *rest)

    monkeypatch.setattr(compose, "draft", dying)


def worker_dies(outbox: Outbox) -> bool:
    """One turn of a worker, and the rescue of what it held if it did not outlive it."""
    try:
        deliver(outbox.now, 10)
    except Died:
        outbox.world.now += LATER
        rescue(outbox.now)
        return True
    return False


@pytest.mark.parametrize("place", [0, 4])
def test_it_is_dead_after_five_workers_and_all_the_others_are_sent(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    ids = outbox.plan("anna", "bela", "celina", "dora", "ewa", purpose="transactional")
    poisoned(monkeypatch, ids[place])
    deaths = sum(worker_dies(outbox) for _ in range(12))
    assert deaths == 5
    row = Message.objects.get(id=ids[place])
    assert (row.state, row.reason, row.crash_count) == ("dead", "crashes_workers", 5)
    others = Message.objects.exclude(id=ids[place])
    # They were in its company twice, and no oftener.
    assert set(others.values_list("state", "crash_count")) == {("accepted", 2)}

"""Somebody halts all sending while a turn hands off what it has claimed: no further part leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from django.conf import settings

from orchestrator import registry
from orchestrator.domain.incarnation import Found, Why
from orchestrator.messaging import halted
from orchestrator.messaging.deliver import Delivered, deliver
from orchestrator.messaging.halted import Chosen
from orchestrator.messaging.models import DeliveryAttempt, Message
from orchestrator.sdk.values import Message as Sent
from orchestrator.sdk.values import Result
from orchestrator.workspace import halt
from orchestrator.workspace.models import Workspace
from tests.messaging.conftest import Outbox
from tests.scenarios.scripted import Plugin, Scripted

NAMES = ("anna", "bela", "cleo", "dora", "ewa")


class Halting(Scripted):
    """At its second call, somebody halts all sending."""

    idempotent = timedelta(days=30)

    act: Callable[[], object]

    def send_blocking(self, messages: Sequence[Sent]) -> Sequence[Result]:
        """As written down; the call in which it happens is answered, too."""
        if len(self.calls) == 1:
            self.act()
        return super().send_blocking(messages)


def stop(outbox: Outbox) -> None:
    found = Found(Workspace.get().incarnation.hex, frozenset(), 1, None, None)
    assert halt.halt(Why.STOPPED, found, None, outbox.now)


def planned(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> Halting:
    """One message for each, all of them gated together, each a part of its own: class I, one message a call."""
    monkeypatch.setattr("orchestrator.messaging.parts.MESSAGES", 1)
    provider = Halting([])
    provider.act = lambda: stop(outbox)
    settings.DELIVERY_ALLOWLIST = ["*"]
    registry.reset(registry.load([], {"halting": Plugin([provider])}))
    outbox.plan(*NAMES, purpose="transactional")
    return provider


def names(provider: Scripted) -> list[str]:
    return [one.partition("@")[0] for one in provider.recipients]


def test_the_parts_before_it_are_sent_and_the_rest_is_put_back(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = planned(outbox, monkeypatch)
    assert deliver(outbox.now, 10) == Delivered(5, 2)
    assert names(provider) == ["anna", "bela"]
    assert outbox.states() == [("accepted", "accepted")] * 2 + [("planned", "")] * 3
    rest = Message.objects.filter(state="planned")
    assert set(rest.values_list("due_at", "lease_until", "crash_count", "attempts", "maybe_sent")) == {
        (outbox.now, None, 0, 0, False)
    }
    assert DeliveryAttempt.objects.count() == 2
    assert deliver(outbox.now, 10) == Delivered(0, 0)
    assert halt.end(outbox.now)
    assert deliver(outbox.now, 10) == Delivered(3, 3)
    assert names(provider) == list(NAMES)


def test_what_is_released_leaves_while_the_halt_goes_on(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = planned(outbox, monkeypatch)
    deliver(outbox.now, 10)
    assert halted.release(Chosen(), outbox.now) == 3
    assert deliver(outbox.now, 10) == Delivered(3, 3)
    assert names(provider) == list(NAMES)
    assert halt.halted_at() == outbox.now


def test_what_an_earlier_halt_had_released_waits_for_the_new_one(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = planned(outbox, monkeypatch)
    stop(outbox)
    assert halted.release(Chosen(), outbox.now) == 5
    outbox.world.now = outbox.now.replace(minute=1)
    assert deliver(outbox.now, 10) == Delivered(5, 2)
    assert names(provider) == ["anna", "bela"]
    assert outbox.states() == [("accepted", "accepted")] * 2 + [("planned", "")] * 3

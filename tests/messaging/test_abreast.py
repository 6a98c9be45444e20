"""ABREAST: two turns at once deliver each message once, take turns at a provider, and leave suspects alone."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from django.conf import settings
from django.db import connection

from orchestrator import registry
from orchestrator.journeys.work import work_by
from orchestrator.messaging import abreast
from orchestrator.messaging.abreast import can_go_abreast, deliver_abreast
from orchestrator.messaging.deliver import Delivered, deliver
from orchestrator.messaging.models import DeliveryAttempt, Message
from orchestrator.sdk.values import Message as Sent
from orchestrator.sdk.values import Result
from tests.messaging.conftest import Outbox
from tests.scenarios.scripted import Plugin, Scripted

on_postgresql = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
NAMES = [f"p{number}" for number in range(40)]


class Watching(Scripted):
    """Notices who calls it, and whether anybody else is calling it meanwhile."""

    max_batch = 5

    def __init__(self) -> None:
        super().__init__([])
        self.callers: Counter[str] = Counter()
        self.inside = threading.Lock()

    def send_blocking(self, messages: Sequence[Sent]) -> Sequence[Result]:
        """Accept; one caller at a time."""
        assert self.inside.acquire(blocking=False), "two turns are with this provider at once"
        try:
            self.callers[threading.current_thread().name.partition("_")[0]] += len(messages)
            return super().send_blocking(messages)
        finally:
            self.inside.release()


@pytest.fixture
def switched_on(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Turns abreast; the second one's connection is closed at the end, so that the database can be dropped."""
    monkeypatch.setattr(settings, "TURNS_ABREAST", True)
    yield
    abreast._beside(os.getpid()).submit(lambda: connection.close()).result()


@pytest.fixture
def provider(outbox: Outbox, switched_on: None) -> Watching:
    settings.DELIVERY_ALLOWLIST = ["*"]
    watching = Watching()
    registry.reset(registry.load([], {"watching": Plugin([watching])}))
    outbox.plan(*NAMES)
    return watching


class Test:
    """On PostgreSQL, where everybody has a connection."""

    pytestmark = on_postgresql

    def test_each_message_is_handed_off_once_by_one_of_the_two(
        self, outbox: Outbox, provider: Watching, monkeypatch: pytest.MonkeyPatch
    ):
        claimed = _both_claim_before_either_goes_on(monkeypatch)
        assert deliver_abreast(lambda: outbox.now, 8) == Delivered(40, 40)
        assert sorted(provider.recipients) == sorted(f"{name}@example.com" for name in NAMES)
        assert set(Message.objects.values_list("state", "attempts", "fence")) == {("accepted", 1, 1)}
        assert DeliveryAttempt.objects.count() == 40
        assert set(provider.callers) == {"MainThread", "delivery"} == claimed

    def test_a_backlog_is_delivered_so_by_the_worker_s_loop(
        self, outbox: Outbox, provider: Watching, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr("orchestrator.journeys.work.DELIVERED_AT_ONCE", 8)
        worked = work_by(lambda: outbox.now)
        assert (worked.messages, set(provider.callers)) == (40, {"MainThread", "delivery"})
        assert set(Message.objects.values_list("state", flat=True)) == {"accepted"}

    def test_what_has_killed_workers_is_not_taken(self, outbox: Outbox, provider: Watching):
        Message.objects.update(crash_count=2)
        assert deliver_abreast(lambda: outbox.now, 8) == Delivered(0, 0)
        assert deliver(outbox.now, 8) == Delivered(1, 1)

    def test_an_error_beside_is_raised_here_and_the_next_turns_go_on(
        self, outbox: Outbox, provider: Watching, monkeypatch: pytest.MonkeyPatch
    ):
        with monkeypatch.context() as patched:
            patched.setattr(abreast, "deliver", _failing_beside)
            with pytest.raises(ZeroDivisionError):
                deliver_abreast(lambda: outbox.now, 40)
        assert provider.callers == {"MainThread": 40}
        Message.objects.update(state="planned")
        assert deliver_abreast(lambda: outbox.now, 40) == Delivered(40, 40)


def test_sqlite_has_one_writer_and_the_settings_a_say(monkeypatch: pytest.MonkeyPatch):
    assert not can_go_abreast()
    monkeypatch.setattr(settings, "TURNS_ABREAST", True)
    assert can_go_abreast() is (connection.vendor != "sqlite")


def _both_claim_before_either_goes_on(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Answers who has claimed, once they have."""
    from orchestrator.messaging import deliver as turn

    both, claim, names = threading.Barrier(2, timeout=20), turn.claim, set[str]()

    def waiting(*args: object, **given: object) -> object:
        found = claim(*args, **given)  # type: ignore[arg-type]
        name = threading.current_thread().name.partition("_")[0]
        if name not in names:
            names.add(name)
            both.wait()
        return found

    monkeypatch.setattr(turn, "claim", waiting)
    return names


def _failing_beside(*args: object) -> Delivered:
    if threading.current_thread() is not threading.main_thread():
        raise ZeroDivisionError
    return deliver(*args)  # type: ignore[arg-type]

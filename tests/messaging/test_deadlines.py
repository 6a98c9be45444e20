"""A worker that waits too long for a lock, or for an answer, gives up that batch: nothing is lost, nobody is charged."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, transaction

from orchestrator.config import celery
from orchestrator.customers.locks import lock
from orchestrator.customers.models import Customer
from orchestrator.journeys import work as working
from orchestrator.journeys.work import work
from orchestrator.messaging.models import DeliveryAttempt, Message
from orchestrator.store import deadlines
from tests.messaging.conftest import Outbox
from tests.messaging.threads import Beside

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


class Kept(Exception):
    """What a worker does as it begins, in a test that wants no worker."""


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Deadlines that a test can wait for, in every connection that is made from now on."""
    monkeypatch.setattr(deadlines, "LOCK", 0.2)
    monkeypatch.setattr(deadlines, "STATEMENT", 0.5)
    monkeypatch.setattr("orchestrator.store.again.SHORTEST", 0)
    monkeypatch.setattr(working, "_late", set())
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", dict(connection.settings_dict["OPTIONS"]))
    deadlines.keep()
    yield
    connection.close()


def show(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return str(cursor.fetchone()[0])


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Warnings of the work itself, each up to its evidence."""
    return [one.getMessage().partition(":")[0] for one in caplog.records if one.name == working.__name__]


def test_every_kind_of_worker_keeps_them_from_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    def keep() -> None:
        raise Kept

    monkeypatch.setattr(deadlines, "keep", keep)
    monkeypatch.setattr(celery, "collect_rarely", lambda: None)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    for begin in (celery._begin, lambda: call_command("work", once=True)):
        with pytest.raises(Kept):
            begin()


def test_they_are_two_seconds_for_a_lock_and_ten_for_a_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {})
    assert (show("lock_timeout"), show("statement_timeout")) == ("0", "0")
    deadlines.keep()
    try:
        assert (show("lock_timeout"), show("statement_timeout")) == ("2s", "10s")
    finally:
        connection.close()


def test_what_looks_at_everybody_may_take_longer_until_its_transaction_ends(kept: None) -> None:
    with transaction.atomic():
        deadlines.extend()
        assert show("statement_timeout") == "45s"
    assert (show("lock_timeout"), show("statement_timeout")) == ("200ms", "500ms")


def test_a_batch_s_statement_is_one_process_s_and_one_about_everybody_is_spread(kept: None) -> None:
    assert show("max_parallel_workers_per_gather") == "0"
    with transaction.atomic():
        deadlines.extend()
        assert show("max_parallel_workers_per_gather") == "2"
    assert show("max_parallel_workers_per_gather") == "0"


def test_where_nobody_keeps_deadlines_none_is_set() -> None:
    with transaction.atomic():
        deadlines.extend()
        assert show("statement_timeout") == "0"


def test_what_the_url_says_itself_goes_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {"options": "-c statement_timeout=7s"})
    deadlines.keep()
    deadlines.keep()
    assert connection.settings_dict["OPTIONS"]["options"].count("lock_timeout") == 1
    try:
        assert (show("lock_timeout"), show("statement_timeout")) == ("2s", "7s")
    finally:
        connection.close()


def test_a_lock_that_is_not_to_be_had_costs_a_round_and_nothing_else(
    outbox: Outbox, kept: None, caplog: pytest.LogCaptureFixture
) -> None:
    outbox.plan("anna", "bela")
    caplog.set_level(logging.WARNING)
    with transaction.atomic():
        lock([Customer.objects.get(external_id="anna").id])
        Beside(lambda: work(outbox.now)).done()
        Beside(lambda: work(outbox.now)).done()
    rows = Message.objects.values_list(
        "state", "lease_until", "due_at", "crash_count", "attempts", "maybe_sent"
    )
    assert set(rows) == {("planned", None, outbox.now, 0, 0, False)}
    assert DeliveryAttempt.objects.count() == 0
    assert told(caplog) == ["deliver ran into a deadline, and is tried again until it works"]
    work(outbox.now)
    assert outbox.states() == [("accepted", "accepted")] * 2
    assert sorted(one[1] for one in outbox.world.mailbox()) == ["anna@example.com", "bela@example.com"]


def test_one_kind_of_work_that_takes_too_long_holds_up_no_other(
    outbox: Outbox, kept: None, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sleep(now: datetime, limit: int) -> int:
        Customer.objects.update(changed_pending=False)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(20)")
        return 1

    outbox.plan("anna")
    monkeypatch.setitem(working._WALKS, "replan", ("replanned", transaction.atomic(sleep), 10))  # type: ignore[arg-type]
    Customer.objects.update(changed_pending=True)
    work(outbox.now)
    assert outbox.states() == [("accepted", "accepted")]
    assert Customer.objects.get().changed_pending
    assert told(caplog) == ["replan ran into a deadline, and is tried again until it works"]


def test_any_other_error_of_the_database_is_raised(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(now: datetime, limit: int) -> int:
        raise OperationalError("the disk is full")

    outbox.plan("anna")
    monkeypatch.setitem(working._WALKS, "replan", ("replanned", fail, 10))  # type: ignore[arg-type]
    Customer.objects.update(changed_pending=True)
    with pytest.raises(OperationalError, match="the disk is full"):
        work(outbox.now)

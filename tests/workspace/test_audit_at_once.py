"""Many who note at once: numbers without holes, a whole chain, and nobody waits in a circle."""

from __future__ import annotations

import random
import threading
from collections import Counter
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from orchestrator.customers.locks import lock
from orchestrator.customers.models import Customer
from orchestrator.workspace import audited
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.models import AuditEntry, Brand
from orchestrator.workspace.who import Who
from tests.messaging.threads import Beside, somebody_waits

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
THREADS, NOTES = 8, 50
pytestmark = pytest.mark.django_db(transaction=True)


def whole() -> int:
    """How many entries the chain has; it is whole."""
    chain, breaks = audited.verify()
    assert list(breaks) == []
    assert chain.number == chain.count
    return chain.count


def side_by_side(act: object) -> None:
    threads = [Beside(lambda number=number: act(number)) for number in range(THREADS)]  # type: ignore[misc, operator]
    for one in threads:
        one.done()


def test_eight_threads_number_without_holes_though_every_fifth_deed_is_taken_back() -> None:
    def many(number: int) -> None:
        for turn in range(NOTES):
            with transaction.atomic():
                note(Action.CHANGED, Who("user", str(number)), now=NOW, turn=turn)
                if turn % 5 == 4:
                    transaction.set_rollback(True)

    side_by_side(many)
    assert whole() == THREADS * NOTES * 4 // 5 == 320
    assert Counter(AuditEntry.objects.values_list("who_id", flat=True)) == {
        str(number): 40 for number in range(8)
    }
    # What one has noted, it has noted in this order: numbers are in the order of commits.
    for number in range(THREADS):
        mine = AuditEntry.objects.filter(who_id=str(number)).order_by("number")
        assert [one["turn"] for one in mine.values_list("details", flat=True)] == [
            turn for turn in range(NOTES) if turn % 5 != 4
        ]


def test_who_holds_customers_notes_last_and_nobody_waits_in_a_circle() -> None:
    people = [
        Customer.objects.create(external_id=str(number), created_at=NOW, updated_at=NOW).pk
        for number in range(12)
    ]

    def many(number: int) -> None:
        chosen = random.Random(number)
        for _ in range(20):
            with transaction.atomic():
                lock(chosen.sample(people, 5))
                note(Action.RESTRICTED, None, now=NOW, people=5)

    side_by_side(many)
    assert whole() == THREADS * 20


@pytest.mark.postgresql
def test_who_notes_second_waits_for_the_first_to_commit_and_holds_its_hash() -> None:
    began = threading.Event()

    def second() -> None:
        began.set()
        note(Action.RESUMED, None, now=NOW)

    with transaction.atomic():
        first = note(Action.PAUSED, None, now=NOW)
        beside = Beside(second)
        began.wait(20)
        somebody_waits()
        assert AuditEntry.objects.count() == 1
    beside.done()
    assert list(AuditEntry.objects.order_by("number").values_list("number", "action", "previous")) == [
        (1, "paused", "0" * 64),
        (2, "resumed", first.hash),
    ]


@pytest.mark.postgresql
def test_an_entry_waits_for_nobody_but_those_who_note() -> None:
    """Whoever holds the log's readers, or a row of what the deed is about, holds up no entry."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE workspace_auditentry IN ACCESS SHARE MODE")
        brand = Brand.objects.select_for_update().first() or Brand.objects.create(key="a", name="A")
        Beside(lambda: note(Action.CHANGED, None, brand, NOW)).done()
    assert whole() == 1

"""Calls meet mergers, erasures and each other. Real threads on a real database, whatever it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from orchestrator.customers import joining
from orchestrator.customers.erase import erase
from orchestrator.customers.merge import Pair, merge
from orchestrator.customers.models import Customer, Identity
from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.events.models import Event
from orchestrator.ingest import keys, limits
from orchestrator.ingest.arrivals import Arrival
from orchestrator.ingest.door import take
from orchestrator.ingest.models import DeadLetter, WriteKey
from tests.ingest.conftest import NOW, make_shop
from tests.tracking.test_race import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def row(transactional_db: None) -> Iterator[WriteKey]:
    limits.forget()
    yield make_shop().row
    limits.forget()


def post(row: WriteKey, *items: dict[str, Any]) -> Callable[[], object]:
    return lambda: take([Arrival(one, keys.of(row, NOW), NOW) for one in items], NOW)


def track(name: str, user: str | None = None, browser: str | None = None) -> dict[str, Any]:
    ids = {key: value for key, value in (("userId", user), ("anonymousId", browser)) if value}
    return {"type": "track", "event": "a", "messageId": name, **ids}


def test_the_same_new_people_at_once_are_each_one(row: WriteKey):
    same = [track(f"m{n}", browser=f"b{n % 5}") for n in range(20)]
    known = [track(f"k{n}", user=f"u{n % 5}", browser=f"c{n % 5}") for n in range(20)]
    together(*[post(row, *same, *known) for _ in range(6)])
    assert (Customer.objects.count(), Identity.objects.count()) == (10, 10)
    assert (Event.objects.count(), DeadLetter.objects.count()) == (40, 0)


def test_signing_in_and_looking_on_at_once_loses_nothing(row: WriteKey):
    acts = []
    for n in range(8):
        acts.append(post(row, *(track(f"x{n}-{k}", browser=f"b{k}") for k in range(5))))
        acts.append(
            post(row, *({"type": "identify", "userId": f"u{k}", "anonymousId": f"b{k}"} for k in range(5)))
        )
    together(*acts)
    owners = Event.objects.values_list("customer__external_id", flat=True)
    assert sorted(owners) == sorted(f"u{k}" for k in range(5) for _ in range(8))


class Held:
    """A handler that stops a deed in its middle, after it has done what it does to events, until it is let go."""

    def __init__(self) -> None:
        self.inside, self.go = threading.Event(), threading.Event()

    def join(self, into: Any, now: Any) -> None:
        self.inside.set()
        assert self.go.wait(60)


@pytest.mark.postgresql
def test_an_event_that_comes_in_the_middle_of_a_merge_is_the_survivors(
    row: WriteKey, monkeypatch: pytest.MonkeyPatch
):
    anna, bela = save([Person("anna"), Person("bela")], NOW).ids
    held, asked = Held(), joining.registered()
    after = {**asked, "held": joining.Handler((), held.join)}
    monkeypatch.setattr(joining, "registered", lambda: after)
    merging = threading.Thread(target=_and_close, args=(lambda: merge([Pair(anna, bela)], NOW),))
    merging.start()
    assert held.inside.wait(60)
    coming = threading.Thread(target=_and_close, args=(post(row, track("m1", user="bela")),))
    coming.start()
    _wait_for_a_lock()
    held.go.set()
    for one in (merging, coming):
        one.join(60)
    assert list(Event.objects.values_list("customer", "key")) == [(anna, "v1:m1")]


@pytest.mark.postgresql
def test_an_event_that_comes_in_the_middle_of_an_erasure_is_not_kept(row: WriteKey):
    (anna,) = save([Person("anna")], NOW).ids
    with transaction.atomic():
        erase([anna], NOW)
        coming = threading.Thread(target=_and_close, args=(post(row, track("m1", user="anna")),))
        coming.start()
        _wait_for_a_lock()
    coming.join(60)
    assert Event.objects.count() == 0
    assert list(DeadLetter.objects.values_list("reason", "payload")) == [("erased", "")]


def _and_close(act: Callable[[], object]) -> None:
    try:
        act()
    finally:
        connection.close()


def _wait_for_a_lock() -> None:
    """Until somebody waits for a lock of another."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    for _ in range(2000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # inside a transaction it would stay as it was
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
        threading.Event().wait(0.01)
    raise AssertionError("nobody waits")

"""Breakers in the database: what one worker finds out, all know; of all workers, one tries a provider again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orchestrator.domain.breaker import Call, Standing
from orchestrator.messaging.breakers import Breakers, down
from orchestrator.messaging.models import ProviderBreaker
from tests.messaging.threads import Beside
from tests.scenarios.world import MONDAY_NOON as NOON

FAILED = [Call("connection refused")]
LATER = NOON + timedelta(seconds=30)


@pytest.mark.django_db
def test_failures_of_several_workers_are_one_row() -> None:
    one, two = Breakers.read(NOON), Breakers.read(NOON)
    for worker in (one, two, one, two):
        worker.report("acme", FAILED)
    assert Breakers.read(NOON).failing == frozenset()
    one.report("acme", FAILED)
    assert Breakers.read(NOON).failing == {"acme"}
    told = [(each.provider, each.since, each.until, each.fault) for each in down()]
    assert told == [("acme", NOON, LATER, "connection refused")]


@pytest.mark.django_db
def test_a_probe_is_taken_once_and_free_again_when_its_worker_has_died() -> None:
    Breakers.read(NOON).report("acme", FAILED * 5)
    one, two = Breakers.read(LATER), Breakers.read(LATER)
    assert (one.take_probe("acme"), one.take_probe("acme"), two.take_probe("acme")) == (True, False, False)
    assert (one.standing("acme"), two.standing("acme")) == (Standing.PROBING, Standing.PROBING)
    after = Breakers.read(LATER + timedelta(seconds=60))
    assert after.take_probe("acme") is True
    after.report("acme", [Call()])
    assert ProviderBreaker.objects.values_list("failures", "open_until", "probe_until").get() == (
        0,
        None,
        None,
    )


@pytest.mark.django_db(transaction=True)
def test_of_workers_at_the_same_time_one_takes_the_probe_and_no_failure_is_lost() -> None:
    failing = [Beside(lambda: Breakers.read(NOON).report("acme", FAILED)) for _ in range(5)]
    for worker in failing:
        worker.done()
    assert ProviderBreaker.objects.get().failures == 5
    taken: list[bool] = []
    trying = [Beside(lambda: taken.append(Breakers.read(LATER).take_probe("acme"))) for _ in range(5)]
    for worker in trying:
        worker.done()
    assert sorted(taken) == [False] * 4 + [True]

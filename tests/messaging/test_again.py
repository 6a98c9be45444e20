"""A settlement outlives a lost connection, and whatever else passes by itself; the rest is raised at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from orchestrator.messaging.settle import settle
from orchestrator.sdk.values import Accepted
from orchestrator.store.again import TRIES, again
from tests.messaging.conftest import Outbox
from tests.messaging.threads import Beside

pytestmark = pytest.mark.django_db(transaction=True)
LOCKED = OperationalError("database is locked")


class Clash(Exception):
    """What psycopg raises: an error with a state."""

    sqlstate = "40P01"


def failing(*errors: Exception) -> tuple[list[int], Callable[[], int]]:
    """An act that raises these one after another, and then answers 7; and how often it was run."""
    left, runs = list(errors), [0]

    def act() -> int:
        runs[0] += 1
        if left:
            raise left.pop(0) from Clash()
        return 7

    return runs, act


@pytest.mark.parametrize("errors", [0, 1, TRIES - 1])
def test_run_again_until_it_comes_through(errors: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("orchestrator.store.again.SHORTEST", 0)
    runs, act = failing(*[LOCKED] * errors)
    assert again(act) == 7
    assert runs == [errors + 1]


def test_five_times_and_no_more(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("orchestrator.store.again.SHORTEST", 0)
    runs, act = failing(*[LOCKED] * TRIES)
    with pytest.raises(OperationalError):
        again(act)
    assert runs == [TRIES]


@pytest.mark.parametrize("error", [IntegrityError("twice"), ValueError("no")])
def test_other_errors_are_raised_at_once(error: Exception):
    runs, act = failing(error)
    with pytest.raises(type(error)):
        again(act)
    assert runs == [1]


def test_inside_a_larger_transaction_nothing_is_run_again():
    runs, act = failing(LOCKED)
    with pytest.raises(OperationalError), transaction.atomic():
        again(act)
    assert runs == [1]


@pytest.mark.postgresql
def test_the_connection_is_lost_while_the_provider_works(outbox: Outbox):
    outbox.plan("anna")
    ready = outbox.hand_off()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (mine,) = cursor.fetchone()
    Beside(lambda: _end(mine)).done()
    settle(ready, [Accepted("ref-1")], outbox.now)
    assert outbox.states() == [("accepted", "accepted")]


def _end(backend: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])

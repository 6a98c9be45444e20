"""Attempts at once are counted one by one: however many threads try, no more passwords are looked at than the rule allows."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.db import connection
from django.test import RequestFactory

from orchestrator.accounts.models import Attempts
from orchestrator.accounts.throttle import TooManyAttempts

pytestmark = pytest.mark.django_db(transaction=True)
THREADS, ATTEMPTS = 8, 200


def storm(names: list[str], address: str) -> dict[str, int]:
    """So many wrong attempts at once, and what became of them."""
    start = threading.Barrier(THREADS)

    def some(mine: list[str]) -> list[str]:
        start.wait()
        said = []
        for name in mine:
            request = RequestFactory().post("/admin/login/", REMOTE_ADDR=address)
            try:
                authenticate(request, username=name, password="wrong")
                said.append("checked")
            except TooManyAttempts:
                said.append("refused")
        connection.close()
        return said

    with ThreadPoolExecutor(THREADS) as pool:
        done = [one for part in pool.map(some, [names[at::THREADS] for at in range(THREADS)]) for one in part]
    return {word: done.count(word) for word in ("checked", "refused")}


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    real = ModelBackend.authenticate

    def look(self: Any, request: Any, username: Any = None, password: Any = None, **also: Any) -> Any:
        found.append(username)
        return real(self, request, username=username, password=password, **also)

    monkeypatch.setattr(ModelBackend, "authenticate", look)
    return found


@pytest.mark.parametrize(
    ("case", "names", "checked"),
    [
        ("one account, one address", ["ola"] * ATTEMPTS, 5),
        ("a name that nobody has", ["nobody"] * ATTEMPTS, 5),
        ("200 names from one address", [f"name-{number}" for number in range(ATTEMPTS)], 50),
    ],
)
def test_no_more_are_checked_than_allowed(
    looked: list[str], case: str, names: list[str], checked: int, capsys: pytest.CaptureFixture[str]
) -> None:
    User.objects.create_superuser("ola", password="right")
    done = storm(names, "192.0.2.1")
    with capsys.disabled():
        print(
            f"\n{connection.vendor:10} | {case:26} | tried {len(names)} | checked against a hash {len(looked)}"
        )
    assert done == {"checked": checked, "refused": ATTEMPTS - checked}
    assert len(looked) == checked
    assert Attempts.objects.get(kind="address").count == checked


def test_right_ones_at_once_all_come_back_to_nothing(looked: list[str]) -> None:
    """Whoever is right is never counted for good: afterwards nothing is left."""
    User.objects.create_superuser("ola", password="right")
    start = threading.Barrier(4)

    def right(_: int) -> bool:
        start.wait()
        request = RequestFactory().post("/", REMOTE_ADDR="192.0.2.1")
        found = authenticate(request, username="ola", password="right")
        connection.close()
        return found is not None

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(right, range(4))) == [True] * 4
    assert list(Attempts.objects.values_list("kind", "count")) == [("address", 0)]

"""An erasure that meets a chunk of a search waits for it, or is waited for: no hash of the erased is left either way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from orchestrator.customers.erase import erase
from orchestrator.duplicates import erasing as erasing_module
from orchestrator.duplicates import search as search_module
from orchestrator.duplicates.models import DuplicateKey
from orchestrator.duplicates.search import search, want
from orchestrator.workspace.models import Brand
from tests.duplicates.conftest import NOW, come

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def beside(act: Callable[[], object]) -> threading.Thread:
    """Begin it on a connection of its own."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def begun() -> tuple[int, int]:
    Brand.objects.get_or_create(key="default", defaults={"name": "My shop"})
    ids = come("one", email="jan@a.pl"), come("two", email="jan+x@a.pl")
    want(NOW)
    return ids


def test_an_erasure_that_comes_between_reading_and_writing_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = begun()
    real, threads = search_module.load, []

    def load(whom: Any) -> Any:
        people = real(whom)
        threads.append(beside(lambda: erase([first], NOW)))
        threads[0].join(0.5)
        assert threads[0].is_alive()
        return people

    monkeypatch.setattr(search_module, "load", load)
    assert search(NOW) == 2
    threads[0].join(20)
    assert set(DuplicateKey.objects.values_list("customer", flat=True)) == {second}


def test_a_chunk_that_comes_before_an_erasure_commits_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = begun()
    real, threads = erasing_module.erase, []

    def erase_and_search(ids: Any, now: Any) -> None:
        real(ids, now)
        threads.append(beside(lambda: search(NOW)))
        threads[0].join(0.5)
        assert threads[0].is_alive()

    from orchestrator.customers import erasing

    monkeypatch.setitem(
        erasing._handlers,
        "duplicates",
        erasing.Handler(erasing.registered()["duplicates"].models, erase_and_search),
    )
    erase([first], NOW)
    threads[0].join(20)
    assert set(DuplicateKey.objects.values_list("customer", flat=True)) == {second}

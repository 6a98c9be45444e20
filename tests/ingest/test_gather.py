"""Single calls that come together are committed together; each is answered after the commit, and none fails for another."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from orchestrator.ingest.gather import Gatherer
from orchestrator.ingest.posts import Answer, Post

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Bank:
    """In the place of the database: the first turn waits until everybody else stands in the queue."""

    def __init__(self, others: int) -> None:
        self.turns: list[list[str]] = []
        self.others, self.waiting = others, lambda: 0
        self.enough = threading.Event()

    def do(self, posts: Sequence[Post], now: datetime) -> list[Answer]:
        if not self.turns:
            self.turns.append([one.secret for one in posts])
            assert self.enough.wait(60)
        else:
            self.turns.append([one.secret for one in posts])
        if any(one.secret == "poison" for one in posts):
            raise ValueError("poison")
        return [Answer(words=one.secret) for one in posts]


def gathered(names: Sequence[str], most: int = 500) -> tuple[Bank, dict[str, str]]:
    """Everybody posts at once, while the first is at work; name -> what they were told."""
    bank = Bank(len(names) - 1)
    gatherer, told = Gatherer(bank.do, most), dict[str, str]()

    def call(name: str) -> None:
        try:
            told[name] = gatherer.answer(Post(name, [], NOW)).words
        except ValueError as error:
            told[name] = f"error: {error}"

    first, *others = [threading.Thread(target=call, args=(name,)) for name in names]
    first.start()
    while not bank.turns:
        pass
    for one in others:
        one.start()
    while len(gatherer._waiting) < len(others):
        pass
    bank.enough.set()
    for one in (first, *others):
        one.join(60)
    return bank, told


def test_who_comes_meanwhile_shares_a_turn():
    bank, told = gathered(["a", "b", "c", "d"])
    assert [sorted(turn) for turn in bank.turns] == [["a"], ["b", "c", "d"]]
    assert told == {name: name for name in "abcd"}


def test_a_turn_has_a_most():
    bank, told = gathered(["a", "b", "c", "d", "e"], most=2)
    assert [len(turn) for turn in bank.turns] == [1, 2, 2]
    assert told == {name: name for name in "abcde"}


def test_nobody_fails_for_another():
    bank, told = gathered(["a", "b", "poison", "c"])
    assert told == {"a": "a", "b": "b", "c": "c", "poison": "error: poison"}
    assert sorted(map(len, bank.turns)) == [1, 1, 1, 1, 3]


def test_alone_it_waits_for_nobody_and_its_own_error_is_raised():
    def fails(_posts: Sequence[Post], _now: datetime) -> list[Answer]:
        raise ValueError("away")

    with pytest.raises(ValueError, match="away"):
        Gatherer(fails).answer(Post("a", [], NOW))
    assert Gatherer(lambda posts, now: [Answer()]).answer(Post("a", [], NOW)) == Answer()

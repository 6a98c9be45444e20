"""The kit is red where it must be: each recommender here breaks one rule on purpose."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from orchestrator.sdk import Recommender
from orchestrator.sdk.testing import RecommenderContract, conformance

PRODUCTS = {"coffee": ["coffee-1", "coffee-2"], "tea": ["tea-1"], "": ["mug-1"]}
COUNT: list[int] = []
People = Sequence[Mapping[str, Any]]


class Favourites(Recommender):
    """Keeps every rule. The liars below change one thing each."""

    name = "favourites"

    def recommend(self, customers: People, limit: int, now: datetime) -> Sequence[Sequence[str]]:
        return [self.best(customer)[:limit] for customer in customers]

    def best(self, customer: Mapping[str, Any]) -> list[str]:
        liked = customer.get("favourite")
        known = PRODUCTS.get(liked if isinstance(liked, str) else "", [])
        return list(dict.fromkeys([*known, *PRODUCTS[""]]))


class FavouritesContract(RecommenderContract):
    kind: ClassVar[type[Recommender]] = Favourites
    customers: ClassVar[Any] = ({"favourite": "coffee"}, {"favourite": "tea"}, {"name": "anna"})
    catalogue: ClassVar[Any] = ("coffee-1", "coffee-2", "tea-1", "mug-1")

    def make_recommender(self) -> Recommender:
        return self.kind()


def honest(self: Any, customers: People, limit: int, now: datetime) -> list[list[str]]:
    return [list(each) for each in Favourites.recommend(self, customers, limit, now)]


def then(after: Callable[[list[list[str]], int], Any]) -> dict[str, Any]:
    """Answer honestly, and spoil it."""
    return {"recommend": lambda self, people, limit, now: after(honest(self, people, limit, now), limit)}


def first(before: Callable[[People], object]) -> dict[str, Any]:
    """Do something on the sly, then answer honestly."""

    def recommend(self: Any, customers: People, limit: int, now: datetime) -> list[list[str]]:
        before(customers)
        return honest(self, customers, limit, now)

    return {"recommend": recommend}


def counted(answers: list[list[str]], limit: int) -> list[list[str]]:
    COUNT.append(1)
    return [answer[: 1 + len(COUNT) % 2] for answer in answers]


LIARS: dict[str, tuple[dict[str, Any], str]] = {
    "a name with blanks": ({"name": "My favourites"}, "test_declares_a_name"),
    "one answer too few": (then(lambda answers, limit: answers[:-1]), "test_everybody_gets_one_answer"),
    "one text for a list": (then(lambda answers, limit: ["mug-1"] * len(answers)), "test_everybody_gets_one_answer"),
    "the answers in another order": (
        then(lambda answers, limit: sorted(answers)),
        "test_answers_belong_to_people_by_their_order",
    ),
    "an answer for nobody": (then(lambda answers, limit: answers or [[]]), "test_nobody_asked_nobody_answered"),
    "crashes when nobody is asked about": (first(lambda people: people[0]), "test_nobody_asked_nobody_answered"),
    "more than was asked for": (
        then(lambda answers, limit: [["coffee-1", "mug-1", "tea-1"]] * len(answers)),
        "test_answers_at_most_as_many_as_asked_for",
    ),
    "the best last": (
        then(lambda answers, limit: [answer[::-1] for answer in answers]),
        "test_fewer_are_the_best_of_more",
    ),
    "the same twice": (then(lambda answers, limit: [["mug-1"] * 2] * len(answers)), "test_shows_nothing_twice"),
    "a product that there is not": (then(lambda answers, limit: [["x"]] * len(answers)), "test_shows_only_what_there_is"),
    "numbers for keys": (then(lambda answers, limit: [[7]] * len(answers)), "test_keys_are_texts"),
    "crashes on who is a riddle": (
        {"best": lambda self, customer: PRODUCTS[customer["favourite"]]},
        "test_nothing_about_a_person_breaks_it",
    ),
    "counts": (then(counted), "test_the_same_people_get_the_same_answer"),
    "looks at the clock": (first(lambda people: datetime.now(UTC)), "test_reads_no_clock_and_no_chance"),
    "throws dice": (first(lambda people: random.random()), "test_reads_no_clock_and_no_chance"),
    "changes people": (first(lambda people: [each.pop("favourite", 0) for each in people]), "test_leaves_people_as_they_are"),  # type: ignore[attr-defined]
}  # fmt: skip


def test_an_honest_recommender_keeps_every_rule() -> None:
    found = conformance(FavouritesContract)
    assert (found.broken, found.not_applicable) == ({}, {})
    assert len(found.kept) == 13


@pytest.mark.parametrize("lie", LIARS)
def test_the_kit_catches(lie: str) -> None:
    changes, rule = LIARS[lie]
    liar = type("Liar", (Favourites,), changes)
    found = conformance(type("Liars", (FavouritesContract,), {"kind": liar}), [rule])
    assert list(found.broken) == [rule]


def test_every_rule_on_recommenders_has_been_seen_red() -> None:
    rules = {name for name in dir(RecommenderContract) if name.startswith("test_")}
    assert rules == {rule for _, rule in LIARS.values()}


def test_a_catalogue_of_nothing_is_said() -> None:
    found = conformance(type("Bare", (FavouritesContract,), {"catalogue": ()}))
    assert found.not_applicable == {"test_shows_only_what_there_is": "the contract names no catalogue"}

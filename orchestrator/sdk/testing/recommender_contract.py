"""What every recommender must keep to, as tests to inherit.

class TestNewest(RecommenderContract):
    customers = ({"favourite": "coffee"}, {"favourite": "tea"})
    catalogue = ("coffee-1", "tea-1", "tea-2")
    def make_recommender(self): return Newest()
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from orchestrator.sdk import Recommender
from orchestrator.sdk.testing.base import Contract
from orchestrator.sdk.testing.checks import check, fail
from orchestrator.sdk.testing.purity import watch_purity
from orchestrator.sdk.testing.rubbish import NAME, RUBBISH, copied, shown
from orchestrator.sdk.testing.step_facts import NOW, Watched

LIMITS = (1, 3, 50)
MANY = 500
MOMENTS = (datetime(1970, 1, 1, tzinfo=UTC), NOW, datetime(2100, 1, 1, tzinfo=UTC))


class RecommenderContract(Contract):
    """All rules on recommenders.

    `customers`: the attributes of a few plausible people, of at least two. `catalogue`: all product keys there are.
    """

    customers: ClassVar[Sequence[Mapping[str, Any]]] = ()
    catalogue: ClassVar[Collection[str]] = ()

    def make_recommender(self) -> Recommender:
        """A new recommender, with the products of `catalogue`."""
        raise NotImplementedError("Write make_recommender(self): it answers a new one to be tested.")

    def test_declares_a_name(self) -> None:
        name = getattr(self.make_recommender(), "name", None)
        check(
            isinstance(name, str) and NAME.match(name) is not None, f"name is {name!r}: small letters and _."
        )
        check(len(self.customers) >= 2, "Write customers: the attributes of at least two people.")

    def test_everybody_gets_one_answer(self) -> None:
        for batch in (self.customers, self.customers[:1], self._many()):
            answers = self._ask(batch)
            one_each = isinstance(answers, Sequence) and len(answers) == len(batch)
            check(one_each, f"{len(batch)} people got {shown(answers)}: each gets one list.")
            for answer in answers:
                listed = isinstance(answer, Sequence) and not isinstance(answer, str)
                check(listed, f"{shown(answer)} is no list of product keys.")

    def test_answers_belong_to_people_by_their_order(self) -> None:
        together = [list(answer) for answer in self._ask(self.customers)]
        alone = [list(self._ask([customer])[0]) for customer in self.customers]
        reverse = [list(answer) for answer in self._ask(self.customers[::-1])][::-1]
        check(together == alone == reverse, "What somebody is shown depends on who else is asked about.")

    def test_nobody_asked_nobody_answered(self) -> None:
        check(list(self._ask([])) == [], "Nobody was asked about, and somebody got an answer.")

    def test_answers_at_most_as_many_as_asked_for(self) -> None:
        for limit in LIMITS:
            for answer in self._ask(self.customers, limit):
                check(len(answer) <= limit, f"{limit} were asked for, and {len(answer)} came.")

    def test_fewer_are_the_best_of_more(self) -> None:
        more, fewer = self._ask(self.customers, max(LIMITS)), self._ask(self.customers, 1)
        for all_, best in zip(more, fewer, strict=True):
            check(
                list(best) == list(all_)[:1],
                f"The best is {shown(all_)[:40]} of many, and {shown(best)} of one.",
            )

    def test_shows_nothing_twice(self) -> None:
        for answer in self._ask(self.customers, max(LIMITS)):
            check(len(set(answer)) == len(answer), f"{shown(answer)} holds a product twice.")

    def test_shows_only_what_there_is(self) -> None:
        if not self.catalogue:
            pytest.skip("the contract names no catalogue")
        for answer in self._ask([*self.customers, {}], max(LIMITS)):
            unknown = [key for key in answer if key not in self.catalogue]
            check(not unknown, f"{unknown[:1]} is no product of the catalogue.")

    def test_keys_are_texts(self) -> None:
        for answer in self._ask([*self.customers, {}], max(LIMITS)):
            wrong = [key for key in answer if not (isinstance(key, str) and key)]
            check(not wrong, f"{wrong[:1]} is no product key: a text that is not empty.")

    def test_nothing_about_a_person_breaks_it(self) -> None:
        people: list[dict[str, Any]] = [{}, {"no": "such attribute"}]
        for name in sorted(self._attributes_read()):
            people += [{**self.customers[0], name: copied(value)} for value in RUBBISH]
            people += [{key: value for key, value in self.customers[0].items() if key != name}]
        check(len(self._ask(people)) == len(people), "People about whom little is known got no answer.")

    def test_the_same_people_get_the_same_answer(self) -> None:
        recommender = self.make_recommender()
        asked = [recommender.recommend(copied(self.customers), 3, now) for now in (*MOMENTS, *MOMENTS[::-1])]
        answers = [[list(answer) for answer in answers] for answers in asked]
        check(answers == answers[::-1], "The same people at the same time got two answers.")

    def test_reads_no_clock_and_no_chance(self) -> None:
        self._ask(self.customers)  # what is loaded once is loaded now
        with watch_purity() as found:
            self._ask(self.customers)
        read = [what for what in found if what.startswith(("the clock", "chance"))]
        check(not read, f"It read {read[0] if read else ''}: the time is an argument.")

    def test_leaves_people_as_they_are(self) -> None:
        given = copied(list(self.customers))
        self.make_recommender().recommend(given, 3, NOW)
        check(given == list(self.customers), "It changed what is known of somebody.")

    def _many(self) -> list[Mapping[str, Any]]:
        return [self.customers[number % len(self.customers)] for number in range(MANY)]

    def _attributes_read(self) -> set[str]:
        watched = [Watched(customer) for customer in self.customers]
        self._ask(watched)
        return {name for each in watched for name in each.asked} | {n for c in self.customers for n in c}

    def _ask(self, customers: Sequence[Mapping[str, Any]], limit: int = 3) -> Sequence[Sequence[str]]:
        if not self.customers:
            fail("Write customers: the attributes of at least two people.")
        try:
            return self.make_recommender().recommend(customers, limit, NOW)
        except Exception as error:
            fail(
                f"recommend raised {type(error).__name__}: {error}. Answer an empty list for who is a riddle."
            )

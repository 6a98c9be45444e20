"""Stories about what people allow: said now or long ago, about all or about a topic; merged, and erased."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from orchestrator.consents.models import Consent, ConsentRecord
from orchestrator.consents.read import load_for
from orchestrator.consents.record import Statement, default_brand_id, record
from orchestrator.customers.erase import erase
from orchestrator.customers.merge import Pair, merge
from orchestrator.customers.save import Person, save
from orchestrator.messaging.withdraw import record as withdraw
from tests import machines

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOPICS = st.sampled_from(["", "club"])
WHO = st.integers(0, 2)
Standing = tuple[datetime, bool]  # when it was said, and whether it was a grant


def stands(known: Standing | None, said: Standing) -> Standing:
    """The later one; of two at once the withdrawal."""
    if known is None or said[0] > known[0] or (said[0] == known[0] and not said[1]):
        return said
    return known


class Consents(RuleBasedStateMachine):
    """Three people. The model: (person, topic) -> what stands."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.ids = save([Person(None), Person(None), Person(None)], NOON).ids
        self.who = list(range(3))  # who stands for whom
        self.model: dict[tuple[int, str], Standing] = {}
        self.erased: set[int] = set()

    @rule(who=WHO, topic=TOPICS, grants=st.booleans(), ago=st.sampled_from([0, 0, 1, 30]))
    def somebody_says(self, who: int, topic: str, grants: bool, ago: int) -> None:
        """Now, or as a paper that is typed in later."""
        if self.who[who] in self.erased:
            return
        at = self.now - timedelta(hours=ago) if ago else None
        state = "granted" if grants else "withdrawn"
        statement = Statement(self.ids[who], "email", state, "form", topic=topic, recorded_at=at)
        (record if grants else withdraw)([statement], self.now)
        place = self.who[who], topic
        self.model[place] = stands(self.model.get(place), (at or self.now, grants))

    @rule(minutes=st.sampled_from([1, 90, 6000]))
    def time_passes(self, minutes: int) -> None:
        """As it does."""
        self.now += timedelta(minutes=minutes)

    @rule(survivor=WHO, merged=WHO)
    def two_are_one(self, survivor: int, merged: int) -> None:
        """What stood of either stands, the later of two."""
        to, gone = self.who[survivor], self.who[merged]
        if to == gone or {to, gone} & self.erased:
            return
        merge([Pair(self.ids[to], self.ids[gone])], self.now)
        self.who = [to if one == gone else one for one in self.who]
        for topic in ("", "club"):
            if said := self.model.pop((gone, topic), None):
                self.model[to, topic] = stands(self.model.get((to, topic)), said)

    @precondition(lambda self: len(self.erased) < 2)
    @rule(who=WHO)
    def one_is_forgotten(self, who: int) -> None:
        """Whoever is the same person with them."""
        person = self.who[who]
        erase([self.ids[who]], self.now)
        self.erased.add(person)
        for topic in ("", "club"):
            self.model.pop((person, topic), None)

    @invariant()
    def the_database_says_the_same(self) -> None:
        """For everybody who stands for themselves, about everything and about the topic."""
        brand = default_brand_id()
        for person in set(self.who):
            everything, club = (self.model.get((person, topic)) for topic in ("", "club"))
            for topic, left in (("", False), ("club", club is not None and not club[1])):
                facts = load_for([self.ids[person]], brand, "email", topic=topic)[self.ids[person]]
                assert facts.granted == (everything is not None and everything[1] and not left)

    @invariant()
    def of_the_erased_nothing_stands(self) -> None:
        """And nothing is granted in their name."""
        gone = [self.ids[one] for one in range(3) if self.who[one] in self.erased]
        assert not Consent.objects.filter(customer__in=gone, state="granted").exists()

    @invariant()
    def the_ledger_only_grows_in_number(self) -> None:
        """Each record has a number of its own."""
        numbers = list(ConsentRecord.objects.values_list("number", flat=True))
        assert len(numbers) == len(set(numbers))


@pytest.mark.django_db
def test_what_people_allow_is_what_they_last_said() -> None:
    machines.run(Consents, stories=10, steps=14)

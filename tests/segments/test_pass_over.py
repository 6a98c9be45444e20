"""A pass over everybody goes chunk by chunk, and writes who has come and who has gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.customers.change import NewFacts, change
from orchestrator.customers.erase import erase
from orchestrator.customers.merge import Pair, merge
from orchestrator.customers.save import Person, save
from orchestrator.domain.definition import read_rule
from orchestrator.events.models import Event
from orchestrator.events.record import NewEvent, record
from orchestrator.segments.define import define
from orchestrator.segments.models import Membership, Segment
from orchestrator.segments.refresh import pass_over, refresh

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
RULE = {"all": [{"attribute": "tier", "is": "gold"}, {"event": "order.placed", "within": "30 days"}]}
pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[int]:
    """Seven: all are gold but the second, and all have ordered but the third."""
    people = [Person(external_id=f"p{n}", attributes={"tier": "gold"}) for n in range(7)]
    ids = list(save(people, NOW).ids)
    change([NewFacts(ids[1], {"tier": "basic"})], NOW)
    record([NewEvent(id_, "order.placed", NOW, f"o{id_}") for id_ in ids if id_ != ids[2]], NOW)
    define("good", "Good", "", read_rule(RULE), NOW)
    return ids


def passes(now: datetime, limit: int) -> list[tuple[int, int]]:
    """How many were looked at in each chunk, and where the cursor stood after it."""
    answer = []
    while looked := pass_over(now, limit):
        answer.append((looked, Segment.objects.get().cursor))
    return answer


def members() -> list[int]:
    return sorted(Membership.objects.values_list("customer_id", flat=True))


def told() -> list[tuple[str, int, bool]]:
    rows = Event.objects.exclude(name="order.placed").values_list("name", "customer_id", "backfilled")
    return sorted(rows)


def test_the_first_pass_finds_the_members_in_silence_chunk_by_chunk(people: list[int]) -> None:
    assert passes(NOW, 3) == [(3, people[2]), (3, people[5]), (1, 0)]
    inside = [people[0], *people[3:]]
    assert members() == inside
    assert told() == [("segment.entered", id_, True) for id_ in inside]
    segment = Segment.objects.get()
    assert (segment.settled, segment.passed_at, segment.due_at) == (True, NOW, NOW + timedelta(hours=1))


def test_a_chunk_that_ends_with_the_last_customer_is_followed_by_the_end(people: list[int]) -> None:
    assert passes(NOW, 7) == [(7, people[6])]
    assert Segment.objects.get().settled is True


def test_a_later_pass_tells_only_of_whom_it_finds_changed(people: list[int]) -> None:
    passes(NOW, 10)
    Event.objects.exclude(name="order.placed").delete()
    since = {row.customer_id: row.since for row in Membership.objects.all()}
    later = NOW + timedelta(days=20)
    record([NewEvent(id_, "order.placed", later, f"p{id_}") for id_ in people[:5]], later)
    assert pass_over(later, 3) == 3
    assert members() == [people[0], *people[2:]]
    assert told() == [("segment.entered", people[2], False)]
    much_later = NOW + timedelta(days=31)
    assert passes(much_later, 3) == [(3, people[5]), (1, 0)]
    assert members() == [people[0], people[2], people[3], people[4]]
    assert told() == [
        ("segment.entered", people[2], False),
        ("segment.left", people[5], False),
        ("segment.left", people[6], False),
    ]
    kept = (people[0], people[3], people[4])
    assert {row.customer_id: row.since for row in Membership.objects.filter(customer_id__in=kept)} == {
        id_: since[id_] for id_ in kept
    }


def test_whoever_was_erased_or_merged_is_in_none(people: list[int]) -> None:
    erase([people[0]], NOW)
    merge([Pair(people[3], people[4])], NOW)
    passes(NOW, 10)
    assert members() == [people[3], people[5], people[6]]


def test_only_the_chosen_are_looked_at(people: list[int]) -> None:
    refresh([people[0], people[1], people[4]], NOW)
    assert members() == [people[0], people[4]]
    refresh([], NOW)
    assert members() == [people[0], people[4]]

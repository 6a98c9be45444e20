"""How large segments were, who moved between them, and how far two have the same people."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from orchestrator.customers.save import Person, save
from orchestrator.segments import moves as moving
from orchestrator.segments.lists import add, make_list, remove
from orchestrator.segments.measure import KEPT, measure
from orchestrator.segments.models import Membership, Segment, SegmentSize, Transition
from orchestrator.segments.moves import ELSEWHERE, moves, overlap
from orchestrator.segments.sampling import Estimate

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MONTH = timedelta(days=30)
pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[int]:
    return sorted(save([Person(f"p{number:02}") for number in range(12)], NOW - 3 * MONTH).ids)


def sizes() -> list[tuple[str, date, int]]:
    return list(
        SegmentSize.objects.order_by("segment__key", "on").values_list("segment__key", "on", "members")
    )


def test_once_a_day_of_the_workspaces_zone_the_size_is_written_down(people: list[int]) -> None:
    one, two = (make_list(key, key, NOW) for key in ("a", "b"))
    add(one, people[:3], NOW)
    assert [measure(NOW) for _ in range(3)] == [1, 1, 0]
    assert sizes() == [("a", date(2026, 3, 2), 3), ("b", date(2026, 3, 2), 0)]
    midnight = datetime(2026, 3, 2, 23, tzinfo=UTC)  # in Warsaw
    assert set(Segment.objects.values_list("measure_at", flat=True)) == {midnight}
    add(two, people, NOW)
    assert measure(midnight - timedelta(seconds=1)) == 0
    assert measure(midnight, 2) == 2
    assert sizes()[-1] == ("b", date(2026, 3, 3), 12)
    assert len(sizes()) == 4
    Segment.objects.filter(pk=one).update(settled=False, measure_at=NOW)
    assert measure(midnight, 9) == 0  # while it still finds its members, it has no size


def test_what_came_and_went_long_ago_goes(people: list[int]) -> None:
    one = make_list("a", "a", NOW)
    add(one, people[:3], NOW)
    add(one, people[3:5], NOW + timedelta(days=1))
    measure(NOW + KEPT)
    assert Transition.objects.count() == 5
    Segment.objects.update(measure_at=NOW)
    measure(NOW + KEPT + timedelta(seconds=1))
    assert sorted(Transition.objects.values_list("customer_id", flat=True)) == people[3:5]


def test_who_moved_from_where_to_where(people: list[int]) -> None:
    gold, silver, basic = (make_list(key, key, NOW - 2 * MONTH) for key in ("gold", "silver", "basic"))
    before = NOW - 2 * MONTH
    add(gold, people[:4], before)
    add(silver, people[4:8], before)
    within = NOW - timedelta(days=3)
    remove(gold, people[:2], within)
    add(silver, people[:1], within)  # gold -> silver
    add(basic, people[1:2], within)  # gold -> basic
    remove(silver, people[4:6], within)  # silver -> elsewhere
    add(gold, people[8:9], within)  # elsewhere -> gold
    remove(gold, people[2:3], within)
    add(gold, people[2:3], within + timedelta(days=1))  # there and back
    add(basic, people[9:10], within)
    remove(basic, people[9:10], within + timedelta(days=1))
    found = moves([gold, silver, basic], NOW - MONTH, NOW)
    assert found.moved == {
        (gold, silver): 1, (gold, basic): 1, (silver, ELSEWHERE): 2, (ELSEWHERE, gold): 1,
    }  # fmt: skip
    assert found.stayed == {gold: 2, silver: 2, basic: 0}
    assert found.now == {gold: 3, silver: 3, basic: 1}
    assert moves([gold], NOW - MONTH, NOW).moved == {(gold, ELSEWHERE): 2, (ELSEWHERE, gold): 1}
    assert moves([], NOW - MONTH, NOW).moved == {}
    assert moves([gold, silver], NOW - timedelta(hours=1), NOW).moved == {}


def test_who_went_from_two_into_a_third_stands_in_both_rows(people: list[int]) -> None:
    one, two, three = (make_list(key, key, NOW - 2 * MONTH) for key in "abc")
    for id_ in (one, two):
        add(id_, people[:1], NOW - 2 * MONTH)
        remove(id_, people[:1], NOW - timedelta(days=1))
    add(three, people[:1], NOW - timedelta(days=1))
    assert moves([one, two, three], NOW - MONTH, NOW).moved == {(one, three): 1, (two, three): 1}


def test_moves_are_those_of_two_looks_at_everybody(people: list[int]) -> None:
    """By lot: what two snapshots of the members say, the comings and goings between them say too."""
    chance = Random(3)
    lists = [make_list(key, key, NOW - 3 * MONTH) for key in "abc"]
    shots: list[dict[int, set[int]]] = []
    for day in range(40):
        at = NOW - timedelta(days=40 - day)
        for id_ in lists:
            some = chance.sample(people, 2)
            (add if chance.random() < 0.5 else remove)(id_, some, at)
        shots.append({
            id_: set(Membership.objects.filter(segment=id_).values_list("customer_id", flat=True)) for id_ in lists
        })  # fmt: skip
    for start, _ in list(pairwise(range(40)))[::6]:
        found = moves(lists, NOW - timedelta(days=40 - start), NOW)
        before, after = shots[start], shots[-1]
        expected: dict[tuple[int, int], int] = {}
        for person in people:
            left = [id_ for id_ in lists if person in before[id_] - after[id_]] or [ELSEWHERE]
            came = [id_ for id_ in lists if person in after[id_] - before[id_]] or [ELSEWHERE]
            for pair in {(one, other) for one in left for other in came} - {(ELSEWHERE, ELSEWHERE)}:
                expected[pair] = expected.get(pair, 0) + 1
        assert found.moved == expected
        assert found.stayed == {id_: len(before[id_] & after[id_]) for id_ in lists}


def test_how_far_two_have_the_same_people(people: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, none = (make_list(key, key, NOW) for key in ("a", "b", "c"))
    add(one, people[:5], NOW)
    add(two, people[3:10], NOW)
    found = overlap(one, two)
    assert [part.count for part in (found.first, found.both, found.second)] == [3, 2, 5]
    assert found.both == Estimate(2, 2, 2, exact=True)
    assert found.alike == 0.2
    assert overlap(none, none).alike is None
    assert [part.count for part in (overlap(one, none).first, overlap(one, none).both)] == [5, 0]
    # Where both are large a sample answers: of everybody, it says the same.
    whole = overlap(one, two, exact_up_to=0)
    assert (whole.first.count, whole.both.count, whole.second.count) == (3, 2, 5)
    some = overlap(one, two, most=6, exact_up_to=0)
    assert some.both.exact is False
    assert some.both.low <= some.both.count <= some.both.high


def test_a_matrix_takes_three_statements(people: list[int]) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    lists = [make_list(key, key, NOW) for key in "abcdef"]
    with CaptureQueriesContext(connection) as asked:
        moving.moves(lists, NOW - MONTH, NOW)
    assert len(asked) == 3


def test_of_very_many_movers_a_sample_is_looked_at_and_the_truth_lies_within_what_it_says() -> None:
    crowd = list(save([Person(f"c{number:04}") for number in range(3_000)], NOW - 3 * MONTH).ids)
    one, two, three = (make_list(key, key, NOW - 3 * MONTH) for key in "abc")
    add(one, crowd, NOW - 2 * MONTH)
    within = NOW - timedelta(days=3)
    remove(one, crowd[::2], within)
    add(two, crowd[::4], within)
    whole, some = (
        moves([one, two, three], NOW - MONTH, NOW),
        moves([one, two, three], NOW - MONTH, NOW, most=500),
    )
    assert (whole.margins, whole.moved) == ({}, {(one, two): 750, (one, ELSEWHERE): 750})
    assert some == moves([one, two, three], NOW - MONTH, NOW, most=500)
    assert some.now == whole.now
    for pair in ((one, two), (one, ELSEWHERE)):
        assert 0 < abs(some.moved[pair] - whole.moved[pair]) <= some.margins[pair] < 300
    assert abs(some.stayed[two] - whole.stayed[two]) <= some.margins[two, two]
    assert some.margins[one, three] > 0  # in a sample without any there may be some

"""Whoever did something, or was changed, is in the right segments after one turn of a worker, however they are nested."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orchestrator.consents.record import Statement
from orchestrator.consents.record import record as record_consents
from orchestrator.customers.change import NewFacts, change
from orchestrator.customers.save import Person, save
from orchestrator.domain.definition import DefinitionError, read_rule
from orchestrator.events.models import Event
from orchestrator.events.record import NewEvent, record
from orchestrator.journeys.pull import pull
from orchestrator.journeys.timers import replan
from orchestrator.segments.define import define, read_segment_rule
from orchestrator.segments.models import Membership, Segment
from orchestrator.segments.refresh import inner_first, pass_over, stored
from orchestrator.store import doorbells

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
GOLD = {"attribute": "tier", "is": "gold"}
# Defined from the outside in, so that the order of their numbers is the wrong one.
RULES = {
    "outer": {"not": {"segment": "middle"}},
    "middle": {"any": [{"segment": "inner"}, {"segment": "polish"}]},
    "inner": {"all": [GOLD, {"event": "order.placed"}, {"consent": "email"}]},
    "polish": {"attribute": "language", "is": "pl"},
}
pytestmark = pytest.mark.django_db


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    bells: list[str] = []
    monkeypatch.setattr(doorbells, "ring", bells.append)
    return bells


@pytest.fixture
def anna(rung: list[str]) -> int:
    """In "outer" alone; nothing of hers is still to be looked at, and every segment has found its members."""
    (anna,) = save([Person("anna", language="en")], NOW).ids
    for key in RULES:
        define(key, key, "", read_rule({"attribute": "nothing", "is": "yet"}), NOW)
    for key, rule in RULES.items():
        define(key, key, "", read_rule(rule), NOW)
    while pass_over(NOW) or pull(NOW) or replan(NOW):
        pass
    assert segments(anna) == {"outer"}
    Event.objects.all().delete()
    rung.clear()
    return anna


def segments(customer: int) -> set[str]:
    return set(Membership.objects.filter(customer_id=customer).values_list("segment__key", flat=True))


def told() -> set[tuple[str, str]]:
    rows = Event.objects.filter(name__startswith="segment.", backfilled=False)
    return set(rows.values_list("name", "properties__segment"))


def order(customer: int) -> None:
    record([NewEvent(customer, "order.placed", NOW, f"o{customer}")], NOW)


def allow(customer: int) -> None:
    record_consents([Statement(customer, "email", "granted", "test")], NOW)


Act = Callable[[int], object]
ACTS: dict[str, tuple[Act, Callable[..., int]]] = {
    "event": (order, pull),
    "attribute": (lambda anna: change([NewFacts(anna, {"tier": "gold"})], NOW), replan),
    "imported attribute": (lambda anna: save([Person("anna", attributes={"tier": "gold"})], NOW), replan),
    "consent": (allow, replan),
}


@pytest.mark.parametrize("last", ACTS)
def test_one_turn_after_a_bell_finds_all_of_it(anna: int, rung: list[str], last: str) -> None:
    for name, (act, turn) in ACTS.items():
        if name != last and (name, last) not in (
            ("imported attribute", "attribute"), ("attribute", "imported attribute"),
        ):  # fmt: skip
            act(anna)
            turn(NOW)
    assert segments(anna) == {"outer"}
    Event.objects.filter(pending=True).update(pending=False)
    rung.clear()
    act, turn = ACTS[last]
    act(anna)
    assert rung == [doorbells.WALK]
    assert turn(NOW) == 1
    assert segments(anna) == {"inner", "middle"}
    assert told() == {("segment.entered", "inner"), ("segment.entered", "middle"), ("segment.left", "outer")}


def test_whoever_was_imported_with_another_language_is_looked_at(anna: int, rung: list[str]) -> None:
    save([Person("anna", language="pl")], NOW)
    assert rung == [doorbells.WALK]
    assert replan(NOW) == 1
    assert segments(anna) == {"polish", "middle"}
    rung.clear()
    save([Person("anna", language="pl", addresses={"email": "anna@shop.example"})], NOW)
    assert (rung, replan(NOW)) == ([], 0)


def test_it_takes_as_many_statements_for_a_hundred(anna: int) -> None:
    def asked(name: str, people: int) -> int:
        ids = save([Person(f"{name}{n}", attributes={"tier": "gold"}) for n in range(people)], NOW).ids
        record_consents([Statement(id_, "email", "granted", "test") for id_ in ids], NOW)
        replan(NOW)
        pull(NOW)
        record([NewEvent(id_, "order.placed", NOW, f"o{id_}") for id_ in ids], NOW)
        with CaptureQueriesContext(connection) as statements:
            assert pull(NOW) == people
        assert all(segments(id_) == {"inner", "middle"} for id_ in ids[:3])
        return len(statements)

    asked("first", 10)
    few, many = asked("few", 10), asked("many", 100)
    assert many == few


def test_what_leaves_by_time_is_found_by_the_pass_and_the_outer_by_the_event(anna: int) -> None:
    recent = {"event": "order.placed", "within": "30 days"}
    define("inner", "inner", "", read_rule(recent), NOW)
    order(anna)
    while pass_over(NOW) or pull(NOW):
        pass
    assert segments(anna) == {"inner", "middle"}
    later = NOW + timedelta(days=31)
    Event.objects.filter(name__startswith="segment.").delete()
    assert pass_over(later) == 1
    assert segments(anna) == {"middle"}
    assert pull(later) == 1
    assert segments(anna) == {"outer"}
    assert told() == {("segment.left", "inner"), ("segment.left", "middle"), ("segment.entered", "outer")}


def test_inner_ones_come_first_and_each_once(anna: int) -> None:
    found = [one.key for one in inner_first(stored())]
    assert sorted(found) == sorted(RULES)
    assert found.index("inner") < found.index("middle") < found.index("outer")
    assert found.index("polish") < found.index("middle")


@pytest.mark.parametrize(
    ("key", "rule"),
    [
        ("inner", {"segment": "inner"}),
        ("inner", {"not": {"segment": "middle"}}),
        ("inner", {"any": [GOLD, {"all": [{"segment": "outer"}, GOLD]}]}),
        ("polish", {"segment": "outer"}),
    ],
)
def test_no_rule_leads_back_to_its_own_segment(anna: int, key: str, rule: dict[str, object]) -> None:
    from orchestrator.domain.definition.tree import from_plain

    with pytest.raises(DefinitionError, match="leads back"):
        read_segment_rule(from_plain(rule), key)
    before = Segment.objects.get(key=key).rule
    with pytest.raises(DefinitionError, match="leads back"):
        define(key, key, "", read_rule(rule), NOW)
    assert Segment.objects.get(key=key).rule == before


def test_two_who_write_at_once_close_no_circle_between_them(anna: int) -> None:
    from orchestrator.domain.definition.tree import from_plain

    define("one", "One", "", read_rule(GOLD), NOW)
    define("two", "Two", "", read_rule(GOLD), NOW)
    first = read_segment_rule(from_plain({"segment": "two"}), "one")
    second = read_segment_rule(from_plain({"not": {"segment": "one"}}), "two")
    define("one", "One", "", first, NOW)
    with pytest.raises(DefinitionError, match="leads back"):
        define("two", "Two", "", second, NOW)

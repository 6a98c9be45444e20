"""Rules about scores mean the same for one customer, for a batch and for everybody, and what they say in Python."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from orchestrator.customers.save import Person, save
from orchestrator.domain.definition import read_rule
from orchestrator.domain.definition.rules import Rule
from orchestrator.domain.definition.score_parser import OPERATORS_OF
from orchestrator.domain.scores.names import KNOWN, RANKED
from orchestrator.events.record import NewEvent, record
from orchestrator.journeys.pull import pull
from orchestrator.segments.define import define
from orchestrator.segments.matching import Chosen, Span, living
from orchestrator.segments.models import Membership, Score, ScoreBasis, ScoreCut, Segment
from orchestrator.segments.refresh import looks_again_after, pass_over, scope_of
from orchestrator.segments.sampling import fulfilled
from orchestrator.segments.scoring.basis import ranks
from orchestrator.segments.scoring.score import score
from orchestrator.store import bulk

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = date(2026, 3, 2)
ZONE = ZoneInfo("Europe/Warsaw")
RULES = 120
pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[int]:
    """Forty with scores at random, many of them unknown, and four without a row."""
    chance = random.Random(7)
    ids = list(save([Person(external_id=f"p{n}") for n in range(44)], NOW).ids)
    for id_ in ids[:40]:
        Score.objects.create(customer_id=id_, computed_at=NOW, **_scores(chance))
    for name in RANKED:
        bulk.insert(ScoreCut, ("name", "percent", "value", "top"), ranks(name))
    return ids


def _scores(chance: random.Random) -> dict[str, Any]:
    """Of few different values, so that they meet what rules compare them with."""
    made: dict[str, Any] = {"orders": 0}
    if chance.random() < 0.2:
        return made
    for name, known in KNOWN.items():
        if known.column or (chance.random() < 0.25 and name not in ("orders", "net")):
            continue
        made[name] = _value(name, chance)
    return made


def _value(name: str, chance: random.Random) -> Any:
    known = KNOWN[name]
    if known.kind == "text":
        return chance.choice(known.words or ("tea", "email", ""))
    if known.kind == "date":
        return TODAY + timedelta(days=chance.randint(-3, 3))
    if known.kind == "amount":
        return Decimal(chance.randint(1, 8)) / 2
    whole = ("orders", "recency", "frequency", "monetary", "interval_days", "best_hour")
    return chance.randint(1, 5) if name in whole else chance.randint(0, 10) / 10


def _rule(chance: random.Random) -> dict[str, Any]:
    name = chance.choice(list(KNOWN))
    if name in RANKED and chance.random() < 0.4:
        return {"score": name, chance.choice(["top", "bottom"]): f"{chance.randint(1, 99)}%"}
    known = KNOWN[name]
    op = chance.choice(sorted(OPERATORS_OF[known.kind]))
    if op == "exists":
        return {"score": name, op: chance.random() < 0.5}
    if op in ("in", "not_in"):
        return {"score": name, op: [_term(name, chance) for _ in range(2)]}
    return {"score": name, op: "a" if op == "contains" else _term(name, chance)}


def _term(name: str, chance: random.Random) -> Any:
    known = KNOWN[name]
    if known.kind == "days":
        return chance.randint(-2, 3)
    value = _value(name, chance)
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def _true(rule: dict[str, Any], row: Score | None, base: Sequence[Score]) -> bool:
    """What a rule says, by another way: from the row, in Python."""
    name, (op, wanted) = rule["score"], next((op, value) for op, value in rule.items() if op != "score")
    value = _known(name, row)
    if op in ("top", "bottom"):
        others = sorted(one for row_ in base if (one := _known(name, row_, ranked=True)) is not None)
        mine = _known(name, row, ranked=True)
        place = -(-int(wanted[:-1]) * len(others) // 100)
        if mine is None or not others:
            return False
        return mine >= others[len(others) - place] if op == "top" else mine <= others[place - 1]
    return _compared(op, wanted, value)


def _known(name: str, row: Score | None, ranked: bool = False) -> Any:
    if row is None or (ranked and name in ("orders", "net") and not row.orders):
        return None
    if name == "days_since_order":
        return (TODAY - row.last_order_on).days if row.last_order_on else None
    if name == "days_to_next_order":
        return (row.next_order_on - TODAY).days if row.next_order_on else None
    value = getattr(row, name)
    return None if value == "" else value


def _compared(op: str, wanted: Any, value: Any) -> bool:
    value = float(value) if isinstance(value, Decimal) else value
    value = value.isoformat() if isinstance(value, date) else value
    if op == "exists":
        return (value is not None) is wanted
    if op in ("is_not", "not_in"):
        return value not in (wanted if isinstance(wanted, list) else [wanted])
    if value is None:
        return False
    if op in ("is", "in"):
        return value in (wanted if isinstance(wanted, list) else [wanted])
    return {
        "contains": lambda: wanted in value,
        "above": lambda: value > wanted,
        "after": lambda: value > wanted,
        "below": lambda: value < wanted,
        "before": lambda: value < wanted,
        "at_least": lambda: value >= wanted,
        "at_most": lambda: value <= wanted,
    }[op]()


def found(rule: Rule, ids: Sequence[int]) -> set[int]:
    return living(Chosen(ids), rule, scope_of("Europe/Warsaw", NOW))


def test_one_a_batch_and_everybody_agree_with_python(people: list[int]) -> None:
    chance = random.Random(11)
    rows = {row.customer_id: row for row in Score.objects.all()}
    hits = 0
    for number in range(RULES):
        plain = _rule(chance)
        rule = read_rule(plain)
        expected = {id_ for id_ in people if _true(plain, rows.get(id_), list(rows.values()))}
        everybody = living(Span(0, max(people)), rule, scope_of("Europe/Warsaw", NOW))
        assert everybody == expected, plain
        assert found(rule, people[::2]) == expected & set(people[::2]), plain
        one = people[number % len(people)]
        assert found(rule, [one]) == expected & {one}, plain
        assert fulfilled({"": rule}, scope_of("Europe/Warsaw", NOW), one) == {"": one in expected}, plain
        hits += bool(expected) and len(expected) < len(people)
    assert hits > RULES / 2


def test_a_segment_of_scores_begins_them_and_is_looked_at_by_the_hour() -> None:
    rule = read_rule({"score": "rfm_group", "is": "champions"})
    assert looks_again_after(rule) == timedelta(hours=1)
    define("plain", "Plain", "", read_rule({"attribute": "tier", "is": "gold"}), NOW)
    assert not ScoreBasis.objects.exists()
    define("champions", "Champions", "", rule, NOW)
    assert ScoreBasis.objects.get().due_at == NOW


def test_whoever_buys_enters_at_once_by_their_new_scores() -> None:
    ids = list(save([Person(external_id=f"p{n}") for n in range(3)], NOW).ids)
    record(
        [
            NewEvent(id_, "order.placed", NOW - timedelta(days=9), f"a{id_}", Decimal(10), {}, True)
            for id_ in ids
        ],
        NOW,
    )
    define("often", "Often", "", read_rule({"score": "orders", "at_least": 2}), NOW)
    while score(NOW):
        pass
    while pass_over(NOW):
        pass
    assert Membership.objects.count() == 0
    later = NOW + timedelta(minutes=1)
    record([NewEvent(ids[1], "order.placed", later, "b", Decimal(5))], later)
    pull(later)
    assert list(Membership.objects.values_list("customer_id", "segment__key")) == [(ids[1], "often")]
    assert Segment.objects.get().settled is True

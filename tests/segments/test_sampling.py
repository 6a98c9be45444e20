"""How many a rule would concern: exact where everybody is looked at, else within the bounds that are said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.customers.erase import erase
from orchestrator.customers.models import Customer
from orchestrator.customers.save import Person, save
from orchestrator.domain.definition import read_rule
from orchestrator.domain.shares import interval
from orchestrator.events.record import NewEvent, record
from orchestrator.segments import sampling
from orchestrator.segments.compile import CUSTOMERS, Scope, compile_rule
from orchestrator.segments.sampling import Estimate, Sample, TooSlow, draw, fulfilled, tally
from orchestrator.workspace.models import Brand
from tests.generated import rules_of

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db
GOLD = {"attribute": "tier", "is": "gold"}
BOUGHT = {"event": "order.placed", "within": "30 days"}
TWICE = {"event": "order.placed", "count": {"at_least": 2}, "sum": {"above": 50}}


@pytest.fixture
def scope() -> Scope:
    brand, _ = Brand.objects.get_or_create(key="default", defaults={"name": "Shop"})
    return Scope(CUSTOMERS, NOW, ZoneInfo("Europe/Warsaw"), brand.pk)


@pytest.fixture
def people() -> list[int]:
    """Twelve: every third is gold, every second has ordered today, the first three twice; the last is erased."""
    people = [
        Person(external_id=f"p{n:02}", attributes={"tier": "basic" if n % 3 else "gold"}) for n in range(12)
    ]
    ids = list(save(people, NOW).ids)
    events = [NewEvent(id_, "order.placed", NOW, f"o{id_}", amount=Decimal(40)) for id_ in ids[::2]]
    events += [
        NewEvent(id_, "order.placed", NOW - timedelta(days=60), f"x{id_}", amount=Decimal(40))
        for id_ in ids[:3]
    ]
    record(events, NOW)
    erase([ids[11]], NOW)
    return ids


def test_of_a_small_base_everybody_is_counted(people: list[int], scope: Scope) -> None:
    rules = {"gold": GOLD, "bought": BOUGHT, "twice": TWICE, "": {"all": [GOLD, {"not": BOUGHT}]}}
    told = tally({name: read_rule(rule) for name, rule in rules.items()}, scope, draw(), 2)
    assert told.base == Estimate(11, 11, 11, exact=True)
    assert told.looked_at == 11
    counts = {name: (one.count, one.low, one.high, one.exact) for name, one in told.rules.items()}
    assert counts == {
        "gold": (4, 4, 4, True),
        "bought": (6, 6, 6, True),
        "twice": (2, 2, 2, True),
        "": (2, 2, 2, True),
    }
    assert told.examples == {
        "gold": [people[9], people[6]],
        "bought": [people[10], people[8]],
        "twice": [people[2], people[0]],
        "": [people[9], people[3]],
    }


def test_one_statement_asks_it_all(people: list[int], scope: Scope) -> None:
    rules = {str(n): read_rule({"any": [GOLD, BOUGHT, {"not": TWICE}]}) for n in range(5)}
    sample = draw()
    with CaptureQueriesContext(connection) as asked:
        tally(rules, scope, sample, 10)
    selects = [one["sql"] for one in asked if one["sql"].startswith("SELECT")]
    assert len(selects) == 1
    assert all(one["sql"].startswith(("SELECT", "SAVEPOINT", "RELEASE", "SET LOCAL")) for one in asked)


def test_whether_one_fulfils_it(people: list[int], scope: Scope) -> None:
    rules = {"": read_rule({"all": [GOLD, BOUGHT]}), "a": read_rule(GOLD), "b": read_rule(BOUGHT)}
    assert fulfilled(rules, scope, people[0]) == {"": True, "a": True, "b": True}
    assert fulfilled(rules, scope, people[3]) == {"": False, "a": True, "b": False}
    assert fulfilled(rules, scope, people[11]) == {"": False, "a": False, "b": False}


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(rules_of(st.sampled_from([GOLD, BOUGHT, TWICE, {"consent": "email"}])))
def test_what_is_put_together_here_is_what_the_database_says(
    people: list[int], scope: Scope, rule: dict[str, object]
) -> None:
    read = read_rule(rule)
    whole = Customer.objects.filter(compile_rule(read, scope), erased_at=None, merged_into=None).count()
    assert tally({"": read}, scope, draw()).rules[""].count == whole


def test_a_sample_is_one_of_each_stretch_and_the_same_again(people: list[int]) -> None:
    whole = draw(12)
    assert (whole.ids, whole.weight, whole.whole) == (people, 1.0, True)
    some = draw(4)
    assert draw(4) == some
    assert len(some.ids) == 4
    assert not some.whole
    assert some.weight == 3.0
    for stretch, key in enumerate(some.ids):
        assert people[0] + 3 * stretch <= key < people[0] + 3 * (stretch + 1)


def test_an_estimate_says_between_what_it_lies(people: list[int], scope: Scope) -> None:
    # Two keys asked for each that is somebody: each stands for 50, whoever is found.
    asked = [*people[:10], *range(people[-1] + 1, people[-1] + 11)]
    told = tally(
        {"gold": read_rule(GOLD), "none": read_rule({"segment": "x"})}, scope, Sample(asked, 50, whole=False)
    )
    low, high = interval(4, 20)
    assert told.rules["gold"] == Estimate(200, int(1000 * low), round(1000 * high), exact=False)
    assert told.rules["none"] == Estimate(0, 0, round(1000 * interval(0, 20)[1]), exact=False)
    assert told.base.count == 500
    assert told.looked_at == 10


def test_an_estimate_keeps_its_bound_in_at_least_nineteen_of_twenty_samples() -> None:
    chance, kept = Random(7), 0
    for _ in range(2_000):
        share = chance.random() ** 2
        hits = sum(chance.random() < share for _ in range(200))
        low, high = interval(hits, 200)
        kept += low <= share <= high
    assert kept / 2_000 > 0.93
    assert interval(0, 0) == (0.0, 1.0)
    assert interval(0, 10)[0] == 0.0
    assert interval(10, 10)[1] == 1.0


def test_what_takes_too_long_is_stopped(
    people: list[int], scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: object) -> None:
        class Canceled(Exception):
            sqlstate = "57014"

        raise OperationalError from Canceled()

    monkeypatch.setattr(sampling, "_asked", slow)
    with pytest.raises(TooSlow):
        tally({"": read_rule(GOLD)}, scope, draw())


def test_the_database_stops_it(people: list[int], scope: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL keeps deadlines")

    def slow(*_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(20)")

    monkeypatch.setattr(sampling, "_asked", slow)
    with pytest.raises(TooSlow):
        tally({"": read_rule(GOLD)}, scope, draw(), patience=50)
    assert Customer.objects.count() == 12

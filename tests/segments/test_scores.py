"""Scores of a small base, in chunks: exact, once, again for one, and gone with the person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orchestrator.customers.erase import erase
from orchestrator.customers.merge import Pair, merge
from orchestrator.customers.models import Customer
from orchestrator.customers.save import Person, save
from orchestrator.events.models import Event
from orchestrator.events.record import NewEvent, record
from orchestrator.journeys.pull import pull
from orchestrator.segments.models import Score, ScoreBasis, ScoreCut
from orchestrator.segments.scoring import basis as bases
from orchestrator.segments.scoring.score import again, current, rescore, score, want

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db
SAID: Mapping[str, Any] = {"category": "tea", "discount": 5}


def ordered(customer: int, days_ago: int, amount: int, number: int, **more: Any) -> NewEvent:
    at = NOW - timedelta(days=days_ago)
    key = f"order:{customer}-{number}"
    return NewEvent(
        customer, "order.placed", at, key, Decimal(amount), {"order_id": f"{customer}-{number}", **more}, True
    )


@pytest.fixture
def people() -> list[int]:
    """Six: the n-th ordered n times, for ten times n each, the last n days ago; the first never did."""
    made = NOW - timedelta(days=400)
    ids = list(save([Person(external_id=f"p{n}", created_at=made) for n in range(6)], NOW).ids)
    events = [
        ordered(id_, n + 10 * number, 10 * n, number, **SAID)
        for n, id_ in enumerate(ids)
        for number in range(n)
    ]
    record(events, NOW)
    return ids


def passed(now: datetime = NOW, limit: int = 100) -> int:
    """A whole pass; how many pieces it had."""
    pieces = 0
    while score(now, limit):
        pieces += 1
    return pieces


def rows(*names: str) -> list[tuple[Any, ...]]:
    return list(Score.objects.order_by("customer_id").values_list("customer_id", *names))


@pytest.mark.parametrize("name", ["items", "products"])
def test_the_favourite_category_is_that_of_what_was_in_the_orders(people: list[int], name: str) -> None:
    goods = [{"product_id": "a", "category": "honey"}, {"product_id": "b", "category": "honey"}]
    record([ordered(people[0], 3, 10, 1, **{name: goods})], NOW)
    want(NOW)
    passed()
    assert rows("favourite_category")[0] == (people[0], "honey")


def test_nothing_is_computed_until_somebody_asks(people: list[int]) -> None:
    assert (score(NOW), rescore(people, NOW), Score.objects.count()) == (0, 0, 0)


def test_everybody_is_scored_chunk_by_chunk_as_at_once(people: list[int]) -> None:
    want(NOW)
    many = passed(limit=2)
    told = Score.objects.order_by("customer_id").values()
    chunked = [{k: v for k, v in row.items() if k not in ("id", "basis_id")} for row in told]
    again(NOW)
    assert passed() < many
    whole = [
        {k: v for k, v in row.items() if k not in ("id", "basis_id")}
        for row in Score.objects.order_by("customer_id").values()
    ]
    assert whole == chunked
    assert (ScoreBasis.objects.count(), Event.objects.filter(pending=False).count()) == (1, 0)


def test_what_is_stored_of_each(people: list[int]) -> None:
    want(NOW)
    passed()
    fifths = ("recency", "frequency", "monetary", "rfm_group", "stage")
    assert rows("orders", "net", "last_order_on", *fifths) == [
        (people[0], 0, Decimal(0), None, None, None, None, "", "dormant"),
        (people[1], 1, Decimal(10), date(2026, 3, 1), 5, 1, 1, "new", "new"),
        (people[2], 2, Decimal(40), date(2026, 2, 28), 4, 2, 2, "potential_loyalist", "active"),
        (people[3], 3, Decimal(90), date(2026, 2, 27), 3, 3, 3, "need_attention", "active"),
        (people[4], 4, Decimal(160), date(2026, 2, 26), 2, 4, 4, "at_risk", "active"),
        (people[5], 5, Decimal(250), date(2026, 2, 25), 1, 5, 5, "cant_lose", "vip"),
    ]
    more = ("favourite_category", "discount_share", "interval_days", "next_order_on", "facts")
    assert rows(*more)[3][1:] == (
        "tea",
        1.0,
        10,
        date(2026, 3, 9),
        {"known_on": "2025-01-26", "pause": 10, "intervals": 2},
    )
    basis = ScoreBasis.objects.get()
    assert (basis.phase, basis.people, basis.buyers, basis.until) == ("done", 6, 5, NOW)
    assert basis.due_at == NOW + timedelta(days=1)
    assert basis.cuts == {
        "recency": ["2026-02-25", "2026-02-26", "2026-02-27", "2026-02-28"],
        "frequency": [1, 2, 3, 4],
        "monetary": ["10.00", "40.00", "90.00", "160.00"],
    }
    cuts = ScoreCut.objects.filter(name="net", percent__in=(20, 50, 90)).order_by("percent")
    assert list(cuts.values_list("percent", "value", "top")) == [
        (20, 1000.0, 25000.0),
        (50, 9000.0, 9000.0),
        (90, 25000.0, 1000.0),
    ]


def test_whoever_buys_is_scored_at_once_by_the_cuts_there_are(people: list[int]) -> None:
    want(NOW)
    passed()
    before = rows("orders", "recency", "frequency", "monetary")
    later = NOW + timedelta(hours=1)
    record([NewEvent(people[1], "order.placed", later, "order:new", Decimal(500))], later)
    pull(later)
    after = rows("orders", "recency", "frequency", "monetary")
    assert after[1] == (people[1], 2, 5, 2, 5)
    assert [*after[:1], *after[2:]] == [*before[:1], *before[2:]]
    assert Score.objects.get(customer=people[1]).computed_at == later


def test_a_cancelled_order_is_none(people: list[int]) -> None:
    undone = NewEvent(
        people[1], "order.cancelled", NOW, "c", properties={"order_id": f"{people[1]}-0"}, backfilled=True
    )
    record([undone], NOW)
    want(NOW)
    passed()
    assert rows("orders", "net", "rfm_group")[1] == (people[1], 0, Decimal(0), "")


def test_a_day_later_everybody_is_looked_at_anew(people: list[int]) -> None:
    want(NOW)
    passed()
    first = ScoreBasis.objects.get().pk
    assert passed(NOW + timedelta(hours=23)) == 0
    assert passed(NOW + timedelta(days=1)) > 0
    basis = ScoreBasis.objects.get()
    assert (basis.pk > first, basis.until, {row[1] for row in rows("basis")}) == (
        True,
        NOW + timedelta(days=1),
        {basis.pk},
    )


def test_until_a_pass_ends_the_last_scores_stand(people: list[int]) -> None:
    want(NOW)
    passed()
    before = rows("rfm_group", "basis")
    later = NOW + timedelta(days=1)
    assert [score(later, 3) for _ in range(3)] == [1, 3, 3]
    assert (rows("rfm_group", "basis"), current()) == (before, ScoreBasis.objects.order_by("id").first())


def test_the_erased_the_merged_and_who_wants_no_profile_have_none(people: list[int]) -> None:
    want(NOW)
    passed()
    erase([people[1]], NOW)
    assert [row[0] for row in rows()] == [people[0], *people[2:]]
    merge([Pair(people[2], people[3])], NOW)
    assert [row[0] for row in rows()] == [people[0], people[2], *people[4:]]
    assert rows("orders", "net")[1] == (people[2], 5, Decimal(130))
    Customer.objects.filter(pk=people[4]).update(personalization="none")
    assert rescore([people[4]], NOW) == 0
    Customer.objects.filter(pk=people[5]).update(restricted_at=NOW)
    passed(NOW + timedelta(days=1))
    assert [row[0] for row in rows()] == [people[0], people[2]]


def test_without_the_extra_all_else_works_and_the_basis_says_why(
    people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bases, "predicting", lambda: None)
    want(NOW)
    passed()
    assert (ScoreBasis.objects.get().missing, ScoreBasis.objects.get().parameters) == ("extra", {})
    assert rows("rfm_group", "p_alive", "clv")[5] == (people[5], "cant_lose", None, None)


def test_too_few_histories_say_so(people: list[int]) -> None:
    Event.objects.filter(customer__in=people[2:]).delete()
    want(NOW)
    passed()
    assert ScoreBasis.objects.get().missing == "fewer than 30 people have bought twice"
    assert rows("p_alive")[1] == (people[1], None)


def test_a_chunk_asks_as_much_whatever_it_holds(people: list[int]) -> None:
    want(NOW)
    with CaptureQueriesContext(connection) as two:
        score(NOW, 2)
    with CaptureQueriesContext(connection) as four:
        score(NOW, 4)
    assert len(two) == len(four)


def test_the_command_prints_what_it_found(people: list[int]) -> None:
    out = StringIO()
    call_command("scores", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert (told["people"], told["buyers"], sum(told["groups"].values())) == (6, 5, 5)
    out = StringIO()
    call_command("scores", stdout=out)
    assert out.getvalue().startswith("6 people, of whom 5 have bought.\n")

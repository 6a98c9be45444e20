"""The ledger keeps everything; the current state is the latest, where of two at once the withdrawal wins."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.consents.models import Consent, ConsentRecord
from orchestrator.consents.read import ConsentFacts, Question, load, load_for
from orchestrator.consents.record import Statement, default_brand_id, record
from orchestrator.customers.save import Person, save
from orchestrator.workspace.models import Brand

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> int:
    return save([Person("anna")], NOW).ids[0]


def said(customer: int, state: str, at: datetime = NOW, **more) -> Statement:
    return Statement(customer, "email", state, "form", recorded_at=at, **more)


def state_of(customer: int) -> str:
    return load_for([customer], default_brand_id(), "email")[customer].state


def test_a_grant_is_kept_word_for_word_and_read_with_its_proof(anna: int) -> None:
    full = said(
        anna, "granted", text="Tak, chcę listy.", text_version="v3", language="pl", proof={"ip": "::1"}
    )
    (id_,) = record([full], NOW)
    kept = ConsentRecord.objects.get(id=id_)
    assert (kept.text, kept.text_version, kept.language, kept.proof) == (
        "Tak, chcę listy.", "v3", "pl", {"ip": "::1"},
    )  # fmt: skip
    assert (kept.source, kept.legal_basis, kept.purpose, kept.topic) == ("form", "consent", "marketing", "")
    facts = load_for([anna], default_brand_id(), "email")[anna]
    assert facts == ConsentFacts("granted", False, id_, kept.number, NOW, "form", "v3")
    assert facts.granted


@pytest.mark.parametrize("together", [True, False], ids=["one call", "two calls"])
@pytest.mark.parametrize(
    ("first", "second", "ends"),
    [
        (("granted", 0), ("withdrawn", 1), "withdrawn"),
        (("withdrawn", 0), ("granted", 1), "granted"),
        (("withdrawn", 1), ("granted", 0), "withdrawn"),
        (("granted", 1), ("withdrawn", 0), "granted"),
        (("granted", 0), ("withdrawn", 0), "withdrawn"),
        (("withdrawn", 0), ("granted", 0), "withdrawn"),
        (("pending", 0), ("granted", 0), "granted"),
    ],
)
def test_the_latest_holds_and_a_withdrawal_wins_a_tie(
    anna: int, first, second, ends: str, together: bool
) -> None:
    now = NOW + 2 * HOUR
    both = [said(anna, state, NOW + hours * HOUR) for state, hours in (first, second)]
    for call in [both] if together else [both[:1], both[1:]]:
        record(call, now)
    assert state_of(anna) == ends
    assert ConsentRecord.objects.count() == 2
    assert Consent.objects.count() == 1
    assert Consent.objects.get().record.state == ends


def test_a_time_in_the_future_becomes_now_so_that_a_withdrawal_can_follow(anna: int) -> None:
    record([said(anna, "granted", NOW + timedelta(days=365))], NOW)
    record([said(anna, "withdrawn", NOW + HOUR)], NOW + HOUR)
    assert state_of(anna) == "withdrawn"
    assert ConsentRecord.objects.earliest("number").recorded_at == NOW


@pytest.mark.parametrize(("first", "second"), [("granted", "withdrawn"), ("withdrawn", "granted")])
def test_what_is_said_now_comes_last_though_this_machines_clock_is_an_hour_behind(
    anna: int, first: str, second: str
) -> None:
    record([Statement(anna, "email", first, "form")], NOW + HOUR)
    record([Statement(anna, "email", second, "form")], NOW)
    assert state_of(anna) == second
    record([said(anna, first, NOW + HOUR / 2)], NOW + HOUR)  # a time of its own is another matter
    assert state_of(anna) == second
    assert ConsentRecord.objects.count() == 3


def test_numbers_rise_with_each_record(anna: int) -> None:
    ids = record([said(anna, "granted"), said(anna, "withdrawn"), said(anna, "granted")], NOW)
    ids += record([said(anna, "withdrawn")], NOW)
    numbers = [ConsentRecord.objects.get(id=id_).number for id_ in ids]
    assert numbers == sorted(set(numbers))


def test_a_topic_stands_beside_everything(anna: int) -> None:
    record([said(anna, "granted"), said(anna, "withdrawn", topic="club")], NOW)
    brand = default_brand_id()
    answers = load([Question(anna, brand, "email", "marketing", topic) for topic in ("", "club", "advice")])
    assert [facts.granted for facts in answers.values()] == [True, False, True]
    assert [facts.topic_withdrawn for facts in answers.values()] == [False, True, False]
    record([said(anna, "granted", NOW + HOUR, topic="club")], NOW + HOUR)
    assert load_for([anna], brand, "email", topic="club")[anna].granted


def test_other_people_channels_purposes_and_brands_are_not_meant(anna: int) -> None:
    (ben,) = save([Person("ben")], NOW).ids
    other = Brand.objects.create(key="other", name="Other")
    record([said(anna, "granted")], NOW)
    brand = default_brand_id()
    questions = [
        Question(anna, brand, "email"), Question(ben, brand, "email"), Question(anna, brand, "sms"),
        Question(anna, brand, "email", "transactional"), Question(anna, other.pk, "email"),
    ]  # fmt: skip
    assert [facts.state for facts in load(questions).values()] == ["granted", "", "", "", ""]


def test_one_query_answers_a_thousand_questions(django_assert_num_queries) -> None:
    ids = save([Person(f"c{number}") for number in range(1000)], NOW).ids
    record([said(id_, "granted") for id_ in ids[::2]], NOW)
    brand = default_brand_id()
    with django_assert_num_queries(1):
        facts = load_for(ids, brand, "email")
    assert [facts[id_].granted for id_ in ids] == [True, False] * 500


@pytest.mark.parametrize("wrong", [{"customer_id": 0}, {"state": "maybe"}, {"text": "\x00"}])
def test_what_cannot_be_recorded_leaves_no_trace(anna: int, wrong: dict) -> None:
    with pytest.raises(ValueError):
        record([said(anna, "granted"), replace(said(anna, "granted"), **wrong)], NOW)
    assert ConsentRecord.objects.count() == Consent.objects.count() == 0

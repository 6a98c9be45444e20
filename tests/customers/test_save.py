"""Saving people: exact rows, and what a second call does to them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.customers.addresses import digest
from orchestrator.customers.models import Address, Customer
from orchestrator.customers.save import Person, Problem, save

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
pytestmark = pytest.mark.django_db


def rows() -> list[tuple]:
    return list(
        Customer.objects.order_by("external_id").values_list(
            "external_id", "language", "country", "attributes"
        )
    )


def test_new_people_get_ids_in_the_order_given() -> None:
    saved = save([Person("b", attributes={"tier": "gold"}), Person(None), Person("a"), Person(None)], NOW)
    assert (saved.created, saved.updated, saved.problems) == (4, 0, ())
    names = dict(Customer.objects.values_list("id", "external_id"))
    assert [names[id_] for id_ in saved.ids] == ["b", None, "a", None]
    assert len(set(saved.ids)) == 4
    first = Customer.objects.get(external_id="b")
    assert (first.created_at, first.updated_at, first.changed_pending) == (NOW, NOW, True)
    assert first.attributes == {"tier": "gold"}


def test_new_values_win_none_removes_and_the_rest_stays() -> None:
    first = save([Person("a", "pl", "PL", attributes={"tier": "gold", "shoe": 42, "city": "Łódź"})], NOW)
    Customer.objects.update(changed_pending=False)
    second = save([Person("a", attributes={"tier": "silver", "shoe": None})], LATER)
    assert second.ids == first.ids
    assert (second.created, second.updated) == (0, 1)
    assert rows() == [("a", "pl", "PL", {"tier": "silver", "city": "Łódź"})]
    customer = Customer.objects.get()
    assert (customer.created_at, customer.updated_at, customer.changed_pending) == (NOW, LATER, True)


def test_saving_the_same_again_changes_nothing() -> None:
    people = [Person("a", "pl", attributes={"tier": "gold"}, addresses={"email": "a@example.com"})]
    save(people, NOW)
    Customer.objects.update(changed_pending=False)
    again = save(people, LATER)
    assert (again.created, again.updated) == (0, 0)
    customer = Customer.objects.get()
    assert (customer.updated_at, customer.changed_pending) == (NOW, False)
    assert Address.objects.count() == 1


def test_what_no_rule_asks_does_not_ask_the_journeys_to_look() -> None:
    save([Person("a", "pl", created_at=NOW)], NOW)
    Customer.objects.update(changed_pending=False)
    assert save([Person("a", created_at=NOW - timedelta(days=9))], LATER).updated == 1
    assert Customer.objects.get().changed_pending is False


def test_a_new_language_asks_them_since_rules_do() -> None:
    save([Person("a", "pl")], NOW)
    Customer.objects.update(changed_pending=False)
    assert save([Person("a", "en")], LATER).updated == 1
    assert Customer.objects.get().changed_pending is True


def test_one_external_id_twice_in_a_call_is_one_customer() -> None:
    people = [
        Person("a", attributes={"x": 1, "y": 1}, addresses={"email": "one@example.com"}),
        Person("a", attributes={"x": 2}, addresses={"email": "two@example.com"}),
    ]
    saved = save(people, NOW)
    assert saved.created == 1
    assert saved.ids[0] == saved.ids[1]
    assert rows() == [("a", "", "", {"x": 2, "y": 1})]
    assert list(Address.objects.order_by("id").values_list("value", flat=True)) == [
        "one@example.com",
        "two@example.com",
    ]


def test_addresses_are_normalised_hashed_and_stored_once() -> None:
    addresses = {"email": " Anna@Example.COM ", "sms": "501 234 567", "push": "token-1"}
    save([Person("a", country="pl", addresses=addresses)], NOW)
    save([Person("a", country="PL", addresses={"email": "anna@example.com", "sms": "+48501234567"})], LATER)
    assert list(
        Address.objects.order_by("channel").values_list("channel", "value", "digest", "created_at")
    ) == [
        ("email", "anna@example.com", digest("email", "anna@example.com"), NOW),
        ("push", "token-1", digest("push", "token-1"), NOW),
        ("sms", "+48501234567", digest("sms", "+48501234567"), NOW),
    ]


def test_the_earliest_known_moment_stays() -> None:
    save([Person("a", created_at=NOW)], NOW)
    save([Person("a", created_at=NOW - timedelta(days=9))], LATER)
    save([Person("a", created_at=LATER)], LATER)
    assert Customer.objects.get().created_at == NOW - timedelta(days=9)


def test_unknown_places_are_kept_out_and_named_and_the_person_is_stored() -> None:
    saved = save([Person("ok"), Person("a", "polski!", "Polska", "Mars/X", {"x": 1})], NOW)
    assert saved.created == 2
    assert saved.problems == (
        Problem(1, "language", "'polski!' is no language code; write it like pl or pt-BR"),
        Problem(1, "country", "'Polska' is no country code; write two letters, like PL"),
        Problem(1, "time_zone", "'Mars/X' is no time zone; write it like Europe/Warsaw"),
    )
    assert rows() == [("a", "", "", {"x": 1}), ("ok", "", "", {})]


@pytest.mark.parametrize(
    ("person", "words"),
    [
        (Person("a\x00b"), "the external id holds a NUL character"),
        (Person("a", attributes={"city": "x\x00"}), "city holds a NUL character"),
        (Person("a", attributes={"x": float("nan")}), "x is nan"),
        (Person("a", attributes={"x": "\ud800"}), "half of a broken character"),
        (Person("  "), "must have 1 to 100 characters"),
        (Person("a" * 101), "must have 1 to 100 characters"),
        (Person("a", addresses={"email": "anna"}), "is no email address"),
        (Person("a", addresses={"sms": "501234567"}), "has no country"),
        (Person("a", addresses={"pigeon": "x"}), "there is no channel 'pigeon'"),
    ],
)
def test_what_cannot_be_stored_is_named_and_nothing_is_stored(person: Person, words: str) -> None:
    with pytest.raises(ValueError) as error:
        save([Person("good"), person], NOW)
    assert words in str(error.value)
    assert str(error.value).startswith("person 2 of 2 (")
    assert Customer.objects.count() == Address.objects.count() == 0


def test_an_erased_customer_is_left_alone_and_named() -> None:
    (id_,) = save([Person("a")], NOW).ids
    Customer.objects.update(erased_at=NOW)
    saved = save([Person("a", attributes={"x": 1}, addresses={"email": "a@example.com"})], LATER)
    assert (saved.ids, saved.created, saved.updated) == ((id_,), 0, 0)
    assert [(problem.index, problem.field) for problem in saved.problems] == [(0, "external_id")]
    assert Customer.objects.get().attributes == {}
    assert Address.objects.count() == 0


def test_a_merged_customer_stands_for_its_survivor() -> None:
    first, second, third = save([Person("a"), Person("b"), Person("c")], NOW).ids
    Customer.objects.filter(id=first).update(merged_into=second)
    Customer.objects.filter(id=second).update(merged_into=third)
    saved = save([Person("a", attributes={"x": 1})], LATER)
    assert saved.ids == (third,)
    assert rows() == [("a", "", "", {}), ("b", "", "", {}), ("c", "", "", {"x": 1})]


def test_five_thousand_people_take_a_handful_of_statements(django_assert_max_num_queries) -> None:
    people = [Person(f"c{number}", addresses={"email": f"c{number}@example.com"}) for number in range(5000)]
    with django_assert_max_num_queries(40):
        assert save(people, NOW).created == 5000
    with django_assert_max_num_queries(40):
        again = save(people, NOW)
    assert (again.created, again.updated, len(set(again.ids))) == (0, 0, 5000)
    assert Address.objects.count() == 5000

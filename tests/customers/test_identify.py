"""Who is meant by calls that name users, browsers, or both: exact rows, and who is never taken for one person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.customers.erase import erase
from orchestrator.customers.export import rows
from orchestrator.customers.exporting import registered
from orchestrator.customers.identify import Claim, Identified, identify
from orchestrator.customers.keys import MARK
from orchestrator.customers.merge import Pair, merge
from orchestrator.customers.models import Address, Customer, Identity
from orchestrator.customers.people import Person
from orchestrator.customers.save import save

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
pytestmark = pytest.mark.django_db


def user(name: str, browser: str | None = None, **facts) -> Claim:
    return Claim(name, browser, person=Person(attributes=facts) if facts else None)


def browser(name: str, **facts) -> Claim:
    return Claim(None, name, person=Person(attributes=facts) if facts else None)


def alias(previous: str, name: str, trusted: bool = True) -> Claim:
    return Claim(name, None, previous, trusted=trusted)


def people() -> list[tuple[str | None, dict, str | None]]:
    """(external id, attributes, external id of who they were merged into), the oldest first."""
    rows = Customer.objects.order_by("id")
    return list(rows.values_list("external_id", "attributes", "merged_into__external_id"))


def leads() -> dict[str, str | None]:
    """Id of a browser, or given up -> the external id of whom it leads to."""
    return dict(Identity.objects.order_by("id").values_list("value", "customer__external_id"))


def test_a_user_and_a_browser_are_added_once():
    first = identify([user("anna"), browser("b1", page="shoes"), user("anna"), browser("b1")], NOW)
    assert (first.added, first.merged, first.refused) == (2, 0, {})
    anna, nobody, anna_again, nobody_again = first.ids
    assert (anna, nobody) == (anna_again, nobody_again)
    assert identify([browser("b1"), user("anna")], LATER) == Identified((nobody, anna), 0, 0, {})
    assert people() == [("anna", {}, None), (None, {"page": "shoes"}, None)]
    assert leads() == {"b1": None}


def test_who_signs_in_is_who_looked_before():
    (nobody,) = identify([browser("b1", page="shoes", city="Gdynia")], NOW).ids
    (anna,) = identify([user("anna", city="Łódź")], NOW).ids
    joined = identify([user("anna", "b1")], LATER)
    assert (joined.ids, joined.added, joined.merged) == ((anna,), 0, 1)
    assert Customer.objects.get(id=nobody).merged_into_id == anna
    assert Customer.objects.get(id=anna).attributes == {"page": "shoes", "city": "Łódź"}
    assert leads() == {"b1": "anna"}
    assert identify([browser("b1"), user("anna", "b1")], LATER) == Identified((anna, anna), 0, 0, {})


def test_in_one_call_a_browser_that_signs_in_is_nobody_of_its_own():
    done = identify([browser("b1", page="shoes"), user("anna", "b1"), browser("b1")], NOW)
    assert (len(set(done.ids)), done.added, done.merged) == (1, 1, 0)
    assert people() == [("anna", {"page": "shoes"}, None)]


def test_a_shared_device_never_makes_one_person_of_two():
    anna, bela = identify([user("anna", "b1"), user("bela", "b1")], NOW).ids
    assert anna != bela
    assert identify([user("bela", "b1"), browser("b1")], LATER) == Identified((bela, anna), 0, 0, {})
    assert people() == [("anna", {}, None), ("bela", {}, None)]
    assert leads() == {"b1": "anna"}


def test_alias_merges_a_browser_and_keeps_an_id_that_nobody_had():
    (nobody,) = identify([browser("b1", page="shoes")], NOW).ids
    done = identify([alias("b1", "anna"), alias("old", "anna")], NOW)
    assert (done.added, done.merged, len(set(done.ids))) == (1, 1, 1)
    assert Customer.objects.get(id=nobody).merged_into_id == done.ids[0]
    later = identify([user("old"), browser("old"), browser("b1")], LATER)
    assert (set(later.ids), later.added) == ({done.ids[0]}, 0)


def test_two_users_are_merged_by_alias_of_a_server_alone():
    anna, _ = save([Person("anna"), Person("bela", attributes={"city": "Gdynia"})], NOW).ids
    refused = identify([alias("bela", "anna", trusted=False)], NOW)
    assert (refused.ids, refused.merged, refused.refused) == ((anna,), 0, {0: "two_users"})
    assert identify([alias("bela", "anna")], NOW) == Identified((anna,), 0, 1, {})
    assert identify([user("bela"), alias("bela", "anna")], LATER) == Identified((anna, anna), 0, 0, {})
    assert people() == [("anna", {"city": "Gdynia"}, None), ("bela", {"city": "Gdynia"}, "anna")]


def test_what_is_said_goes_to_who_stands_for_them():
    anna, bela = save([Person("anna"), Person("bela")], NOW).ids
    merge([Pair(anna, bela)], NOW)
    zone = Claim("bela", person=Person(last_seen_zone="Europe/Lisbon", addresses={"email": "A@Shop.example"}))
    assert identify([zone], LATER).ids == (anna,)
    customer = Customer.objects.get(id=anna)
    assert (customer.last_seen_zone, customer.time_zone, customer.changed_pending) == (
        "Europe/Lisbon",
        "",
        True,
    )
    assert list(Address.objects.values_list("customer", "channel", "value")) == [
        (anna, "email", "a@shop.example")
    ]


def test_a_public_key_gives_a_first_address_and_never_another():
    def says(email: str) -> Claim:
        return Claim("anna", person=Person(addresses={"email": email}), trusted=False)

    identify([says("anna@shop.example"), says("evil@shop.example")], NOW)
    identify([says("evil@shop.example")], LATER)
    assert list(Address.objects.values_list("value", flat=True)) == ["anna@shop.example"]


def test_the_erased_are_not_brought_back_by_any_of_their_ids():
    (anna,) = identify([user("anna", "b1", city="Łódź")], NOW).ids
    erase([anna], NOW)
    assert [value.startswith(MARK) for value in leads()] == [True]
    again = identify([user("anna", city="Łódź"), browser("b1", page="shoes"), user("anna", "b2")], LATER)
    assert (again.ids, again.added) == ((None, None, None), 0)
    assert again.refused == {0: "erased", 1: "erased", 2: "erased"}
    assert (Customer.objects.count(), Identity.objects.count()) == (1, 1)
    assert Customer.objects.get().attributes == {}
    erase([anna], LATER)
    assert len(next(iter(leads()))) == len(MARK) + 64


def test_a_new_user_on_the_device_of_someone_erased_is_somebody_else():
    (anna,) = identify([user("anna", "b1")], NOW).ids
    erase([anna], NOW)
    done = identify([user("bela", "b1")], LATER)
    assert (done.added, done.merged, done.refused) == (1, 0, {})
    assert done.ids[0] != anna


def test_they_are_told_of_their_ids():
    (anna,) = identify([user("anna", "b1")], NOW).ids
    told = list(rows(registered()["identities"], [anna]))
    assert [(row["kind"], row["value"]) for row in told] == [("anonymous", "b1")]


def test_the_same_number_of_queries_for_two_and_for_two_hundred(django_assert_max_num_queries):
    def claims(count: int, name: str) -> list[Claim]:
        return [user(f"{name}{n}", f"{name}-b{n}", n=n) for n in range(count)]

    with django_assert_max_num_queries(28):
        identify(claims(2, "few"), NOW)
    with django_assert_max_num_queries(28):
        identify(claims(200, "many"), NOW)


def test_a_browser_that_another_call_adds_meanwhile_is_joined_all_the_same(monkeypatch):
    """Between our looking and our writing, somebody else has added it."""
    from orchestrator.customers import identify as module

    found = module.find

    def looks(places):
        known = found(places)
        monkeypatch.setattr(module, "find", found)
        identify([browser("b1", page="shoes")], NOW)
        return known

    monkeypatch.setattr(module, "find", looks)
    done = identify([user("anna", "b1")], NOW)
    assert (done.added, done.merged) == (1, 1)
    assert leads() == {"b1": "anna"}
    assert Customer.objects.get(id=done.ids[0]).attributes == {"page": "shoes"}

"""Who can be merged into whom, and what a call that cannot be made says. What follows from a merge is in scenarios."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from orchestrator.customers.merge import MergeError, Pair, merge
from orchestrator.customers.models import Address, Customer
from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.customers.survivors import survivors

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def people(*names: str) -> list[int]:
    return list(save([Person(name) for name in names], NOW).ids)


def whither() -> dict[str, str | None]:
    """External id -> that of whom they were merged into."""
    return dict(Customer.objects.order_by("id").values_list("external_id", "merged_into__external_id"))


def test_many_pairs_in_one_call():
    anna, bela, cora, dora = people("anna", "bela", "cora", "dora")
    assert merge([Pair(anna, bela), Pair(dora, cora)], NOW) == 2
    assert whither() == {"anna": None, "bela": "anna", "cora": "dora", "dora": None}


def test_many_into_one():
    anna, bela, cora = people("anna", "bela", "cora")
    assert merge([Pair(anna, bela), Pair(anna, cora)], NOW) == 2
    assert whither() == {"anna": None, "bela": "anna", "cora": "anna"}


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_a_chain_in_one_call_ends_with_one_survivor(order: list[int]):
    anna, bela, cora = people("anna", "bela", "cora")
    pairs = [Pair(anna, bela), Pair(bela, cora)]
    assert merge([pairs[at] for at in order], NOW) == 2
    assert survivors([anna, bela, cora]) == {anna: anna, bela: anna, cora: anna}


def test_into_somebody_merged_before_means_into_who_stands_for_them():
    anna, bela, cora = people("anna", "bela", "cora")
    merge([Pair(anna, bela)], NOW)
    save([Person("cora", attributes={"city": "Gdynia"})], NOW)
    assert merge([Pair(bela, cora)], NOW) == 1
    assert whither() == {"anna": None, "bela": "anna", "cora": "anna"}
    assert Customer.objects.get(id=anna).attributes == {"city": "Gdynia"}


def test_the_same_merge_again_is_no_new_one():
    anna, bela = people("anna", "bela")
    assert merge([Pair(anna, bela)], NOW) == 1
    assert merge([Pair(anna, bela)], NOW) == 0
    assert merge([], NOW) == 0
    assert whither() == {"anna": None, "bela": "anna"}


@pytest.mark.parametrize(
    ("before", "pair", "said"),
    [
        ([], ("anna", "anna"), "the customer anna cannot be merged into themselves; name two customers"),
        (
            [("anna", "bela")],
            ("bela", "anna"),
            "the customer bela was merged into anna before: the other way round it would be a circle",
        ),
        (
            [("anna", "bela"), ("cora", "anna")],
            ("bela", "cora"),
            "the customer bela was merged into cora before: the other way round it would be a circle",
        ),
        (
            [("anna", "bela")],
            ("cora", "bela"),
            "the customer bela was merged into anna before; merge that one instead",
        ),
        ([], ("gone", "anna"), "the customer gone was erased at their own wish; nobody is merged with them"),
        ([], ("anna", "gone"), "the customer gone was erased at their own wish; nobody is merged with them"),
    ],
)
def test_what_cannot_be_merged(before: list[tuple[str, str]], pair: tuple[str, str], said: str):
    ids = dict(zip(("anna", "bela", "cora", "gone"), people("anna", "bela", "cora", "gone"), strict=True))
    Customer.objects.filter(external_id="gone").update(erased_at=NOW)
    for survivor, merged in before:
        merge([Pair(ids[survivor], ids[merged])], NOW)
    stood = whither()
    with pytest.raises(MergeError) as refused:
        merge([Pair(ids[pair[0]], ids[pair[1]])], NOW)
    assert str(refused.value) == said
    assert whither() == stood


def test_one_wrong_pair_and_nothing_is_merged():
    anna, bela, cora = people("anna", "bela", "cora")
    with pytest.raises(MergeError, match="was merged into anna before: the other way round"):
        merge([Pair(anna, bela), Pair(bela, anna), Pair(anna, cora)], NOW)
    assert whither() == {"anna": None, "bela": None, "cora": None}


def test_nobody_there():
    (anna,) = people("anna")
    with pytest.raises(MergeError, match=f"there is no customer with the id {anna + 7}"):
        merge([Pair(anna, anna + 7)], NOW)


def test_an_address_of_both_is_kept_once_with_what_is_known_of_it():
    anna, bela = save(
        [
            Person("anna", addresses={"email": "a@example.com"}),
            Person("bela", addresses={"email": "a@example.com"}),
        ],
        NOW,
    ).ids
    save([Person("bela", addresses={"email": "b@example.com"})], NOW)
    Address.objects.filter(customer=bela, value="a@example.com").update(
        invalid_at=NOW, invalid_reason="no_mailbox", verified_at=NOW
    )
    merge([Pair(anna, bela)], NOW)
    kept = Address.objects.order_by("id").values_list(
        "customer", "value", "verified_at", "invalid_at", "invalid_reason"
    )
    # The survivor's own comes last: the newest is the one that is written to.
    assert list(kept) == [
        (anna, "b@example.com", None, None, ""),
        (anna, "a@example.com", NOW, NOW, "no_mailbox"),
    ]


def test_known_since_the_earlier_of_the_two():
    early = datetime(2020, 1, 1, tzinfo=UTC)
    anna, bela = save([Person("anna"), Person("bela", created_at=early)], NOW).ids
    merge([Pair(anna, bela)], NOW)
    assert Customer.objects.get(id=anna).created_at == early


def test_a_merge_costs_as_many_statements_for_twenty_as_for_one(django_assert_max_num_queries):
    ids = people(*(f"p{n}" for n in range(40)))
    with django_assert_max_num_queries(60):
        assert merge([Pair(ids[n], ids[n + 1]) for n in range(0, 40, 2)], NOW) == 20


def test_the_command_merges_by_external_ids():
    people("anna", "bela")
    said = StringIO()
    for _ in range(2):
        call_command("merge_customers", "anna", "bela", stdout=said)
    assert said.getvalue().splitlines() == ["bela is merged into anna.", "bela was merged before into anna."]
    assert whither() == {"anna": None, "bela": "anna"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("anna", "x"),
            "There is no customer with the external id x. Look it up on the customer's page.",
        ),
        (("anna", "anna"), "the customer anna cannot be merged into themselves; name two customers."),
    ],
)
def test_a_command_that_cannot_be_done_says_why(arguments: tuple[str, str], said: str):
    people("anna")
    with pytest.raises(CommandError) as refused:
        call_command("merge_customers", *arguments)
    assert str(refused.value) == said

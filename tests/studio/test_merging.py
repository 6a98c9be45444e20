"""The button on the customer's page that makes two customers one."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from orchestrator.customers.models import Customer
from tests.scenarios import conftest as scenarios
from tests.scenarios.world import World

world = scenarios.world  # the fixture
BUTTON = "Merge another customer into this one"


def page(customer: int) -> str:
    return reverse("admin:customers_customer_change", args=[customer])


def press(client: Client, customer: int, other: str) -> str:
    url = reverse("admin:customers_customer_merge", args=[customer])
    return client.post(url, {"external_id": other}, follow=True).content.decode()


def test_the_button_merges_and_the_other_page_names_the_survivor(world: World, marketer: Client):
    anna, bela = world.person("anna"), world.person("bela")
    assert BUTTON in marketer.get(page(anna)).content.decode()
    assert "bela is merged into Anna: what was theirs is here now." in press(marketer, anna, " bela ")
    assert Customer.objects.get(id=bela).merged_into_id == anna
    other = marketer.get(page(bela)).content.decode()
    assert f"Merged into another customer, number {anna}." in other
    assert BUTTON not in other
    assert "bela was merged into Anna before." in press(marketer, anna, "bela")


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ("nobody", "there is no customer with this external id"),
        ("", "there is no customer with this external id"),
        ("no\0body", "there is no customer with this external id"),
        ("anna", "it is the same customer"),
        ("cora", "this customer was merged into the other before"),
        ("dora", "one of them was erased at their own wish"),
        ("emma", "the other was merged into somebody else before: merge that one"),
    ],
)
def test_what_cannot_be_merged_says_why(world: World, marketer: Client, other: str, why: str):
    ids = {name: world.person(name) for name in ("anna", "bela", "cora", "dora", "emma")}
    Customer.objects.filter(external_id="dora").update(erased_at=world.now)
    if other == "cora":
        press(marketer, ids["cora"], "anna")
    press(marketer, ids["bela"], "emma")
    before = list(Customer.objects.order_by("id").values_list("merged_into", flat=True))
    assert f"They were not merged: {why}." in press(marketer, ids["anna"], other)
    assert list(Customer.objects.order_by("id").values_list("merged_into", flat=True)) == before


def test_who_may_only_look_sees_no_button_and_cannot_press_it(world: World):
    anna, bela = world.person("anna"), world.person("bela")
    user = User.objects.create_user("ewa", password="x", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_customer"))
    client = Client()
    client.force_login(user)
    assert BUTTON not in client.get(page(anna)).content.decode()
    url = reverse("admin:customers_customer_merge", args=[anna])
    assert client.post(url, {"external_id": "bela"}).status_code == 403
    assert Customer.objects.get(id=bela).merged_into_id is None


def test_only_by_post(world: World, marketer: Client):
    assert marketer.get(reverse("admin:customers_customer_merge", args=[world.person()])).status_code == 405

"""The button on the customer's page that records an objection."""

from __future__ import annotations

from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from orchestrator.consents.models import Consent, ConsentRecord
from orchestrator.customers.models import Customer
from tests.scenarios import conftest as scenarios
from tests.scenarios.world import World

world = scenarios.world  # the fixture
BUTTON = "Record the objection"


def page(customer: int) -> str:
    return reverse("admin:customers_customer_change", args=[customer])


def button(customer: int) -> str:
    return reverse("admin:customers_customer_object", args=[customer])


def test_the_button_withdraws_everything_and_says_how_much(world: World, marketer: Client):
    anna = world.person("anna", consents=("email",))
    bela = world.person("bela", consents=("email",))
    assert BUTTON in marketer.get(page(anna)).content.decode()
    told = marketer.post(button(anna), follow=True).content.decode()
    rows = ConsentRecord.objects.filter(source="objection")
    assert f"Their objection is recorded. Withdrawals in the ledger: {len(rows)}." in told
    assert {(row.customer_id, row.state, row.proof["by"]) for row in rows} == {(anna, "withdrawn", "studio")}
    assert Customer.objects.get(pk=anna).personalization == "none"
    assert Consent.objects.get(customer=bela).state == "granted"
    assert "there was nothing left to withdraw" in marketer.post(button(anna), follow=True).content.decode()
    assert ConsentRecord.objects.filter(source="objection").count() == len(rows)


def test_who_may_only_look_sees_no_button_and_cannot_press_it(world: World, marketer: Client):
    anna = world.person("anna")
    user = User.objects.create_user("ewa", password="x", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_customer"))
    client = Client()
    client.force_login(user)
    assert BUTTON not in client.get(page(anna)).content.decode()
    assert client.post(button(anna)).status_code == 403
    assert marketer.get(button(anna)).status_code == 405
    Customer.objects.filter(pk=anna).update(erased_at=world.now)
    assert marketer.post(button(anna)).status_code == 403
    assert ConsentRecord.objects.filter(source="objection").count() == 0

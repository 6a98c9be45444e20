"""What a key that anybody can read may not do."""

from __future__ import annotations

from orchestrator.consents.models import Consent, ConsentRecord
from orchestrator.customers.models import Address, Customer
from tests.ingest.conftest import Shop


def test_neither_key_sets_a_consent(shop: Shop, site: Shop):
    said = {
        "traits": {"consent": True, "email": "anna@shop.example", "subscribed": True},
        "context": {"consent": {"categoryPreferences": {"Advertising": True}}},
    }
    for one in (shop, site):
        one.ok("identify", {"userId": "anna", **said})
        one.ok("track", {"userId": "anna", "event": "consent.confirmed"})
        one.ok("track", {"userId": "anna", "event": "consent.asked"})
    assert (ConsentRecord.objects.count(), Consent.objects.count()) == (0, 0)
    assert [name for _, name, _ in shop.events()] == []


def test_marked_attributes_are_a_servers_alone(shop: Shop, site: Shop):
    site.ok("identify", {"userId": "anna", "traits": {"vip": True, "loyalty_tier": "gold", "shoe": 38}})
    assert Customer.objects.get().attributes == {"shoe": 38}
    assert site.letters() == [("identify", "not_this_key")]
    shop.ok("identify", {"userId": "anna", "traits": {"vip": True}})
    assert Customer.objects.get().attributes == {"shoe": 38, "vip": True}


def test_nobodys_letters_are_turned_aside(site: Shop):
    site.ok("identify", {"userId": "anna", "traits": {"email": "anna@shop.example"}})
    site.ok("identify", {"userId": "anna", "traits": {"email": "evil@shop.example"}})
    assert list(Address.objects.values_list("value", flat=True)) == ["anna@shop.example"]


def test_two_users_are_one_only_where_a_server_says_so(shop: Shop, site: Shop):
    for name in ("anna", "bela"):
        shop.ok("identify", {"userId": name})
    site.ok("alias", {"previousId": "bela", "userId": "anna"})
    assert site.letters() == [("alias", "two_users")]
    assert Customer.objects.filter(merged_into__isnull=False).count() == 0
    shop.ok("alias", {"previousId": "bela", "userId": "anna"})
    assert Customer.objects.get(merged_into__isnull=False).external_id == "bela"

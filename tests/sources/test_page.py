"""The pages: making a connection says what to enter there, once; what was not taken is taken by a button."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from orchestrator.sources import connections
from orchestrator.sources.models import Connection, KeptDelivery
from orchestrator.workspace.models import AuditEntry
from tests.sources import bodies as b
from tests.sources.conftest import NOW, connect, events

ADD = "admin:sources_connection_add"
SAID = {"source": "woocommerce", "name": "Sklep", "enabled": "on", "known_by": "number", "prefix": "",
        "statuses": "", "per_minute": "600", "given": ""}  # fmt: skip


@pytest.fixture
def admin(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss", "boss@shop.example", "x"))
    return client


def secret_of(row: Connection) -> str:
    return connections.connected(row, NOW).secrets[0]


def test_a_new_connection_tells_its_address_and_its_secret_once(admin: Client):
    page = admin.post(reverse(ADD), SAID)
    row = Connection.objects.get()
    secret, address = secret_of(row), f"/in/{row.key}/"
    assert (page.status_code, "no-store" in page["Cache-Control"]) == (200, True)
    assert secret in page.text
    assert address in page.text
    assert "Advanced → Webhooks" in page.text
    assert secret not in row.secret
    later = admin.get(reverse("admin:sources_connection_change", args=[row.pk])).text
    assert secret not in later
    assert address in later
    assert AuditEntry.objects.filter(action="key_made", title="Sklep").count() == 1
    assert secret not in str(list(AuditEntry.objects.values()))


def test_a_secret_of_theirs_is_asked_for_and_never_shown(admin: Client):
    refused = admin.post(reverse(ADD), {**SAID, "source": "shopify"})
    assert "Shopify shows a secret of its own: enter it here." in refused.text
    assert not Connection.objects.exists()
    page = admin.post(reverse(ADD), {**SAID, "source": "shopify", "given": "shpss_123"})
    assert "shpss_123" not in page.text
    row = Connection.objects.get()
    assert secret_of(row) == "shpss_123"
    rotate = reverse("admin:sources_connection_rotate", args=[row.pk])
    admin.post(rotate)
    assert secret_of(Connection.objects.get()) == "shpss_123"
    admin.post(rotate, {"given": "shpss_456"})
    assert connections.connected(Connection.objects.get(), NOW).secrets == ("shpss_456", "shpss_123")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("statuses", "Wysłane = sent", "“Wysłane = sent” is no line such as"),
        ("prefix", "a b", "Write it without spaces"),
        ("source", "nowhere", "nowhere"),
        ("per_minute", "0", "greater than or equal to 1"),
    ],
)
def test_what_is_wrong_is_said(admin: Client, field: str, value: str, words: str):
    assert words in admin.post(reverse(ADD), {**SAID, field: value}).text
    assert not Connection.objects.exists()


def test_what_names_its_ids_does_not_change_later(admin: Client):
    row = connect("woocommerce", prefix="a-").row
    admin.post(
        reverse("admin:sources_connection_change", args=[row.pk]),
        {**SAID, "name": "Other", "prefix": "b-", "known_by": "email"},
    )
    assert Connection.objects.values_list("name", "prefix", "known_by").get() == ("Other", "a-", "number")


def test_what_was_not_taken_is_taken_by_a_button(admin: Client, monkeypatch: Any):
    shop = connect("woocommerce")
    monkeypatch.setattr("orchestrator_shops.woocommerce.STATUSES", None)
    shop.send(b.WOO_ORDER)
    letter = KeptDelivery.objects.get()
    page = reverse("admin:sources_keptdelivery_change", args=[letter.pk])
    assert "Its plugin failed while it read it" in admin.get(page).text
    assert "Take it now" in admin.get(page).text
    replay = reverse("admin:sources_keptdelivery_replay", args=[letter.pk])
    assert "1 delivery could not be taken; it says why." in admin.post(replay, follow=True).text
    monkeypatch.undo()
    assert "1 delivery was taken." in admin.post(replay, follow=True).text
    assert [key for _, key, _ in events()] == ["order:727", "order.paid:727"]
    assert "Take it now" not in admin.get(page).text

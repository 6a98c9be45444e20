"""Texts of consents: versions that stay, and the words they put into the ledger."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from orchestrator.consents.models import ConsentRecord, ConsentState, ConsentText
from orchestrator.consents.record import default_brand_id, record
from orchestrator.consents.texts import add_version, current, publish, statements, words_in
from orchestrator.customers.save import Person, save

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXT = {"en": "I want the newsletter.", "pl": "Chcę newsletter."}
pytestmark = pytest.mark.django_db


def draft(**said: object) -> ConsentText:
    row = ConsentText(key="newsletter", brand_id=default_brand_id(), channels=["email", "sms"], text=TEXT)
    for name, value in said.items():
        setattr(row, name, value)
    return add_version(row)


def test_the_newest_published_version_is_shown_and_a_draft_is_not() -> None:
    one, two = draft(), draft()
    assert (one.name, two.name) == ("newsletter/1", "newsletter/2")
    assert current(one.brand_id, "newsletter") is None
    assert publish(one, NOW) is True
    assert current(one.brand_id, "newsletter") == one
    assert publish(two, NOW) is True
    assert current(one.brand_id, "newsletter") == two
    assert publish(two, datetime(2026, 4, 1, tzinfo=UTC)) is False
    assert ConsentText.objects.get(pk=two.pk).published_at == NOW


def test_a_published_version_neither_changes_nor_goes() -> None:
    text = draft()
    stale = ConsentText.objects.get(pk=text.pk)  # read before it was published, saved after
    publish(text, NOW)
    stale.text = {"en": "Everything."}
    for change in (stale.save, stale.delete):
        with pytest.raises(ValueError, match="newsletter/1 is published and stays as it is"):
            change()
    assert ConsentText.objects.get().text == TEXT


@pytest.mark.parametrize("said", [{"text": {}}, {"text": {"en": " "}}, {"channels": []}])
def test_what_asks_nothing_is_not_published(said: dict[str, object]) -> None:
    text = draft(**said)
    with pytest.raises(ValueError, match="no words or no channel"):
        publish(text, NOW)
    assert ConsentText.objects.get().published_at is None


def test_words_come_in_the_first_language_there_is() -> None:
    text = draft()
    assert words_in(text, ["de", "pl", "en"]) == ("pl", TEXT["pl"])
    assert words_in(text, ["de"]) == ("en", TEXT["en"])


def test_the_ledger_keeps_the_exact_words_for_each_channel() -> None:
    (anna,) = save([Person("anna")], NOW).ids
    text = draft(topic="club", legal_basis="consent")
    with pytest.raises(ValueError, match="newsletter/1 is a draft"):
        statements(text, anna, ConsentState.GRANTED, "form", languages=["pl"], proof={})
    publish(text, NOW)
    record(statements(text, anna, ConsentState.PENDING, "form", languages=["pl"], proof={"ip": "x"}), NOW)
    rows = ConsentRecord.objects.order_by("number").values_list(
        "channel", "purpose", "topic", "state", "text", "text_version", "language", "proof"
    )
    rest = ("marketing", "club", "pending", TEXT["pl"], "newsletter/1", "pl", {"ip": "x"})
    assert list(rows) == [("email", *rest), ("sms", *rest)]


def test_a_draft_is_written_and_published_in_the_studio_and_then_only_read() -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("ola", "ola@shop.example", "x"))
    add = reverse("admin:consents_consenttext_add")
    said = {
        "key": "club", "brand": str(default_brand_id()), "channels": "email", "purpose": "marketing", "topic": "",
        "legal_basis": "consent", "text_en": "The club.", "text_pl": "",
    }  # fmt: skip
    assert "at least" in client.post(add, {**said, "text_en": ""}).text
    assert ConsentText.objects.count() == 0
    assert client.post(add, said).status_code == 302
    row = ConsentText.objects.get()
    change = reverse("admin:consents_consenttext_change", args=[row.pk])
    assert (row.name, row.published_at) == ("club/1", None)
    assert client.post(change, {**said, "key": "other", "publish": "on"}).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.published_at is None) == ("club/1", False)
    assert client.post(change, {**said, "text_en": "All."}).status_code == 403
    delete = reverse("admin:consents_consenttext_delete", args=[row.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403
    assert "The club." in client.get(change).text
    assert ConsentText.objects.get().text == {"en": "The club."}

"""What providers reported, on the page of a message and in the answer to why."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from django.test import Client
from django.urls import reverse

from orchestrator.messaging.models import Message, Receipt
from orchestrator.studio import words
from orchestrator.studio.letters import say_letter
from tests.studio.sample import Sample

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def shown(client: Client, message: Message) -> str:
    text = client.get(reverse("admin:messaging_message_change", args=[message.pk])).text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_the_page_of_a_message_shows_what_was_reported_newest_first(marketer: Client, sample: Sample):
    message = Message.objects.order_by("id")[0]
    Receipt.objects.filter(message=message, kind="opened").update(
        occurred_at=sample.customer.created_at + timedelta(days=1)
    )
    text = shown(marketer, message)
    said = text[text.index("What the provider reported") :]
    assert said.index("opened by a machine, not by a person") < said.index("delivered")


def test_without_reports_it_says_so(marketer: Client, sample: Sample):
    Receipt.objects.all().delete()
    assert "Nothing has been reported." in shown(marketer, Message.objects.order_by("id")[0])


def test_why_ends_with_the_delivery_or_with_the_bounce_if_there_was_one(sample: Sample):
    message = Message.objects.order_by("id")[0]
    message.state, message.reason, message.final_at = "accepted", "accepted", NOON
    plain = say_letter(message, [], [])
    message.delivered_at = NOON + timedelta(minutes=1)
    delivered = words.moment(message.delivered_at)
    assert say_letter(message, [], []) == plain.removesuffix(".") + f", delivered ({delivered})."
    message.bounced_at = NOON + timedelta(minutes=2)
    bounced = words.moment(message.bounced_at)
    assert say_letter(message, [], []) == plain.removesuffix(".") + f", bounced ({bounced})."


def test_a_receipt_about_nothing_of_ours_has_a_page_too(marketer: Client, sample: Sample):
    row = Receipt.objects.create(key="k", provider="acme", kind="bounced", occurred_at=NOON, received_at=NOON)
    listed = marketer.get(reverse("admin:messaging_receipt_changelist"))
    opened = marketer.get(reverse("admin:messaging_receipt_change", args=[row.pk]))
    assert (listed.status_code, opened.status_code) == (200, 200)
    assert "acme" in listed.text

"""The card of a customer says in a few lines who they are, whether we may, what was last, what is next, what is open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from orchestrator.consents.models import Consent
from orchestrator.customers.models import Address, Customer
from orchestrator.events.models import Event
from orchestrator.messaging.models import Message
from orchestrator.studio import person
from orchestrator.studio.card import Card, read_card
from orchestrator.studio.coming import read_next
from tests.studio.sample import fill

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Customer:
    customer = fill(5, NOW).customer
    customer.messages.all().delete()
    return customer


def card(customer: Customer, now: datetime = NOW) -> Card:
    customer = Customer.objects.get(pk=customer.pk)
    with translation.override("en"):
        return read_card(customer, person.describe(customer), read_next(customer, now), now)


def message(customer: Customer, state: str, ago: timedelta, left: bool = True) -> Message:
    like = Message.objects.first()
    assert like is not None
    like.pk, like.key, like.customer, like.state, like.reason = (
        None,
        f"{state}{ago}"[:32],
        customer,
        state,
        "",
    )
    like.channel, like.created_at = "email", NOW - ago
    like.handed_off_at = NOW - ago if left else None
    like.final_at = None
    like.save(force_insert=True)
    return like


def test_who_and_where_they_are(anna: Customer) -> None:
    told = card(anna)
    assert told.name == "Anna Kowalska"
    assert told.about == ["c-0000", "Polish", "1 p.m. where they are"]
    assert told.club == [("Tier", "gold"), ("Points", "100")]


def test_open_tickets_are_said(anna: Customer) -> None:
    assert card(anna).tickets == ""
    Customer.objects.filter(pk=anna.pk).update(attributes={"open_tickets": 2})
    assert card(anna).tickets == "2 open tickets"
    Customer.objects.filter(pk=anna.pk).update(attributes={"open_tickets": "many"})
    assert card(anna).tickets == ""


def test_whether_we_may_is_a_sign_and_a_word(anna: Customer) -> None:
    assert [(mark.channel, mark.sign, mark.said, mark.tone) for mark in card(anna).marks] == [
        ("email", "check_circle", "allowed", "success"),
        ("SMS", "cancel", "withdrawn", "danger"),
    ]
    Address.objects.filter(customer=anna, channel="email").update(invalid_at=NOW)
    Address.objects.create(customer=anna, channel="push", value="x", digest="push", created_at=NOW)
    Consent.objects.filter(customer=anna, channel="sms").update(state="pending")
    assert [(mark.channel, mark.sign, mark.said, mark.tone) for mark in card(anna).marks] == [
        ("email", "error", "allowed, no usable address", "warning"),
        ("push", "remove_circle", "no consent", ""),
        ("SMS", "hourglass_empty", "asked, not confirmed", "warning"),
    ]


def test_what_was_last(anna: Customer) -> None:
    assert card(anna).last_message is None
    message(anna, "accepted", timedelta(days=3))
    message(anna, "skipped", timedelta(days=1), left=False)
    told = card(anna)
    assert told.last_event is not None
    assert (told.last_event.text, told.last_event.ago) == ("order.placed · 1249.90", "5\xa0hours ago")
    assert told.last_message is not None
    assert told.last_message.text == "Email message accepted by the provider · Welcome new customers"
    assert told.last_message.ago == "3\xa0days ago"
    assert told.doubt is None
    for name in ("segment.entered", "segment.left"):
        Event.objects.create(customer=anna, name=name, occurred_at=NOW, received_at=NOW, key=name)
    assert card(anna).last_event == told.last_event


def test_what_is_in_doubt_for_thirty_days(anna: Customer) -> None:
    unknown = message(anna, "unknown", timedelta(days=2))
    doubt = card(anna).doubt
    assert doubt is not None
    assert doubt.text == "Email message may have left, and nobody will know · Welcome new customers"
    assert doubt.url == reverse("admin:messaging_message_change", args=[unknown.pk])
    assert card(anna, NOW + timedelta(days=29)).doubt is None


def test_what_is_next_is_one_line(anna: Customer) -> None:
    assert card(anna).coming.startswith("Welcome new customers: ")
    anna.enrollments.all().delete()
    assert card(anna).coming.startswith(
        "On March 11, 2026, noon “Welcome new customers” looks whether to let them in"
    )
    nobody = Customer.objects.create(created_at=NOW, updated_at=NOW)
    assert card(nobody).coming == "Nothing is on its way to them."


def test_of_somebody_of_whom_nothing_is_known(anna: Customer) -> None:
    nobody = Customer.objects.create(created_at=NOW, updated_at=NOW)
    told = card(nobody)
    assert (told.club, told.marks, told.last_event, told.last_message, told.doubt) == (
        [],
        [],
        None,
        None,
        None,
    )


@pytest.mark.parametrize("language", ["pl", "en"])
def test_it_stands_above_all_else(marketer: Client, anna: Customer, language: str) -> None:
    url = reverse("admin:customers_customer_change", args=[anna.pk])
    page = marketer.get(url, headers={"Accept-Language": language}).text
    assert page.index('id="card"') < page.index('id="who"')
    assert "Anna Kowalska" in page

"""Lists and pages ask the database a fixed number of times, however many rows they show."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orchestrator.customers.models import Customer
from orchestrator.journeys.models import Enrollment, Journey
from orchestrator.messaging.models import Message
from orchestrator.studio.admin.base import BigHistory, BigPage
from tests.studio.sample import fill

LISTS = sorted((m for m in admin.site._registry), key=lambda m: m._meta.label)
BIG = {
    "Address",
    "AuditEntry",
    "Consent",
    "ConsentRecord",
    "Customer",
    "DeadLetter",
    "Decision",
    "DeliveryAttempt",
    "Enrollment",
    "EntryTimer",
    "Event",
    "Identity",
    "LikelyDuplicate",
    "KeptDelivery",
    "MailboxMessage",
    "Message",
    "MessageBody",
    "PointsEntry",
    "Product",
    "Doorstep",
    "Membership",
    "Score",
    "Receipt",
    "StepRun",
    "Subject",
    "Suppression",
    "WebhookDelivery",
}


def count(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(url, follow=True).status_code == 200
    return len(asked)


def test_lists_of_fifty_rows_ask_as_often_as_lists_of_five(marketer: Client) -> None:
    fill(5)
    urls = {
        model._meta.label: reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in LISTS
    }
    few = {label: count(marketer, url) for label, url in urls.items()}
    for model in (Message, Enrollment):
        model._default_manager.all().delete()
    _again()
    many = {label: count(marketer, url) for label, url in urls.items()}
    assert {label: (few[label], many[label]) for label in urls if many[label] > few[label]} == {}
    # The journeys' own: entries by day, both groups of a holdout, faults, alarms, requests, and the journal.
    assert many.pop("journeys.Journey") <= 18
    assert max(many.values()) <= 12, many


def _again() -> None:
    """The same shop with fifty people."""
    from orchestrator.accounts.models import Attempts, Factor, IssuerLink, RecoveryCode
    from orchestrator.catalog.models import Product, ProductPrice
    from orchestrator.consents.models import Consent, ConsentRecord, Suppression
    from orchestrator.customers.models import (
        Address,
        Identity,
        Import,
        ImportProblem,
        PrivacyComment,
        PrivacyRequest,
    )
    from orchestrator.duplicates.models import DuplicateKey, DuplicateSearch, LikelyDuplicate
    from orchestrator.events.models import Event
    from orchestrator.ingest.models import DeadLetter, WriteKey
    from orchestrator.journeys.models import (
        Door,
        Doorstep,
        DraftEdit,
        EntryTimer,
        JourneyVersion,
        Launch,
        PublishComment,
        PublishNotice,
        PublishRequest,
        Simulation,
        StepRun,
        UsualInterval,
    )
    from orchestrator.loyalty.models import PointsEntry
    from orchestrator.messaging.models import (
        Block,
        Budget,
        ComplaintBreaker,
        Decision,
        DeliveryAttempt,
        MailboxMessage,
        MessageBody,
        ProviderBreaker,
        Receipt,
        Spending,
        StepFault,
        Subject,
        Template,
        TemplateVersion,
    )
    from orchestrator.segments.models import (
        Membership,
        Score,
        ScoreBasis,
        Segment,
        SegmentSize,
        Transition,
    )
    from orchestrator.sources.models import Connection, KeptDelivery
    from orchestrator.workspace.models import Alarm, AlarmChannel, AlarmNotice, Halt, Heartbeat, Retention

    Journey.objects.update(current=None)
    Template.objects.update(latest=None)
    kinds: list[Any] = [
        Attempts, Factor, IssuerLink, RecoveryCode,
        Consent, ConsentRecord, Suppression, Event, EntryTimer, UsualInterval, Door, Doorstep, Launch,
        Transition, SegmentSize, Membership, Segment, LikelyDuplicate, DuplicateKey, DuplicateSearch,
        Score, ScoreBasis,
        StepRun, Simulation, PublishNotice, PublishComment, PublishRequest, DraftEdit, JourneyVersion, Journey, Decision,
        DeliveryAttempt, MailboxMessage, MessageBody, PointsEntry, ProductPrice, Product,
        ComplaintBreaker, ProviderBreaker, DeadLetter, WriteKey, KeptDelivery, Connection,
        Spending, Budget, StepFault, Halt, Heartbeat, Retention, Receipt, Subject, TemplateVersion, Template,
        AlarmNotice, Alarm, AlarmChannel,
        PrivacyComment, PrivacyRequest, ImportProblem, Import, Identity, Address, Customer, Block,
    ]  # fmt: skip
    for kind in kinds:
        kind._default_manager.all().delete()
    fill(60)


@pytest.mark.parametrize("model", LISTS, ids=[m.__name__ for m in LISTS])
def test_big_tables_are_never_counted(model: Any) -> None:
    shown = admin.site.get_model_admin(model)
    assert isinstance(shown, (BigHistory, BigPage)) == (model.__name__ in BIG)


def test_no_big_list_counts_its_rows(marketer: Client) -> None:
    fill(5)
    for model in LISTS:
        if model.__name__ not in BIG:
            continue
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        with CaptureQueriesContext(connection) as asked:
            marketer.get(url)
        table = f'"{model._meta.db_table}"'
        counted = [one["sql"] for one in asked if "COUNT(" in one["sql"] and table in one["sql"]]
        assert counted == [], model


def test_a_customer_with_a_long_history_costs_what_a_new_one_costs(marketer: Client) -> None:
    sample = fill(5)
    url = reverse("admin:customers_customer_change", args=[sample.customer.pk])
    count(marketer, url)  # Django keeps the types of content it has once looked up
    short = count(marketer, url)
    _busy(sample.customer)
    assert (
        count(marketer, url) <= short
    )  # whose journeys are not on the page is not asked what they are called
    # for the guards that a message ahead would meet, what an erasure would take away, lists and scores; the life of
    # orders; what the system before us sent, in the column and among what a message ahead would meet
    assert short <= 56


def _busy(customer: Customer) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from orchestrator.events.models import Event

    now = timezone.now()
    Event.objects.bulk_create(
        Event(
            customer=customer,
            name="page.viewed",
            occurred_at=now - timedelta(minutes=minutes),
            received_at=now,
            key=f"view-{minutes}",
        )
        for minutes in range(300)
    )


def test_home_asks_a_bounded_number_of_times(marketer: Client) -> None:
    fill(60)
    assert count(marketer, reverse("admin:index")) <= 38  # the tour's two and the requests' two among them

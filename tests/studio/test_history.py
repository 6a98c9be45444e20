"""History is read-only: nobody can add, change or delete it in the admin, whatever their rights."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.forms.models import model_to_dict
from django.test import Client
from django.urls import reverse

from orchestrator.accounts.models import Attempts, CallAnswer, Factor, IssuerLink, RecoveryCode
from orchestrator.catalog.models import Product
from orchestrator.consents.models import Consent, ConsentRecord, Suppression
from orchestrator.customers.models import (
    Address,
    Customer,
    Identity,
    Import,
    PrivacyComment,
    PrivacyRequest,
)
from orchestrator.duplicates.models import LikelyDuplicate
from orchestrator.events.models import Event
from orchestrator.ingest.models import DeadLetter
from orchestrator.journeys.models import (
    Door,
    Doorstep,
    DraftEdit,
    Enrollment,
    EntryTimer,
    Journey,
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
    ComplaintBreaker,
    Decision,
    DeliveryAttempt,
    MailboxMessage,
    Message,
    MessageBody,
    ProviderBreaker,
    Receipt,
    Spending,
    StepFault,
    Subject,
    Template,
    TemplateVersion,
)
from orchestrator.segments.models import Membership, Score, ScoreBasis
from orchestrator.sources.models import KeptDelivery
from orchestrator.webhooks.models import WebhookDelivery
from orchestrator.workspace.models import (
    Alarm,
    AlarmNotice,
    AuditEntry,
    Brand,
    Halt,
    Heartbeat,
    Sequence,
    Workspace,
)
from tests.studio.sample import Sample

HISTORY: list[Any] = [
    Attempts,
    CallAnswer,
    Factor,
    IssuerLink,
    RecoveryCode,
    Address,
    Alarm,
    AlarmNotice,
    AuditEntry,
    Consent,
    ConsentRecord,
    Customer,
    DeadLetter,
    Import,
    KeptDelivery,
    Decision,
    DeliveryAttempt,
    Door,
    Doorstep,
    DraftEdit,
    Enrollment,
    EntryTimer,
    Event,
    Identity,
    JourneyVersion,
    Launch,
    LikelyDuplicate,
    MailboxMessage,
    Membership,
    Message,
    MessageBody,
    PointsEntry,
    Product,
    Receipt,
    ComplaintBreaker,
    ProviderBreaker,
    Spending,
    StepFault,
    Halt,
    Heartbeat,
    Sequence,
    PrivacyComment,
    PrivacyRequest,
    PublishComment,
    PublishNotice,
    PublishRequest,
    Score,
    ScoreBasis,
    Simulation,
    StepRun,
    Subject,
    Suppression,
    TemplateVersion,
    UsualInterval,
    WebhookDelivery,
]


def page(model: Any, what: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}", args=args)


def rows(model: Any) -> list[dict[str, Any]]:
    return list(model._default_manager.order_by("pk").values())


@pytest.mark.parametrize("model", HISTORY, ids=[model.__name__ for model in HISTORY])
def test_nothing_can_be_added_changed_or_deleted(marketer: Client, sample: Sample, model: Any) -> None:
    before = rows(model)
    assert before, "the sample has none of these"
    row = model._default_manager.first()
    said = {key: "x" if value is None else str(value) for key, value in model_to_dict(row).items()}
    assert marketer.post(page(model, "add"), said).status_code == 403
    assert marketer.post(page(model, "change", row.pk), said).status_code == 403
    assert marketer.post(page(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    marketer.post(
        page(model, "changelist"), {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    )
    assert rows(model) == before


def test_a_template_is_begun_and_written_in_its_editor_alone(marketer: Client, sample: Sample) -> None:
    before = rows(Template)
    row = sample.template
    said = {key: "x" if value is None else str(value) for key, value in model_to_dict(row).items()}
    assert marketer.post(page(Template, "change", row.pk), said).status_code == 403
    assert marketer.post(page(Template, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert rows(Template) == before


def test_only_these_may_be_edited() -> None:
    editable = {model.__name__ for model in admin.site._registry} - {model.__name__ for model in HISTORY}
    assert editable == {
        "AlarmChannel",
        "ApiKey",
        "Block",
        "Brand",
        "Budget",
        "Connection",
        "ConsentText",
        "FrequencyCap",
        "Group",
        "Journey",
        "Price",
        "QuietHoursRule",
        "RateLimit",
        "Retention",
        "Segment",
        "SignupForm",
        "Template",
        "Topic",
        "User",
        "WebhookEndpoint",
        "Workspace",
        "WriteKey",
    }


def test_the_workspace_is_neither_added_nor_deleted(marketer: Client) -> None:
    Workspace.get()
    assert marketer.post(page(Workspace, "add"), {"name": "Second"}).status_code == 403
    assert marketer.post(page(Workspace, "delete", 1), {"post": "yes"}).status_code == 403
    assert Workspace.objects.count() == 1


def test_the_default_brand_and_journeys_that_ran_are_not_deleted(marketer: Client, sample: Sample) -> None:
    default = Brand.objects.get(key="default")
    assert marketer.post(page(Brand, "delete", default.pk), {"post": "yes"}).status_code == 403
    assert marketer.post(page(Journey, "delete", sample.journey.pk), {"post": "yes"}).status_code == 403
    draft = Journey.objects.get(key="winback")
    assert marketer.post(page(Journey, "delete", draft.pk), {"post": "yes"}).status_code == 302
    assert list(Journey.objects.values_list("key", flat=True)) == ["onboarding"]

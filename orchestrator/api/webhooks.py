"""Webhooks: which systems are told of what happens, and what they were told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.response import Response

from orchestrator.accounts.programs import who_calls
from orchestrator.api.auth import Door
from orchestrator.api.once import once
from orchestrator.api.pages import page
from orchestrator.api.params import PAGED, Param, read
from orchestrator.api.problems import Refused
from orchestrator.api.shapes import MomentField, Shape, page_of, read_body
from orchestrator.api.telling import told
from orchestrator.api.webhook_shapes import (
    CALL,
    EXAMPLE,
    SENT,
    TESTED,
    CallShape,
    Deleted,
    NewWebhook,
    Resent,
    SecretShape,
    SomeOfWebhook,
    TestedShape,
    WebhookShape,
    tell,
    tell_calls,
)
from orchestrator.webhooks import endpoints
from orchestrator.webhooks.models import WebhookDelivery, WebhookEndpoint
from orchestrator.webhooks.resend import resend_given_up
from orchestrator.webhooks.trial import send_test
from orchestrator.workspace.audit import Action, note

SEES = ("webhooks.view_webhookendpoint",)
CHANGES = ("webhooks.change_webhookendpoint",)
CALLS = (Param("state", "Only those in this state.", choices=tuple(WebhookDelivery.State.values)), *PAGED)


class WebhooksView(Door):
    """All of them."""

    rights = {"GET": SEES, "POST": ("webhooks.add_webhookendpoint",)}

    @told(
        "list_webhooks", "List webhooks",
        tag="webhooks", params=PAGED, answers=page_of(WebhookShape), example={"items": [EXAMPLE], "next": None},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Without their secrets, which nobody can read again."""
        asked = read(request, PAGED)
        rows = WebhookEndpoint.objects.all()
        return page(rows, asked, lambda found: [tell(one) for one in found], name="webhooks")

    @told(
        "add_webhook", "Have a system told of what happens",
        tag="webhooks", body=NewWebhook, sent=SENT, answers=SecretShape, writes=True, status=201,
        example={**EXAMPLE, "secret": "whsec_…"},
    )  # fmt: skip
    @once
    def post(self, request: Request) -> Response:
        """The secret that calls are signed with is in this answer, and in no other."""
        row = WebhookEndpoint(**read_body(NewWebhook, request.data))
        _refuse_taken(row)
        secret = endpoints.make(row, timezone.now(), who_calls(request.user))
        return Response({**tell(row), "secret": secret}, 201)


class WebhookView(Door):
    """One of them."""

    rights = {"GET": SEES, "PATCH": CHANGES, "DELETE": ("webhooks.delete_webhookendpoint",)}

    @told("get_webhook", "Get a webhook", tag="webhooks", answers=WebhookShape, example=EXAMPLE, missing=True)
    def get(self, request: Request, number: int) -> Response:
        """As it stands."""
        read(request, ())
        return Response(tell(_found(number)))

    @told(
        "change_webhook", "Change a webhook, or switch it on or off",
        tag="webhooks", body=SomeOfWebhook, sent={"enabled": True}, answers=WebhookShape, example=EXAMPLE, writes=True,
        missing=True,
    )  # fmt: skip
    @once
    def patch(self, request: Request, number: int) -> Response:
        """What is not named stays. Switched on again, what was due is told."""
        row, changed = _found(number), dict[str, Any]()
        for name, value in read_body(SomeOfWebhook, request.data).items():
            if value != getattr(row, name):
                changed[name] = None if name == "url" else [getattr(row, name), value]
                setattr(row, name, value)
        if changed:
            _refuse_taken(row)
            endpoints.change(row, timezone.now())
            note(Action.CHANGED, who_calls(request.user), row, **changed)
        return Response(tell(_found(number)))

    @told(
        "delete_webhook", "Delete a webhook, and what it was still to be told",
        tag="webhooks", answers=Deleted, example={"deleted": True}, writes=True, missing=True,
    )  # fmt: skip
    @once
    def delete(self, request: Request, number: int) -> Response:
        """What it was told stays for as long as calls are kept."""
        row = _found(number)
        endpoints.remove(row)
        note(Action.DELETED, who_calls(request.user), row)
        return Response({"deleted": True})


class RotateView(Door):
    """A new secret."""

    rights = {"POST": CHANGES}

    @told(
        "rotate_webhook", "Give a webhook a new secret",
        tag="webhooks", answers=SecretShape, example={**EXAMPLE, "secret": "whsec_…"}, writes=True, missing=True,
    )  # fmt: skip
    @once
    def post(self, request: Request, number: int) -> Response:
        """The secret before signs beside it for another 24 hours."""
        secret = endpoints.rotate(_found(number), timezone.now(), who_calls(request.user))
        return Response({**tell(_found(number)), "secret": secret})


class TestView(Door):
    """A test."""

    rights = {"POST": CHANGES}

    @told(
        "test_webhook", "Send a test to a webhook, and wait for its answer",
        tag="webhooks", answers=TestedShape, example=TESTED, missing=True,
    )  # fmt: skip
    def post(self, request: Request, number: int) -> Response:
        """Each call of this sends another; it is not tried again, and takes up to ten seconds."""
        ended = send_test(_found(number), timezone.now(), who_calls(request.user))
        said = {"good": ended.answer.good, "code": ended.answer.code, "reason": ended.reason}
        return Response({**said, "answer": ended.text, "took_ms": ended.took_ms})


class Since(Shape):
    """From when on."""

    since = MomentField()


class ResendView(Door):
    """What was given up, once more."""

    rights = {"POST": CHANGES}

    @told(
        "resend_webhook", "Tell a webhook again what was given up since a moment",
        tag="webhooks", body=Since, sent={"since": "2026-03-14T10:00:00+01:00"}, answers=Resent,
        example={"resent": 12}, writes=True, missing=True,
    )  # fmt: skip
    @once
    def post(self, request: Request, number: int) -> Response:
        """Under the ids they had."""
        since = read_body(Since, request.data)["since"]
        return Response(
            {"resent": resend_given_up(_found(number).pk, since, timezone.now(), who_calls(request.user))}
        )


class DeliveriesView(Door):
    """Its calls."""

    rights = {"GET": ("webhooks.view_webhookdelivery",)}

    @told(
        "list_deliveries", "List the calls of a webhook, the newest first",
        tag="webhooks", params=CALLS, answers=page_of(CallShape), example={"items": [CALL], "next": None}, missing=True,
    )  # fmt: skip
    def get(self, request: Request, number: int) -> Response:
        """With what the receiver answered, as far as it is kept."""
        asked = read(request, CALLS)
        rows = WebhookDelivery.objects.filter(endpoint=_found(number).pk)
        rows = rows.filter(state=asked["state"]) if asked["state"] else rows
        return page(rows, asked, tell_calls, name="deliveries", newest=True)


def _found(number: int) -> WebhookEndpoint:
    row = WebhookEndpoint.objects.filter(pk=number).first() if number < 2**63 else None
    if row is None:
        raise Refused("no_webhook", f"There is no webhook with the number {str(number)[:20]}.", 404)
    return row


def _refuse_taken(row: WebhookEndpoint) -> None:
    """Names are the people's way to tell them apart."""
    if WebhookEndpoint.objects.filter(name=row.name).exclude(pk=row.pk).exists():
        words: Mapping[str, Any] = {"name": [ErrorDetail("There is a webhook of this name.", "taken")]}
        raise serializers.ValidationError(words)

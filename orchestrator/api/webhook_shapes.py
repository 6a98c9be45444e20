"""What webhooks and their calls look like to programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from orchestrator.api.shapes import ObjectField, Shape
from orchestrator.domain.outbound import LONGEST, Forbidden
from orchestrator.domain.outside import Kind
from orchestrator.studio import checks
from orchestrator.webhooks import endpoints
from orchestrator.webhooks.body import bodies
from orchestrator.webhooks.models import WebhookDelivery, WebhookEndpoint

Plain = dict[str, Any]
KINDS = [str(kind) for kind in Kind]
SENT: Plain = {
    "name": "CRM", "url": "https://shop.example/hooks/journeys", "kinds": ["message.bounced", "consent.withdrawn"],
}  # fmt: skip
EXAMPLE: Plain = {
    "id": 4, **SENT, "enabled": True, "off_why": "", "off_at": None, "failing_since": None,
    "created_at": "2026-03-02T12:00:00Z", "rotated_at": None, "previous_until": None,
}  # fmt: skip
CALL: Plain = {
    "id": "msg_0123456789abcdef0123456789abcdef", "type": "segment.entered",
    "data": {"customer": {"id": 7, "external_id": "anna-7"}, "segment": "golden"}, "state": "told", "attempts": 1,
    "code": 204, "reason": "", "answer": "", "took_ms": 38, "happened_at": "2026-03-02T12:00:00Z", "due_at": None,
    "tried_at": "2026-03-02T12:00:01Z", "final_at": "2026-03-02T12:00:01Z",
}  # fmt: skip
TESTED: Plain = {"good": True, "code": 204, "reason": "", "answer": "", "took_ms": 38}


class NewWebhook(Shape):
    """A system that is to be told. `url`: a public server by https."""

    name = serializers.CharField(max_length=100)
    url = serializers.CharField(max_length=LONGEST)
    kinds = serializers.ListField(child=serializers.ChoiceField(KINDS), allow_empty=False, max_length=100)
    enabled = serializers.BooleanField(default=True)

    def validate_name(self, written: str) -> str:
        """One line."""
        try:
            return checks.one_line(written)
        except Exception as error:
            raise serializers.ValidationError("It must be one line of visible signs.", "bad_name") from error

    def validate_url(self, written: str) -> str:
        """One that may be called."""
        try:
            endpoints.check_url(written)
        except Forbidden as error:
            raise serializers.ValidationError(f"It may not be called: {error}", "forbidden") from None
        return written

    def validate_kinds(self, written: list[str]) -> list[str]:
        """Each once."""
        return endpoints.sorted_kinds(written)


class SomeOfWebhook(NewWebhook):
    """What of it is to change."""

    name = serializers.CharField(max_length=100, required=False)
    url = serializers.CharField(max_length=LONGEST, required=False)
    kinds = serializers.ListField(
        child=serializers.ChoiceField(KINDS), allow_empty=False, max_length=100, required=False
    )
    enabled = serializers.BooleanField(required=False)


class WebhookShape(serializers.Serializer):  # type: ignore[type-arg]
    """A system that is told. `off_why`: gone or failing, if its answers have switched it off."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    url = serializers.CharField()
    kinds = serializers.ListField(child=serializers.ChoiceField(KINDS))
    enabled = serializers.BooleanField()
    off_why = serializers.CharField(allow_blank=True)
    off_at = serializers.DateTimeField(allow_null=True)
    failing_since = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    rotated_at = serializers.DateTimeField(allow_null=True)
    previous_until = serializers.DateTimeField(allow_null=True)


class SecretShape(WebhookShape):
    """The same with its new secret, this once."""

    secret = serializers.CharField()


class CallShape(serializers.Serializer):  # type: ignore[type-arg]
    """One call. `id` is its webhook-id; `answer` the beginning of what the receiver wrote."""

    id = serializers.CharField()
    type = serializers.CharField()
    data = ObjectField()
    state = serializers.ChoiceField(WebhookDelivery.State.values)
    attempts = serializers.IntegerField()
    code = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    answer = serializers.CharField(allow_blank=True)
    took_ms = serializers.IntegerField(allow_null=True)
    happened_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    tried_at = serializers.DateTimeField(allow_null=True)
    final_at = serializers.DateTimeField(allow_null=True)


class TestedShape(serializers.Serializer):  # type: ignore[type-arg]
    """What came of a test."""

    good = serializers.BooleanField()
    code = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    answer = serializers.CharField(allow_blank=True)
    took_ms = serializers.IntegerField()


class Deleted(serializers.Serializer):  # type: ignore[type-arg]
    """It is gone."""

    deleted = serializers.BooleanField()


class Resent(serializers.Serializer):  # type: ignore[type-arg]
    """How many are told again."""

    resent = serializers.IntegerField()


_SAID = (
    "name", "url", "kinds", "enabled", "off_why", "off_at", "failing_since", "created_at", "rotated_at",
    "previous_until",
)  # fmt: skip
_CALLED = (
    "state", "attempts", "code", "reason", "answer", "took_ms", "happened_at", "due_at", "tried_at", "final_at",
)  # fmt: skip


def tell(one: WebhookEndpoint) -> Plain:
    """An endpoint."""
    return {"id": one.pk, **{name: getattr(one, name) for name in _SAID}}


def tell_calls(rows: Sequence[WebhookDelivery]) -> list[Plain]:
    """Calls, with what they say now."""
    return [
        {
            "id": one.key,
            "type": one.kind,
            "data": body["data"],
            **{name: getattr(one, name) for name in _CALLED},
        }
        for one, body in zip(rows, bodies(rows), strict=True)
    ]

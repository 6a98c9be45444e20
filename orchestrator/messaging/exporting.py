"""What was sent to a person, or was not, and why."""

from __future__ import annotations

from orchestrator.customers.exporting import INNER, SECRET, Table, inner, register, same
from orchestrator.messaging.models import (
    Decision,
    DeliveryAttempt,
    MailboxMessage,
    Message,
    MessageBody,
    PastMessage,
    Receipt,
)


def handle() -> None:
    """Have messages exported, with what they were made of, what decided about them, and what providers told of them."""
    register(
        Table(
            "messages",
            Message,
            lambda ids: Message.objects.filter(customer__in=ids),
            {
                "message": "id",
                "brand": "brand__name",
                "template": "template_version__template__key",
                **same(
                    "journey", "version", "step", "channel", "purpose", "topic", "state", "reason", "held_out", "test",
                    "created_at", "due_at", "expires_at", "handed_off_at", "final_at", "delivered_at", "bounced_at",
                    "address", "provider", "parts", "parameters", "zone", "zone_rung", "consent_as_stood",
                ),
            },
            {
                "key": SECRET,
                "address_digest": SECRET,
                "reference": SECRET,
                **dict.fromkeys(("cost", "charged"), "what it cost the company"),
                **inner(
                    "customer enrollment_id visit priority journey_at obeys_caps counts_toward_caps on_cap"
                    " first_held_at fence claim lease_until maybe_sent crash_count attempts number counted_at"
                    " released_at wake_pending"
                ),
            },
        ),
        Table(
            "message_contents",
            MessageBody,
            lambda ids: MessageBody.objects.filter(message__customer__in=ids),
            {"message": "message_id", **same("composed_at", "context", "languages", "links")},
        ),
        Table(
            "messages_kept_in_the_house",
            MailboxMessage,
            lambda ids: MailboxMessage.objects.filter(
                key__in=Message.objects.filter(customer__in=ids).values("key")
            ),
            same("channel", "recipient", "subject", "content", "composed_at"),
            {"id": INNER, "key": SECRET},
        ),
        Table(
            "decisions",
            Decision,
            lambda ids: Decision.objects.filter(message__customer__in=ids),
            {"message": "message_id", **same("decided_at", "outcome", "reason", "until", "evidence")},
            inner("id"),
        ),
        Table(
            "attempts",
            DeliveryAttempt,
            lambda ids: DeliveryAttempt.objects.filter(message__customer__in=ids),
            {"message": "message_id", **same("provider", "settled_at", "outcome")},
            {
                **dict.fromkeys(("reference", "detail"), "the provider's own words and numbers"),
                **inner("id number fence"),
            },
        ),
        Table(
            "receipts",
            Receipt,
            lambda ids: Receipt.objects.filter(message__customer__in=ids),
            {"message": "message_id", **same("kind", "provider", "occurred_at", "received_at", "machine")},
            {"key": SECRET, "id": INNER},
        ),
        Table(
            "past_messages",
            PastMessage,
            lambda ids: PastMessage.objects.filter(customer__in=ids),
            {
                "brand": "brand__name",
                **same("system", "channel", "purpose", "topic", "title", "sent_at", "stored_at"),
            },
            {"key": SECRET, "address_digest": SECRET, **inner("id customer")},
        ),
    )  # fmt: skip

"""What providers reported later."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from orchestrator.messaging.models.message import Message
from orchestrator.sdk.values import ReceiptKind

KIND_TITLES = {
    ReceiptKind.DELIVERED: _("delivered"),
    ReceiptKind.BOUNCED: _("bounced for good"),
    ReceiptKind.SOFT_BOUNCED: _("bounced for now"),
    ReceiptKind.COMPLAINED: _("called spam"),
    ReceiptKind.UNSUBSCRIBED: _("unsubscribed at the provider"),
    ReceiptKind.OPENED: _("opened"),
    ReceiptKind.CLICKED: _("clicked"),
    ReceiptKind.REPLIED: _("replied"),
}


class Receipt(models.Model):
    """One report of a provider. `key` is the hash of the provider's name and its id for the report: counted once.

    It names a message and never a person: no address, no reply, no link. `message` is empty where none of ours is
    meant.
    """

    key = models.CharField(_("key"), max_length=64, unique=True)
    provider = models.CharField(_("provider"), max_length=63)
    kind = models.CharField(
        _("what"), max_length=15, choices=[(kind.value, KIND_TITLES[kind]) for kind in ReceiptKind]
    )
    message = models.ForeignKey(
        Message,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="receipts",
        verbose_name=_("message"),
    )
    occurred_at = models.DateTimeField(_("occurred"))
    received_at = models.DateTimeField(_("received"))
    machine = models.BooleanField(_("by a machine"), default=False)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        indexes = [
            models.Index(
                fields=["received_at"],
                condition=models.Q(kind="complained"),
                name="receipt_complaints",
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider} · {self.get_kind_display()}"

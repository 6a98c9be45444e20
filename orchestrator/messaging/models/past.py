"""What another system sent to a person before this one did."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orchestrator.customers.models import Customer
from orchestrator.workspace.models import Brand


class PastMessage(models.Model):
    """One message that the system before us sent. It is history: nothing here sends, settles, bills or credits it.

    It counts toward frequency caps and the minimum gap exactly as one of ours does, by customer and by address, unless
    it was transactional. It is no `Message` on purpose: whoever reads those reads what we have sent, and need not know
    that others sent before. `key` is a keyed hash of what names it in the old system, so that it is stored once.
    """

    key = models.CharField(max_length=64, unique=True, editable=False)
    customer = models.ForeignKey(
        Customer,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="past_messages",
        verbose_name=_("customer"),
    )
    brand = models.ForeignKey(
        Brand, models.DO_NOTHING, db_constraint=False, db_index=False, verbose_name=_("brand")
    )
    system = models.CharField(_("sent by"), max_length=31)
    channel = models.CharField(_("channel"), max_length=31)
    purpose = models.CharField(_("purpose"), max_length=31, default="marketing")
    topic = models.CharField(_("topic"), max_length=63, blank=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    sent_at = models.DateTimeField(_("sent"))
    address_digest = models.CharField(max_length=64, blank=True, editable=False)
    stored_at = models.DateTimeField(_("taken over"))

    class Meta:
        verbose_name = _("past message")
        verbose_name_plural = _("past messages")
        indexes = [
            models.Index(fields=["customer", "-sent_at"], name="past_message_of_customer"),
            models.Index(
                fields=["address_digest", "sent_at"],
                condition=Q(purpose="marketing"),
                name="past_message_of_address",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system} · {self.title or self.channel}"

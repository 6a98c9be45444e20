"""Where a channel reaches a person."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orchestrator.customers.models.customer import Customer


class Address(models.Model):
    """An email address, phone number or device token. `value` is in its channel's one spelling.

    `digest` is a keyed hash of it: caps and suppressions go by the digest, so people who share a mailbox share them,
    and an erased address can be refused without being kept.
    """

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="addresses", verbose_name=_("customer")
    )
    channel = models.CharField(_("channel"), max_length=31)
    value = models.CharField(_("address"), max_length=1000)
    digest = models.CharField(max_length=64, editable=False)
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    invalid_at = models.DateTimeField(_("found invalid"), null=True, blank=True)
    invalid_reason = models.CharField(_("why invalid"), max_length=63, blank=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [
            models.UniqueConstraint(fields=["customer", "channel", "digest"], name="address_once_a_customer"),
        ]
        indexes = [
            models.Index(fields=["channel", "digest"], name="address_digest"),
            models.Index(
                fields=["customer", "channel", "-id"], condition=Q(invalid_at=None), name="address_usable"
            ),
        ]

    def __str__(self) -> str:
        return self.value

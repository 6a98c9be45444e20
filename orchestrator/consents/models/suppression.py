"""Addresses never to use."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from orchestrator.workspace.models import Brand


class SuppressionReason(models.TextChoices):
    """Why an address must not be used."""

    BOUNCE = "bounce", _("mail to it came back for good")
    COMPLAINT = "complaint", _("its owner called us spam")
    OBJECTION = "objection", _("its owner objected to everything")
    ERASURE = "erasure", _("its owner was erased")
    MANUAL = "manual", _("entered by hand")


class Suppression(models.Model):
    """An address never to use, by its keyed hash: it outlives the person's erasure without naming them."""

    brand = models.ForeignKey(Brand, models.PROTECT, null=True, blank=True, verbose_name=_("brand"))
    channel = models.CharField(_("channel"), max_length=31)
    digest = models.CharField(_("address hash"), max_length=64)
    reason = models.CharField(_("reason"), max_length=15, choices=SuppressionReason.choices)
    detail = models.CharField(_("detail"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("suppression")
        verbose_name_plural = _("suppressions")
        constraints = [
            models.UniqueConstraint(fields=["channel", "digest", "brand"], name="suppression_once_a_brand"),
            models.UniqueConstraint(
                fields=["channel", "digest"],
                condition=models.Q(brand=None),
                name="suppression_once_everywhere",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} · {self.get_reason_display()}"

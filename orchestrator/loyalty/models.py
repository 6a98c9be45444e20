"""The ledger of points."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from orchestrator.customers.models import Customer


class PointsEntry(models.Model):
    """Points given, or taken where they are below zero. Never changed and never removed; the balance is the sum.

    `key` names the award for ever: the same one awarded again is the same entry.
    """

    customer = models.ForeignKey(
        Customer,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="points",
        verbose_name=_("customer"),
    )
    points = models.IntegerField(_("points"))
    why = models.CharField(_("why"), max_length=100, blank=True)
    source = models.CharField(_("source"), max_length=130, help_text=_("The journey and the step."))
    key = models.CharField(max_length=100, unique=True)
    awarded_at = models.DateTimeField(_("awarded"))

    class Meta:
        verbose_name = _("points entry")
        verbose_name_plural = _("points")
        indexes = [models.Index(fields=["customer", "-awarded_at"], name="points_of_customer")]

    def __str__(self) -> str:
        return f"{self.points:+d}"

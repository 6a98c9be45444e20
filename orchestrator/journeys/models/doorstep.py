"""Who waits at the door."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from orchestrator.customers.models import Customer
from orchestrator.journeys.models.journey import Journey, JourneyVersion


class Doorstep(models.Model):
    """Somebody whom a journey's filter turned away, within the grace it gives: attributes come after events.

    `candidate` is what brought them (key, properties, time, hops). They are asked in again at `due_at`, until `until`.
    """

    journey = models.ForeignKey(Journey, models.CASCADE, db_index=False, verbose_name=_("journey"))
    version = models.ForeignKey(JourneyVersion, models.CASCADE, db_index=False, verbose_name=_("version"))
    customer = models.ForeignKey(
        Customer, models.DO_NOTHING, db_constraint=False, db_index=False, verbose_name=_("customer")
    )
    entry_key = models.CharField(_("entry"), max_length=100, blank=True)
    candidate = models.JSONField()
    due_at = models.DateTimeField(_("due"))
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("person at the door")
        verbose_name_plural = _("people at the door")
        constraints = [
            models.UniqueConstraint(fields=["customer", "journey", "entry_key"], name="doorstep_once")
        ]
        indexes = [models.Index(fields=["due_at"], name="doorstep_due")]

    def __str__(self) -> str:
        return f"{self.journey_id} · {self.customer_id}"

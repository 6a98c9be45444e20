"""Who waits at the door."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from orchestrator.customers.models import Customer
from orchestrator.journeys.models.journey import Journey, JourneyVersion


class Doorstep(models.Model):
    """Somebody who came to a journey's door and is not inside: they wait, or were turned away.

    `candidate` is what brought them (key, properties, time, hops). `reason` is empty for those whom the filter turned
    away within its grace, since attributes come after events; else what keeps them out, on what `evidence`. They are
    asked in again at `due_at`, until `until`. Who is `in_line` waits for a place, first come first served. With
    `turned_away_at` the row only says why they did not enter, and goes at `due_at`.
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
    reason = models.CharField(_("reason"), max_length=20, blank=True, default="", db_default="")
    evidence = models.JSONField(_("evidence"), default=dict, db_default={}, blank=True)
    in_line = models.BooleanField(_("in line"), default=False, db_default=False)
    turned_away_at = models.DateTimeField(_("turned away"), null=True)

    class Meta:
        verbose_name = _("person at the door")
        verbose_name_plural = _("people at the door")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "journey", "entry_key"],
                condition=models.Q(turned_away_at__isnull=True),
                name="doorstep_once",
            ),
            models.UniqueConstraint(
                fields=["customer", "journey", "entry_key"],
                condition=models.Q(turned_away_at__isnull=False),
                name="doorstep_turned_away_once",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="doorstep_due"),
            models.Index(fields=["journey", "id"], condition=models.Q(in_line=True), name="doorstep_line"),
        ]

    def __str__(self) -> str:
        return f"{self.journey} · #{self.customer_id}"

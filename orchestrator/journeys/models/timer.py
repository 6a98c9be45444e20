"""When time alone lets a person enter."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from orchestrator.customers.models import Customer
from orchestrator.journeys.models.journey import Journey


class EntryTimer(models.Model):
    """The moment at which a journey will look at a person: after inactivity, or on their day of the year.

    `trigger` is the trigger's place in the journey's entry. An event resets an inactivity timer; a yearly one is set
    again when it fires. `anchor_at` is the event it counts from.
    """

    journey = models.ForeignKey(Journey, models.CASCADE, db_index=False, verbose_name=_("journey"))
    trigger = models.PositiveSmallIntegerField()
    customer = models.ForeignKey(
        Customer, models.DO_NOTHING, db_constraint=False, db_index=False, verbose_name=_("customer")
    )
    due_at = models.DateTimeField(_("due"), null=True)
    anchor_at = models.DateTimeField(_("counts from"), null=True)
    key = models.CharField(_("entry"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("entry timer")
        verbose_name_plural = _("entry timers")
        constraints = [
            models.UniqueConstraint(fields=["journey", "trigger", "customer"], name="entry_timer_once"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="entry_timer_due"),
            models.Index(fields=["customer"], name="entry_timer_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.journey_id} · {self.due_at}"

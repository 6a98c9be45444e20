"""When time alone lets a person enter."""

from __future__ import annotations

from django.db import models
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from orchestrator.customers.models import Customer
from orchestrator.journeys.models.journey import Journey


class EntryTimer(models.Model):
    """The moment at which a journey will look at a person: after inactivity, on their day, when they need more.

    `trigger` is the trigger's place in the journey's entry. An event resets an inactivity timer; a yearly one is set
    again when it fires. `anchor_at` is the event it counts from. Replenishment has one for each `part`, the group of
    what they buy: `days` is the median of their own `intervals`, and `key` the purchase for which it has fired.
    """

    journey = models.ForeignKey(Journey, models.CASCADE, db_index=False, verbose_name=_("journey"))
    trigger = models.PositiveSmallIntegerField()
    customer = models.ForeignKey(
        Customer, models.DO_NOTHING, db_constraint=False, db_index=False, verbose_name=_("customer")
    )
    due_at = models.DateTimeField(_("due"), null=True)
    anchor_at = models.DateTimeField(_("counts from"), null=True)
    key = models.CharField(_("entry"), max_length=100, blank=True)
    part = models.CharField(_("group"), max_length=100, blank=True, default="", db_default="")
    days = models.PositiveIntegerField(_("days between purchases"), null=True)
    intervals = models.PositiveIntegerField(_("intervals"), null=True)

    class Meta:
        verbose_name = _("entry timer")
        verbose_name_plural = _("entry timers")
        constraints = [
            models.UniqueConstraint(
                fields=["journey", "trigger", "customer", "part"], name="entry_timer_once"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="entry_timer_due"),
            models.Index(fields=["customer"], name="entry_timer_of_customer"),
            models.Index(
                fields=["journey", "trigger", "part", "customer"],
                condition=models.Q(intervals__isnull=False),
                name="entry_timer_of_group",
            ),
        ]

    def __str__(self) -> str:
        due = formats.date_format(timezone.localtime(self.due_at), "DATETIME_FORMAT") if self.due_at else "–"
        return f"{self.journey} · {due}"


class UsualInterval(models.Model):
    """How often people buy of a group: what counts for those who have not bought often enough themselves.

    `days` is the median of people's own medians; null where too few say one. It is computed anew at `due_at`; while
    `moved_to` is set, the timers that lean on it are being set anew, in the order of the customers, up to that one.
    """

    journey = models.ForeignKey(Journey, models.CASCADE, db_index=False, verbose_name=_("journey"))
    trigger = models.PositiveSmallIntegerField()
    part = models.CharField(_("group"), max_length=100, blank=True)
    days = models.PositiveIntegerField(_("days between purchases"), null=True)
    people = models.PositiveIntegerField(_("people"), default=0)
    intervals = models.PositiveIntegerField(_("intervals"), default=0)
    computed_at = models.DateTimeField(_("computed"), null=True)
    due_at = models.DateTimeField(_("due"))
    moved_to = models.PositiveBigIntegerField(null=True)

    class Meta:
        verbose_name = _("usual interval")
        verbose_name_plural = _("usual intervals")
        constraints = [
            models.UniqueConstraint(fields=["journey", "trigger", "part"], name="usual_interval_once")
        ]
        indexes = [models.Index(fields=["due_at"], name="usual_interval_due")]

    def __str__(self) -> str:
        return f"{self.journey} · {self.part}" if self.part else str(self.journey)

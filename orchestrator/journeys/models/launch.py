"""When a journey goes to many at once."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from orchestrator.journeys.models.journey import Journey


class Launch(models.Model):
    """One coming of a journey's audience or schedule: the day (`on`) names it, so that no two beats can double it.

    `due_at`: when the next wave begins, or goes on; null once all is done. `cursor`: the last customer this wave has
    looked at. `wave` counts from 0; `entered` are the people let in so far.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        MISSED = "missed", _("missed")
        HALTED = "halted", _("halted by its numbers")
        STOPPED = "stopped", _("stopped")

    journey = models.ForeignKey(
        Journey, models.CASCADE, db_index=False, related_name="launches", verbose_name=_("journey")
    )
    trigger = models.PositiveSmallIntegerField()
    on = models.DateField(_("day"))
    opens_at = models.DateTimeField(_("opens"))
    due_at = models.DateTimeField(_("due"), null=True)
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.PLANNED)
    wave = models.PositiveSmallIntegerField(_("wave"), default=0)
    cursor = models.BigIntegerField(default=0)
    entered = models.PositiveIntegerField(_("entered"), default=0)
    # Messages and passages in front of it, while it lets nobody in because of them.
    waits_for = models.PositiveIntegerField(_("waits for"), default=0, db_default=0)
    numbers = models.JSONField(_("numbers"), default=dict)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("launch")
        verbose_name_plural = _("launches")
        constraints = [models.UniqueConstraint(fields=["journey", "trigger", "on"], name="launch_once_a_day")]
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="launch_due")]

    def __str__(self) -> str:
        return f"{self.journey} · {formats.date_format(self.on)}"

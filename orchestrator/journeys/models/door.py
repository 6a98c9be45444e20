"""The lock of a journey with a limit."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from orchestrator.journeys.models.journey import Journey


class Door(models.Model):
    """The row that whoever lets people into a journey with a limit locks first, so that nobody else counts meanwhile.

    `due_at`: when those who wait in line are let in as far as there is room; null where nobody waits.
    """

    journey = models.OneToOneField(
        Journey, models.CASCADE, primary_key=True, related_name="door", verbose_name=_("journey")
    )
    due_at = models.DateTimeField(_("due"), null=True)

    class Meta:
        verbose_name = _("door of a journey")
        verbose_name_plural = _("doors of journeys")
        indexes = [models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="door_due")]

    def __str__(self) -> str:
        return str(self.journey)

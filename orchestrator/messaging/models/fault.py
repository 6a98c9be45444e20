"""Steps whose messages cannot be rendered."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class StepFault(models.Model):
    """How many messages of a step could not be rendered one after the other. No row: the last one could."""

    journey = models.CharField(_("journey"), max_length=63)
    version = models.PositiveIntegerField(_("version"))
    step = models.CharField(_("step"), max_length=63)
    in_a_row = models.PositiveIntegerField(_("failures in a row"), default=0)
    detail = models.CharField(_("what was wrong"), max_length=200, blank=True)
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("step that cannot be rendered")
        verbose_name_plural = _("steps that cannot be rendered")
        constraints = [models.UniqueConstraint(fields=["journey", "version", "step"], name="step_fault_once")]

    def __str__(self) -> str:
        return f"{self.journey} · {self.step}"

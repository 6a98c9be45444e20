"""Workers that are alive, and those that were lately."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """One worker: it writes its row every few seconds between batches. Rows older than a week go by themselves."""

    worker = models.CharField(_("worker"), max_length=32, unique=True)
    kind = models.CharField(_("kind"), max_length=15)
    started_at = models.DateTimeField(_("started"))
    beat_at = models.DateTimeField(_("last heard"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    doing = models.CharField(_("what it does"), max_length=31, blank=True)

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")
        indexes = [models.Index(fields=["-beat_at"], name="heartbeat_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.worker[:8]}"

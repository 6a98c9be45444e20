"""Times at which nothing was sent until somebody decided."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _


class Halt(models.Model):
    """All sending held after a restore or a long stop; `domain/incarnation.py` says when. At most one is open.

    `before` lists the incarnations that ended with it: a worker whose mark names one of them has been told already.
    """

    why = models.CharField(
        _("reason"), max_length=15, choices=[("restored", _("restored")), ("stopped", _("stopped"))]
    )
    before = models.JSONField(default=list)
    halted_at = models.DateTimeField(_("halted"))
    evidence = models.JSONField(_("evidence"), default=dict)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("halt")
        verbose_name_plural = _("halts")
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=Q(ended_at__isnull=True), name="halt_open_is_one"
            )
        ]

    def __str__(self) -> str:
        halted = formats.date_format(timezone.localtime(self.halted_at), "DATETIME_FORMAT")
        return f"{self.get_why_display()} · {halted}"

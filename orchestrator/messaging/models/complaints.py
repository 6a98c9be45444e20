"""When marketing was stopped because people called it spam."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from orchestrator.workspace.models import Brand


class ComplaintBreaker(models.Model):
    """Marketing of a brand by a channel, stopped by complaints; `domain/complaints.py` says when. Only a person ends it.

    `since`: what was handed off from then on was counted. At most one of a brand and channel is open; those that are
    stand in `Workspace.stopped` too, for the gate.
    """

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", verbose_name=_("brand"))
    channel = models.CharField(_("channel"), max_length=31)
    complained = models.PositiveIntegerField(_("called spam"))
    accepted = models.PositiveIntegerField(_("accepted"))
    since = models.DateTimeField(_("counted since"))
    opened_at = models.DateTimeField(_("stopped"))
    closed_at = models.DateTimeField(_("let go on"), null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("stop by complaints")
        verbose_name_plural = _("stops by complaints")
        permissions = [("close_complaintbreaker", "Can let marketing go on that complaints have stopped")]
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "channel"], condition=Q(closed_at__isnull=True), name="one_stop_is_open"
            )
        ]

    def __str__(self) -> str:
        opened = formats.date_format(timezone.localtime(self.opened_at), "DATETIME_FORMAT")
        return f"{self.brand} · {self.channel} · {opened}"

"""What was decided about a message, and what was tried."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from orchestrator.messaging.models.message import Message


class Decision(models.Model):
    """What the gate said, and why; one row whenever the outcome or the reason changes, not at every look."""

    message = models.ForeignKey(
        Message, models.DO_NOTHING, db_constraint=False, related_name="decisions", verbose_name=_("message")
    )
    decided_at = models.DateTimeField(_("decided"))
    outcome = models.CharField(_("outcome"), max_length=8)
    reason = models.CharField(_("reason"), max_length=40)
    until = models.DateTimeField(_("until"), null=True)
    evidence = models.JSONField(_("evidence"), default=dict)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")

    def __str__(self) -> str:
        return f"{self.outcome} · {self.reason}"


class DeliveryAttempt(models.Model):
    """One call of a provider for one message, with its answer."""

    message = models.ForeignKey(
        Message,
        models.DO_NOTHING,
        db_constraint=False,
        related_name="delivery_attempts",
        verbose_name=_("message"),
    )
    number = models.PositiveSmallIntegerField(_("number"))
    fence = models.PositiveIntegerField()
    provider = models.CharField(_("provider"), max_length=63)
    settled_at = models.DateTimeField(_("settled"))
    outcome = models.CharField(_("outcome"), max_length=13)
    reference = models.CharField(_("provider's id"), max_length=200, blank=True)
    detail = models.CharField(_("detail"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("delivery attempt")
        verbose_name_plural = _("delivery attempts")

    def __str__(self) -> str:
        return f"{self.number} · {self.provider} · {self.outcome}"

"""What came by a connection and could not be taken, word for word."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from orchestrator.sources.models.connection import Connection


class KeptDelivery(models.Model):
    """A signed delivery of which a part, or all, was not taken. `payload`: JSON of its body and of the headers that are needed
    to read it again. `user_mark` and `browser_mark`: keyed hashes of whom it names, by which an erasure finds it.
    """

    connection = models.ForeignKey(
        Connection, models.CASCADE, related_name="kept", verbose_name=_("connection")
    )
    received_at = models.DateTimeField(_("received"))
    topic = models.CharField(_("about"), max_length=63, blank=True)
    payload = models.TextField(_("as it came"))
    reason = models.CharField(_("reason"), max_length=31)
    words = models.CharField(_("in words"), max_length=300, blank=True)
    user_mark = models.CharField(max_length=71, blank=True, editable=False)
    browser_mark = models.CharField(max_length=71, blank=True, editable=False)
    mark = models.CharField(max_length=64, unique=True, editable=False)
    replayed_at = models.DateTimeField(_("taken since"), null=True, editable=False)

    class Meta:
        verbose_name = _("delivery that was not taken")
        verbose_name_plural = _("deliveries that were not taken")
        indexes = [
            models.Index(fields=["user_mark"], name="kept_delivery_user"),
            models.Index(fields=["browser_mark"], name="kept_delivery_browser"),
        ]

    def __str__(self) -> str:
        return f"{self.topic or '?'} · {self.pk}"

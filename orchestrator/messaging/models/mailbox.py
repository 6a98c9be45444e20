"""Messages that stayed in the house."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class MailboxMessage(models.Model):
    """A message the mailbox provider kept instead of delivering: to be opened in the admin as its reader would see it."""

    key = models.CharField(_("key"), max_length=32, unique=True)
    channel = models.CharField(_("channel"), max_length=31)
    recipient = models.CharField(_("recipient"), max_length=1000)
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    content = models.JSONField(_("content"))
    composed_at = models.DateTimeField(_("composed"))

    class Meta:
        verbose_name = _("mailbox message")
        verbose_name_plural = _("mailbox")
        indexes = [models.Index(fields=["-composed_at"], name="mailbox_newest")]

    def __str__(self) -> str:
        return self.subject or self.channel

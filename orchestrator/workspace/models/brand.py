"""In whose name messages come, and what they are about."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Brand(models.Model):
    """A sender with a look. Consents, suppressions, journeys and messages belong to one; `default` always exists."""

    key = models.SlugField(_("key"), max_length=63, unique=True)
    name = models.CharField(_("name"), max_length=100)
    sender_name = models.CharField(_("sender name"), max_length=100, blank=True)
    sender_address = models.EmailField(_("sender address"), blank=True)
    reply_to = models.EmailField(_("reply to"), blank=True)
    sms_sender = models.CharField(_("SMS sender"), max_length=11, blank=True)
    site_url = models.URLField(_("site"), blank=True)
    logo_url = models.URLField(_("logo"), blank=True)
    colour = models.CharField(_("colour"), max_length=7, default="#7c3aed")
    footer = models.JSONField(_("footer, by language"), default=dict, blank=True)

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name


class Topic(models.Model):
    """What a message is about. Caps, preferences and reports go by it; a message keeps the topic it was sent under."""

    key = models.SlugField(_("key"), max_length=63, unique=True)
    title = models.JSONField(_("title, by language"), default=dict)

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["key"]

    def __str__(self) -> str:
        return str(self.title.get("en") or self.key)

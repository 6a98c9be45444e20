"""What a program shows in place of a name and password."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

PER_MINUTE = 600


class ApiKey(models.Model):
    """A key of the API. Of its secret only a keyed hash is kept; `prefix` is its beginning, by which people tell keys
    apart and the row is found. `scopes` are words of `accounts/scopes.py`. A key that was rotated has a `successor`, and
    an end. Rows stay: the audit log names them.
    """

    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(_("begins with"), max_length=11, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    per_minute = models.PositiveIntegerField(_("calls a minute"), default=PER_MINUTE)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("made by"),
    )
    made_at = models.DateTimeField(_("made"), editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    successor = models.ForeignKey(
        "self", models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("replaced by")
    )

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def state(self, now: datetime) -> str:
        """`live`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "live"

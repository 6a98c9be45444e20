"""The circuit breaker of each provider that has failed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProviderBreaker(models.Model):
    """A provider's failures in a row, for all workers; `domain/breaker.py` says how it moves. No row: no failure."""

    provider = models.CharField(_("provider"), max_length=63, unique=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    opened_at = models.DateTimeField(_("down since"), null=True)
    open_until = models.DateTimeField(_("next try"), null=True)
    probe_until = models.DateTimeField(_("being tried until"), null=True)
    failed_at = models.DateTimeField(_("last failure"), null=True)
    fault = models.CharField(_("what was wrong"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("provider's failures")
        verbose_name_plural = _("providers' failures")

    def __str__(self) -> str:
        return self.provider

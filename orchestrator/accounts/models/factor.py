"""What somebody has beside a password."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device


class Factor(Device):
    """An app that shows codes (TOTP, RFC 6238). `secret` is sealed with a key made of SECRET_KEY. `last_step`: the step of
    the last code taken, below and at which none is taken again. `trust`: what cookies of remembered devices must name;
    a new one makes them all worthless.
    """

    secret = models.CharField(max_length=300, editable=False)
    last_step = models.BigIntegerField(default=-1, editable=False)
    trust = models.UUIDField(editable=False)
    made_at = models.DateTimeField(_("set up"))
    used_at = models.DateTimeField(_("last used"), null=True)

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")
        constraints = [models.UniqueConstraint(fields=["user"], name="factor_one_each")]

    def __str__(self) -> str:
        return str(self.user)


class RecoveryCode(models.Model):
    """One of ten codes for whoever has lost the app: good once. Kept as a keyed hash."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_codes", verbose_name=_("user")
    )
    digest = models.CharField(max_length=64, editable=False)
    made_at = models.DateTimeField(_("made"))
    used_at = models.DateTimeField(_("used"), null=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")]

    def __str__(self) -> str:
        return str(self.user)

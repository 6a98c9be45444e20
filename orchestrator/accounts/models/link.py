"""Whom an issuer knows, and whom we know."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class IssuerLink(models.Model):
    """An account with an issuer of OpenID Connect and the user it signs in. (issuer, subject) is the only thing that people
    are recognised by: an address of email may pass from one person to another, or be claimed without proof.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="issuer_links", verbose_name=_("user")
    )
    issuer = models.CharField(_("issuer"), max_length=255)
    subject = models.CharField(_("subject"), max_length=255)
    linked_at = models.DateTimeField(_("linked"))
    used_at = models.DateTimeField(_("last used"), null=True)

    class Meta:
        verbose_name = _("account with an issuer")
        verbose_name_plural = _("accounts with an issuer")
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="issuer_link_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.issuer}"

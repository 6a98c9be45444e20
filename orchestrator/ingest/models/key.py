"""A write key: by it a call says on whose behalf it comes."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class WriteKey(models.Model):
    """Its secret is shown once and kept as a keyed hash. `web`: it stands in pages and apps, where anybody can read it.

    `minute` and `taken` count what its processes have reserved of `per_minute`: see limits.py. The secret before the last
    rotation is good until `previous_until`.
    """

    class Kind(models.TextChoices):
        SERVER = "server", _("of a server: secret")
        WEB = "web", _("of a site or an app: anybody can read it")

    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices, default=Kind.SERVER)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(_("begins with"), max_length=12, editable=False)
    previous_digest = models.CharField(max_length=64, unique=True, null=True, editable=False)
    previous_until = models.DateTimeField(_("the secret before is good until"), null=True, editable=False)
    origins = models.TextField(
        _("sites that may use it"),
        blank=True,
        help_text=_(
            "One a line, such as https://shop.example; * is any. Without one, no browser may use it."
        ),
    )
    refused = models.TextField(
        _("attributes that it may not set"),
        blank=True,
        default="loyalty_tier\ntags\nvip",
        help_text=_("One a line. It matters for keys that anybody can read; a server's may set all."),
    )
    per_minute = models.PositiveIntegerField(
        _("calls a minute"), default=60_000, validators=[MinValueValidator(1)]
    )
    created_at = models.DateTimeField(_("made"), editable=False)
    rotated_at = models.DateTimeField(_("rotated"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    minute = models.DateTimeField(null=True, editable=False)
    taken = models.PositiveIntegerField(default=0, editable=False)
    watched_until = models.DateTimeField(_("watched until"), null=True, editable=False)

    class Meta:
        verbose_name = _("write key")
        verbose_name_plural = _("write keys")

    def __str__(self) -> str:
        return self.name

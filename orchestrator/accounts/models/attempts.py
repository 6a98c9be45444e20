"""How often signing in was tried."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

KINDS = [
    ("account", _("an account")),
    ("address", _("an address")),
    ("device", _("a known device")),
    ("code", _("codes of an account")),
    ("program", _("a program's calls")),
]


class Attempts(models.Model):
    """A count; `domain/sign_in.py` says what follows from it. `key` is a keyed hash of whom it is about: names and
    addresses stand nowhere in it, since people type passwords into the field for the name. Old rows go by themselves.
    """

    kind = models.CharField(_("of what"), max_length=7, choices=KINDS)
    key = models.CharField(max_length=64, unique=True)
    count = models.PositiveIntegerField(_("attempts"))
    since = models.DateTimeField(_("since"))
    last = models.DateTimeField(_("last attempt"), db_index=True)
    until = models.DateTimeField(_("refused until"), null=True)

    noted = models.BooleanField(default=False, editable=False)  # in the audit log, of the wait that is on

    class Meta:
        verbose_name = _("attempts to sign in")
        verbose_name_plural = _("attempts to sign in")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key[:8]}"

"""A public form by which people sign up."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from orchestrator.workspace.models import Brand

ASKS = ("email", "phone", "first_name", "language")
LONGEST_THANKS = 1_000


class SignupForm(models.Model):
    """What a form asks, in which words, and where it may be shown. `texts` are keys of consent texts of its brand.

    `asked` counts the links sent (or the consents given, without double opt-in), `confirmed` those that were pressed;
    both only grow, so that they can be read without counting a ledger.
    """

    key = models.SlugField(_("key"), max_length=40, unique=True)
    title = models.JSONField(_("title, by language"), default=dict)
    brand = models.ForeignKey(Brand, models.PROTECT, verbose_name=_("brand"))
    asks = models.JSONField(_("asks for"), default=list)
    texts = models.JSONField(_("consent texts"), default=list)
    double_opt_in = models.BooleanField(_("double opt-in"), default=True)
    sites = models.JSONField(_("sites it may stand on"), default=list, blank=True)
    thanks = models.JSONField(_("thanks, by language"), default=dict, blank=True)
    enabled = models.BooleanField(_("enabled"), default=True)
    asked = models.PositiveIntegerField(_("asked"), default=0, editable=False)
    confirmed = models.PositiveIntegerField(_("confirmed"), default=0, editable=False)

    class Meta:
        verbose_name = _("sign-up form")
        verbose_name_plural = _("sign-up forms")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key

    @property
    def source(self) -> str:
        """How the ledger names it."""
        return f"form:{self.key}"

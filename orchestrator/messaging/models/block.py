"""Words written once."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from orchestrator.workspace.models import Brand


class Block(models.Model):
    """Words that many templates of a brand share, in each language. Publishing puts them in: what is published keeps them.

    `html` and `text` by language; where there is no text, it is made from the HTML.
    """

    key = models.SlugField(_("key"), max_length=63)
    brand = models.ForeignKey(Brand, models.PROTECT, verbose_name=_("brand"))
    title = models.CharField(_("title"), max_length=100)
    html = models.JSONField(_("HTML"), default=dict, blank=True)
    text = models.JSONField(_("plain text"), default=dict, blank=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        constraints = [models.UniqueConstraint(fields=["brand", "key"], name="block_key_once")]
        ordering = ["key"]

    def __str__(self) -> str:
        return self.title or self.key

"""The words in which people are asked for a consent, version by version."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from orchestrator.workspace.models import Brand

LONGEST_TEXT = 4_000


class ConsentText(models.Model):
    """One version of what people are asked to agree to. Once published it never changes: a new version is a new row.

    `topic` empty speaks of all topics. The key is short, for the ledger names a version as `newsletter/2` in 31 signs.
    """

    key = models.SlugField(_("key"), max_length=24)
    brand = models.ForeignKey(Brand, models.PROTECT, verbose_name=_("brand"))
    version = models.PositiveIntegerField(_("version"), editable=False)
    channels = models.JSONField(_("channels"), default=list)
    purpose = models.CharField(_("purpose"), max_length=31, default="marketing")
    topic = models.CharField(_("topic"), max_length=63, blank=True)
    text = models.JSONField(_("text, by language"), default=dict)
    legal_basis = models.CharField(_("legal basis"), max_length=63, default="consent")
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        ordering = ["brand", "key", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["brand", "key", "version"], name="consent_text_version_once")
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """ValueError where the stored row is published: what people agreed to stays word for word."""
        self._refuse_published()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Only what nobody was shown."""
        self._refuse_published()
        return super().delete(*args, **kwargs)

    @property
    def name(self) -> str:
        """How the ledger names this version."""
        return f"{self.key}/{self.version}"

    def _refuse_published(self) -> None:
        published = ConsentText.objects.filter(pk=self.pk).exclude(published_at=None)
        if self.pk is not None and published.exists():
            raise ValueError(f"{self.name} is published and stays as it is; write a new version")

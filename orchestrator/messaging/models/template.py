"""What messages look like."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from orchestrator.workspace.models import Brand


class Template(models.Model):
    """One message with a part for each channel it knows. `latest` is what new journey versions will pin."""

    key = models.SlugField(_("key"), max_length=63)
    brand = models.ForeignKey(Brand, models.PROTECT, verbose_name=_("brand"))
    journey = models.CharField(
        _("journey"), max_length=63, blank=True, help_text=_("Empty: any journey may use it.")
    )
    latest = models.ForeignKey(
        "TemplateVersion", models.PROTECT, null=True, related_name="+", verbose_name=_("latest")
    )
    # The author's text while it is worked on in the studio; empty where there is nothing but what is published.
    draft = models.TextField(_("draft"), blank=True, default="", db_default="")
    draft_at = models.DateTimeField(_("draft saved"), null=True, blank=True)

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        constraints = [models.UniqueConstraint(fields=["brand", "journey", "key"], name="template_key_once")]
        ordering = ["journey", "key"]

    def __str__(self) -> str:
        return self.key


class TemplateVersion(models.Model):
    """A template as it was published: immutable, known by the digest of what is rendered from it.

    `source` is the author's text, `prepared` the composed, inlined and checked form (messaging/content/prepare.py).
    """

    template = models.ForeignKey(
        Template, models.PROTECT, related_name="versions", verbose_name=_("template")
    )
    digest = models.CharField(max_length=64)
    topic = models.CharField(_("topic"), max_length=63, blank=True)
    source = models.TextField(_("source"))
    prepared = models.JSONField()
    published_at = models.DateTimeField(_("published"))
    # Kept for a test of a draft and never published; whoever publishes the same words publishes this row.
    tried = models.BooleanField(_("test only"), default=False, db_default=False)

    class Meta:
        verbose_name = _("template version")
        verbose_name_plural = _("template versions")
        constraints = [models.UniqueConstraint(fields=["template", "digest"], name="template_version_once")]

    def __str__(self) -> str:
        return f"{self.template.key} · {self.published_at:%Y-%m-%d %H:%M}"

"""Journeys and their versions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from orchestrator.workspace.models import Brand


class Journey(models.Model):
    """What marketers draw. `draft` is the YAML being worked on; what runs is `current`."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        LIVE = "live", _("live")
        PAUSED = "paused", _("paused")
        STOPPED = "stopped", _("stopped")

    key = models.SlugField(_("key"), max_length=63, unique=True)
    title = models.CharField(_("title"), max_length=200)
    brand = models.ForeignKey(Brand, models.PROTECT, verbose_name=_("brand"))
    status = models.CharField(_("status"), max_length=7, choices=Status.choices, default=Status.DRAFT)
    draft = models.TextField(_("draft"), blank=True)
    current = models.ForeignKey(
        "JourneyVersion", models.PROTECT, null=True, related_name="+", verbose_name=_("current version")
    )
    first_published_at = models.DateTimeField(_("first published"), null=True)
    # Set at resuming: what was due before it is not sent any more.
    stale_before = models.DateTimeField(_("too late if due before"), null=True, blank=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("journey")
        verbose_name_plural = _("journeys")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.title or self.key


class JourneyVersion(models.Model):
    """A journey as it was published: immutable. People stay on the version they entered by.

    `definition` is the parsed tree, `source` the text it came from; `templates` maps template keys to the template
    versions pinned with it.
    """

    journey = models.ForeignKey(Journey, models.PROTECT, related_name="versions", verbose_name=_("journey"))
    number = models.PositiveIntegerField(_("number"))
    source = models.TextField(_("source"))
    definition = models.JSONField(_("definition"))
    templates = models.JSONField(_("templates"))
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("published by")
    )
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True)

    class Meta:
        verbose_name = _("journey version")
        verbose_name_plural = _("journey versions")
        constraints = [models.UniqueConstraint(fields=["journey", "number"], name="journey_version_number")]

    def __str__(self) -> str:
        return f"{self.journey.key} v{self.number}"

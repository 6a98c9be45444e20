"""How often, and when, people may be written to."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from orchestrator.workspace.models import Brand, Topic


class FrequencyCap(models.Model):
    """At most `limit` messages a customer in a window. Several caps hold together; the tightest wins.

    The window is either rolling (`rolling`: "7 days") or a calendar day, week or month in the customer's zone.
    """

    name = models.CharField(_("name"), max_length=100)
    limit = models.PositiveIntegerField(_("messages at most"))
    rolling = models.CharField(_("in any"), max_length=31, blank=True, help_text=_("A duration: 7 days."))
    calendar = models.CharField(
        _("in each"),
        max_length=5,
        blank=True,
        choices=[("day", _("day")), ("week", _("week")), ("month", _("month"))],
    )
    channels = models.JSONField(
        _("channels"), default=list, blank=True, help_text=_("Empty: all of them together.")
    )
    topic = models.ForeignKey(Topic, models.PROTECT, null=True, blank=True, verbose_name=_("topic"))
    brand = models.ForeignKey(Brand, models.PROTECT, null=True, blank=True, verbose_name=_("brand"))
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("frequency cap")
        verbose_name_plural = _("frequency caps")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rolling="", calendar__gt="") | models.Q(rolling__gt="", calendar=""),
                name="cap_has_one_window",
            )
        ]

    def __str__(self) -> str:
        return self.name


class QuietHoursRule(models.Model):
    """When a channel must be silent, in the customer's own time.

    `ranges`: [{"weekdays": [0..6, Monday first], "start": "21:00", "end": "08:00"}], and may wrap midnight.
    """

    name = models.CharField(_("name"), max_length=100)
    channel = models.CharField(_("channel"), max_length=31)
    purpose = models.CharField(_("purpose"), max_length=31, default="marketing")
    ranges = models.JSONField(_("ranges"), default=list)
    holidays = models.CharField(
        _("holidays of"),
        max_length=2,
        blank=True,
        help_text=_("A country: its public holidays are silent all day."),
    )
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("quiet hours")
        verbose_name_plural = _("quiet hours")

    def __str__(self) -> str:
        return self.name

"""The one row of settings that marketers, not operators, change."""

from __future__ import annotations

import uuid
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from orchestrator.domain.utm import DEFAULT, LONGEST
from orchestrator.store.prepared import prepared


def validate_zone(value: str) -> None:
    """Refuse names that are not in the time-zone database."""
    if value not in available_timezones():
        raise ValidationError(
            _("“%(zone)s” is not a time zone; write it like Europe/Warsaw."), params={"zone": value}
        )


class Workspace(models.Model):
    """One installation. There is always exactly one row, with id 1."""

    name = models.CharField(_("name"), max_length=100, default="My shop")
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Europe/Warsaw", validators=[validate_zone]
    )
    country = models.CharField(_("country"), max_length=2, default="PL")
    languages = models.JSONField(
        _("languages"),
        default=list,
        blank=True,
        help_text=_("Tried in this order when a message lacks the customer's own."),
    )
    currency = models.CharField(_("currency"), max_length=3, default="PLN")
    holdout = models.PositiveIntegerField(
        _("workspace holdout"),
        default=0,
        validators=[MaxValueValidator(5000)],
        help_text=_(
            "In hundredths of a percent: 500 holds 5 % of customers out of all marketing, to measure what it earns."
        ),
    )
    minimum_gap_minutes = models.PositiveIntegerField(
        _("minimum gap between marketing messages, minutes"), default=240
    )
    most_journeys = models.PositiveSmallIntegerField(
        _("most journeys at once"),
        default=0,
        help_text=_(
            "In how many marketing journeys one customer may be at once; 0 for any number. Who is in as many does not "
            "enter another, or waits at its door if its limit says so."
        ),
    )
    utm = models.CharField(
        _("added to links"),
        max_length=LONGEST,
        default=DEFAULT,
        blank=True,
        help_text=_(
            "What your shop's statistics learn from a link in an email or a push notification. Words: {brand}, "
            "{campaign}, {channel}, {journey}, {step}, {topic}, {variant}. Empty: links stay as they are written."
        ),
    )
    test_segment = models.SlugField(
        _("test list"),
        max_length=63,
        blank=True,
        help_text=_("The key of the segment whose people get tests of journeys: your own people."),
    )
    paused_at = models.DateTimeField(_("all sending paused since"), null=True, blank=True)
    paused_channels = models.JSONField(_("paused channels"), default=list, blank=True)
    salt = models.UUIDField(default=uuid.uuid4, editable=False, help_text=_("Seeds every stable assignment."))
    incarnation = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        verbose_name = _("workspace")
        verbose_name_plural = _("workspace")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="workspace_is_one")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def get(cls) -> Workspace:
        """The row, made with the shipped defaults where it is missing."""
        for row in _only().rows():
            return cls.from_db("default", [field.attname for field in cls._meta.concrete_fields], row)
        return cls.objects.get_or_create(pk=1, defaults={"languages": ["pl", "en"]})[0]


@prepared
def _only() -> models.QuerySet[Any]:
    return Workspace.objects.filter(pk=1).values_list(
        *(field.attname for field in Workspace._meta.concrete_fields)
    )

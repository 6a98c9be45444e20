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
    track_clicks = models.BooleanField(
        _("count clicks"),
        default=True,
        db_default=True,
        help_text=_(
            "Links in marketing emails and push notifications lead through your own address. Of people who turned "
            "personalization off nothing is counted."
        ),
    )
    track_opens = models.BooleanField(
        _("count opens"),
        default=True,
        db_default=True,
        help_text=_(
            "Marketing emails carry a picture that nobody sees. Opens say little: many are a machine's."
        ),
    )
    test_segment = models.SlugField(
        _("test list"),
        max_length=63,
        blank=True,
        help_text=_("The key of the segment whose people get tests of journeys: your own people."),
    )
    approval_needed = models.BooleanField(
        _("publishing needs approval"),
        default=False,
        db_default=False,
        help_text=_(
            "What somebody wants to publish in the studio, another must approve who has the right to. Whoever publishes "
            "files by `manage.py journeys publish` is not asked: there, a review of the files does the same."
        ),
    )
    second_factor = models.CharField(
        _("second factor"),
        max_length=9,
        choices=[
            ("nobody", _("nobody must have one")),
            ("powers", _("those who may publish, see people or administer")),
            ("everybody", _("everybody")),
        ],
        default="nobody",
        db_default="nobody",
        help_text=_(
            "Who signs in must have an app that shows codes. Who must and has none sets one up at the next page, and can "
            "do nothing else before. Who has one is asked for it in any case."
        ),
    )
    approval_days = models.PositiveSmallIntegerField(
        _("working days to decide"),
        default=3,
        db_default=3,
        validators=[MaxValueValidator(60)],
        help_text=_(
            "A request to publish that nobody has decided by then lapses, and must be asked for again. 0: none lapses "
            "unless whoever asks says until when."
        ),
    )
    # What says something of health, intimacy or a child (RODO art. 9), by its names: messaging/content/sensitive.py.
    sensitive_attributes = models.JSONField(
        _("sensitive attributes"), default=list, db_default=[], blank=True
    )
    sensitive_segments = models.JSONField(_("sensitive segments"), default=list, db_default=[], blank=True)
    sensitive_events = models.JSONField(_("sensitive events"), default=list, db_default=[], blank=True)
    sensitive_topics = models.JSONField(_("sensitive topics"), default=list, db_default=[], blank=True)
    paused_at = models.DateTimeField(_("all sending paused since"), null=True, blank=True)
    paused_channels = models.JSONField(_("paused channels"), default=list, blank=True)
    # Marketing that complaints have stopped, by "brand channel": messaging/complaints.py writes it, with its rows.
    stopped = models.JSONField(default=dict, db_default={}, editable=False)
    # Webhooks that their answers have switched off, by their number: webhooks/off.py writes it.
    webhooks_off = models.JSONField(default=dict, db_default={}, editable=False)
    salt = models.UUIDField(default=uuid.uuid4, editable=False, help_text=_("Seeds every stable assignment."))
    incarnation = models.UUIDField(default=uuid.uuid4, editable=False)
    # When somebody looks next at what is wrong: whoever moves it on does.
    alarms_at = models.DateTimeField(null=True, editable=False)

    # When the audit log is verified next, and what the last pass found: workspace/audit_watch.py.
    audit_due_at = models.DateTimeField(null=True, editable=False)
    audit_checked = models.JSONField(default=dict, db_default={}, editable=False)

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

"""What is wrong, who is to be told, and who has been."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orchestrator.domain.alarms import Kind, Severity

KIND_TITLES = {
    Kind.HALTED: _("all sending is halted"),
    Kind.WORKERS: _("no worker runs"),
    Kind.PROVIDER: _("a provider is down"),
    Kind.DELIVERY: _("fewer messages are accepted"),
    Kind.STOPPED: _("marketing is stopped by complaints"),
    Kind.MANY_COMPLAINTS: _("far too many complaints"),
    Kind.COMPLAINTS: _("too many complaints"),
    Kind.CAMPAIGN: _("a campaign is late"),
    Kind.STEP: _("a template cannot be rendered"),
    Kind.JOURNEY: _("a journey lets nobody in"),
    Kind.BUDGET: _("a budget is spent"),
    Kind.REQUEST_LATE: _("a request of a person is overdue"),
    Kind.REQUEST_DUE: _("a request of a person is due soon"),
    Kind.AUDIT: _("the audit log was tampered with"),
    Kind.WEBHOOK: _("a webhook was switched off"),
}
SEVERITIES = [(Severity.GRAVE.value, _("grave")), (Severity.WARNING.value, _("warning"))]


class Alarm(models.Model):
    """Something that is wrong or was; `domain/alarms.py` says when it opens and closes. At most one of a kind and
    subject is open. `calm_since`: nothing but calm was seen since then, so that it may soon close.
    """

    kind = models.CharField(
        _("what"), max_length=31, choices=[(kind.value, title) for kind, title in KIND_TITLES.items()]
    )
    subject = models.CharField(_("of what"), max_length=150, blank=True)
    severity = models.CharField(_("severity"), max_length=7, choices=SEVERITIES)
    evidence = models.JSONField(_("evidence"), default=dict)
    opened_at = models.DateTimeField(_("began"))
    calm_since = models.DateTimeField(_("calm since"), null=True)
    closed_at = models.DateTimeField(_("over since"), null=True)

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=Q(closed_at__isnull=True), name="alarm_open_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class AlarmChannel(models.Model):
    """Who is told of alarms: addresses of email, or the URL of a webhook."""

    name = models.CharField(_("name"), max_length=100)
    means = models.CharField(
        _("told by"),
        max_length=7,
        choices=[("email", _("email")), ("webhook", _("webhook"))],
        default="email",
    )
    to = models.CharField(
        _("addresses or URL"),
        max_length=1000,
        help_text=_("Addresses with commas between them, or one https:// address."),
    )
    least = models.CharField(
        _("is told of"),
        max_length=7,
        choices=[("warning", _("every alarm")), ("grave", _("grave alarms"))],
        default="warning",
    )
    language = models.CharField(_("language"), max_length=7, choices=settings.LANGUAGES, default="en")
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("recipient of alarms")
        verbose_name_plural = _("recipients of alarms")

    def __str__(self) -> str:
        return self.name


class AlarmNotice(models.Model):
    """One telling: of an alarm's opening or closing, to one channel. `due_at`: when it is tried next; null once it is told
    or given up. Whoever moves `due_at` on may tell it, so that no two do at once.
    """

    WHAT = [("opened", _("it began")), ("closed", _("it is over"))]

    alarm = models.ForeignKey(Alarm, models.CASCADE, related_name="notices", verbose_name=_("alarm"))
    channel = models.ForeignKey(
        AlarmChannel, models.CASCADE, related_name="notices", verbose_name=_("recipient")
    )
    what = models.CharField(_("what"), max_length=6, choices=WHAT)
    made_at = models.DateTimeField(_("noted"))
    due_at = models.DateTimeField(_("next try"), null=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    told_at = models.DateTimeField(_("told"), null=True)
    failure = models.CharField(_("last failure"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("telling of an alarm")
        verbose_name_plural = _("tellings of alarms")
        constraints = [models.UniqueConstraint(fields=["alarm", "channel", "what"], name="alarm_notice_once")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="alarm_notice_due")
        ]

    def __str__(self) -> str:
        return f"{self.alarm_id} · {self.get_what_display()}"

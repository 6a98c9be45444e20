"""What somebody wants published, and what another said to it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from orchestrator.journeys.models.journey import Journey, JourneyVersion


class PublishRequest(models.Model):
    """Somebody asks another to publish a journey's draft. `mark` names all that was asked for (`proposal.marks`).

    A row that waits may be void by now, since what was asked for is another, or have lapsed: `approval.standing` says so.
    At most one waits for a journey. After its `deadline` nobody approves a request any more.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        APPROVED = "approved", _("approved")
        DECLINED = "declined", _("declined")
        VOID = "void", _("no longer valid")
        LAPSED = "lapsed", _("lapsed")

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="requests", verbose_name=_("journey"))
    mark = models.CharField(max_length=40)
    text = models.TextField(_("text as it was asked for"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("requested by")
    )
    asked_at = models.DateTimeField(_("requested"))
    comment = models.TextField(_("comment"), blank=True)
    deadline = models.DateTimeField(_("to be decided by"), null=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision = models.TextField(_("what was said to it"), blank=True)
    version = models.ForeignKey(
        JourneyVersion, models.SET_NULL, null=True, related_name="+", verbose_name=_("version")
    )

    class Meta:
        verbose_name = _("request to publish")
        verbose_name_plural = _("requests to publish")
        permissions = [("approve_publishrequest", "Can approve what others want to publish")]
        constraints = [
            models.UniqueConstraint(
                fields=["journey"], condition=models.Q(state="waiting"), name="one_request_waits"
            )
        ]
        indexes = [
            models.Index(
                fields=["deadline"], condition=models.Q(state="waiting"), name="publish_request_lapses"
            )
        ]

    def __str__(self) -> str:
        return f"{self.journey} · {formats.date_format(self.asked_at)}"

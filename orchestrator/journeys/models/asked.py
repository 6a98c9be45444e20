"""Around a request to publish: what is said of it, who is told, and who drew what it asks for."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orchestrator.journeys.models.journey import Journey
from orchestrator.journeys.models.request import PublishRequest


class PublishComment(models.Model):
    """Something that the asker or an approver says of a request. Nobody changes it or takes it away."""

    request = models.ForeignKey(
        PublishRequest, models.CASCADE, related_name="comments", verbose_name=_("request to publish")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("said by")
    )
    said_at = models.DateTimeField(_("said"))
    text = models.TextField(_("words"), max_length=2000)

    class Meta:
        verbose_name = _("comment on a request to publish")
        verbose_name_plural = _("comments on requests to publish")

    def __str__(self) -> str:
        return f"{self.request_id} · {self.pk}"


class PublishNotice(models.Model):
    """One letter to one person, of one thing that happened to a request. As an alarm's: whoever moves `due_at` on may send
    it; null once it is sent, given up, or no longer of use.
    """

    class What(models.TextChoices):
        ASKED = "asked", _("approval is asked for")
        COMMENTED = "commented", _("something was said of it")
        APPROVED = "approved", _("it was approved")
        DECLINED = "declined", _("it was declined")
        LAPSED = "lapsed", _("its deadline has passed")

    request = models.ForeignKey(
        PublishRequest, models.CASCADE, related_name="notices", verbose_name=_("request to publish")
    )
    what = models.CharField(_("what"), max_length=9, choices=What.choices)
    comment = models.ForeignKey(
        PublishComment, models.CASCADE, null=True, related_name="+", verbose_name=_("comment")
    )
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("who is told")
    )
    made_at = models.DateTimeField(_("noted"))
    due_at = models.DateTimeField(_("next try"), null=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    told_at = models.DateTimeField(_("told"), null=True)
    failure = models.CharField(_("last failure"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("letter about a request to publish")
        verbose_name_plural = _("letters about requests to publish")
        constraints = [
            models.UniqueConstraint(
                fields=["request", "what", "to"], condition=Q(comment=None), name="publish_notice_once"
            ),
            models.UniqueConstraint(
                fields=["comment", "to"],
                condition=Q(comment__isnull=False),
                name="publish_notice_comment_once",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="publish_notice_due")
        ]

    def __str__(self) -> str:
        return f"{self.request_id} · {self.get_what_display()}"


class DraftEdit(models.Model):
    """Somebody has edited a journey's draft, or a template's that goes with it, since the last published version; when
    last. Publishing takes the rows away. Whoever has one may not approve: `approval._decide`.
    """

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="edits", verbose_name=_("journey"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("who edited it")
    )
    edited_at = models.DateTimeField(_("edited"))

    class Meta:
        verbose_name = _("edit of a draft")
        verbose_name_plural = _("edits of drafts")
        constraints = [models.UniqueConstraint(fields=["journey", "user"], name="draft_edit_once")]

    def __str__(self) -> str:
        return f"{self.journey_id} · {self.user_id}"

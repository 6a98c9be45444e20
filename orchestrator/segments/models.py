"""Named groups of customers, and who is in them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orchestrator.customers.models import Customer
from orchestrator.segments.scored import Score, ScoreBasis, ScoreCut

__all__ = ["Membership", "Score", "ScoreBasis", "ScoreCut", "Segment"]


class Segment(models.Model):
    """A stored rule. Whoever comes to fulfil it enters the segment, whoever ceases to leaves it.

    A static one is a list instead: it has no rule, nobody looks, and its members are who was put on it.
    A new or edited rule is first looked at in silence (`settled` false): it finds its members, and nobody has
    entered or left by it. `cursor` is the last customer a pass over everybody has looked at; `due_at` when it goes on.
    `measure_at` is when its size is written down next.
    """

    key = models.SlugField(_("key"), max_length=63, unique=True)
    title = models.CharField(_("title"), max_length=200)
    source = models.TextField(_("rule"))
    rule = models.JSONField()
    guard = models.BooleanField(
        _("gets no marketing"),
        default=False,
        db_default=False,
        help_text=_(
            "For an open complaint, suspected fraud, or your own staff: nobody of whom the rule is true gets marketing,"
            " whatever a journey says. It is asked anew for every message, at the moment it would leave."
        ),
    )
    static = models.BooleanField(_("a list"), default=False, db_default=False, editable=False)
    aim = models.CharField(
        _("what it is for"),
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text=_(
            "A sentence: who is meant, and what you want with them. Whoever finds it next year asks."
        ),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who looks after it"),
    )
    settled = models.BooleanField(_("settled"), default=False)
    cursor = models.BigIntegerField(default=0)
    due_at = models.DateTimeField(_("next look at everybody"), null=True)
    changed_at = models.DateTimeField(_("changed"))
    passed_at = models.DateTimeField(_("last look at everybody"), null=True)
    measure_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ["key"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="segment_due"),
            models.Index(fields=["measure_at"], condition=Q(settled=True), name="segment_measure"),
        ]

    def __str__(self) -> str:
        return self.title or self.key


class Membership(models.Model):
    """A customer is in a segment, since then. Who has left has no row; events tell of comings and goings."""

    segment = models.ForeignKey(Segment, models.CASCADE, db_index=False, related_name="memberships")
    customer = models.ForeignKey(
        Customer,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="memberships",
        verbose_name=_("customer"),
    )
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["customer", "segment"], name="membership_once"),
        ]
        indexes = [models.Index(fields=["segment", "customer"], name="membership_of_segment")]

    def __str__(self) -> str:
        return f"{self.segment_id} · {self.customer_id}"


class SegmentSize(models.Model):
    """How many were in a segment when a day of the workspace's zone began, or at the first look on it."""

    segment = models.ForeignKey(Segment, models.CASCADE, db_index=False, related_name="sizes")
    on = models.DateField(_("day"))
    members = models.BigIntegerField(_("members"))

    class Meta:
        verbose_name = _("size of a segment")
        verbose_name_plural = _("sizes of segments")
        constraints = [models.UniqueConstraint(fields=["segment", "on"], name="segment_size_once")]

    def __str__(self) -> str:
        return f"{self.segment_id} · {self.on}"


class Transition(models.Model):
    """A customer came into a segment or went. Events tell journeys of it; here a month of them is found by one index.

    Who is found in silence has not come, and has no row. Rows go by themselves after a year (`measure.py`).
    """

    segment = models.ForeignKey(Segment, models.CASCADE, db_index=False, related_name="transitions")
    customer = models.ForeignKey(
        Customer, models.DO_NOTHING, db_constraint=False, related_name="+", verbose_name=_("customer")
    )
    at = models.DateTimeField(_("at"))
    entered = models.BooleanField(_("came in"))

    class Meta:
        verbose_name = _("coming or going")
        verbose_name_plural = _("comings and goings")
        # All that a matrix asks stands in the index: no row is read.
        indexes = [
            models.Index(fields=["segment", "at", "customer", "entered"], name="transition_of_segment"),
        ]

    def __str__(self) -> str:
        return f"{self.segment_id} · {self.customer_id}"

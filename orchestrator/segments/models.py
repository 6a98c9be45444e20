"""Named groups of customers, and who is in them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orchestrator.customers.models import Customer
from orchestrator.segments.scored import Score, ScoreBasis, ScoreCut

__all__ = ["Membership", "Score", "ScoreBasis", "ScoreCut", "Segment"]


class Segment(models.Model):
    """A stored rule. Whoever comes to fulfil it enters the segment, whoever ceases to leaves it.

    A new or edited rule is first looked at in silence (`settled` false): it finds its members, and nobody has
    entered or left by it. `cursor` is the last customer a pass over everybody has looked at; `due_at` when it goes on.
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
    settled = models.BooleanField(_("settled"), default=False)
    cursor = models.BigIntegerField(default=0)
    due_at = models.DateTimeField(_("next look at everybody"), null=True)
    changed_at = models.DateTimeField(_("changed"))
    passed_at = models.DateTimeField(_("last look at everybody"), null=True)

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ["key"]
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="segment_due")]

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

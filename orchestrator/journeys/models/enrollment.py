"""One person's passage through a journey."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orchestrator.customers.models import Customer
from orchestrator.journeys.models.journey import Journey, JourneyVersion


class Enrollment(models.Model):
    """One passage. `step` is where the person stands; `due_at` when to look next (null: only an event moves them on).

    `entry_key` tells passages of one journey apart (an order count, a birthday's year, a cart). Two constraints and no
    check-before-insert keep entries single: one active passage a key, and one `once_key` for ever. `awaits`: the names
    of the events that end the wait before `due_at`, with spaces between; `*` for any event.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        COMPLETED = "completed", _("completed")
        EXITED = "exited", _("exited")
        FAILED = "failed", _("failed")

    journey = models.ForeignKey(
        Journey,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="enrollments",
        verbose_name=_("journey"),
    )
    version = models.ForeignKey(
        JourneyVersion, models.DO_NOTHING, db_constraint=False, db_index=False, verbose_name=_("version")
    )
    customer = models.ForeignKey(
        Customer,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="enrollments",
        verbose_name=_("customer"),
    )
    entry_key = models.CharField(_("entry"), max_length=100, blank=True)
    once_key = models.CharField(max_length=200, null=True)
    entry_properties = models.JSONField(_("properties of the entry"), default=dict)
    status = models.CharField(_("status"), max_length=9, choices=Status.choices, default=Status.ACTIVE)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    entered_at = models.DateTimeField(_("entered"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    expires_at = models.DateTimeField(_("times out"))
    # When the door let them in: only where it has a limit, which counts by it.
    let_in_at = models.DateTimeField(_("let in"), null=True)
    held_out = models.BooleanField(_("held out"), default=False)

    step = models.CharField(_("step"), max_length=63, blank=True)
    visit = models.PositiveIntegerField(default=1)
    hops = models.PositiveSmallIntegerField(_("journeys before it in its chain"), default=0)
    arrived_at = models.DateTimeField(_("arrived"), null=True)
    due_at = models.DateTimeField(_("due"), null=True)
    awaits = models.CharField(_("awaits"), max_length=100, blank=True)
    sending = models.BooleanField(default=False)
    # Of a transactional journey: it moves on before those of a campaign.
    urgent = models.BooleanField(default=False, db_default=False)

    goal_until = models.DateTimeField(null=True)
    goal_met_at = models.DateTimeField(_("goal met"), null=True)

    class Meta:
        verbose_name = _("enrollment")
        verbose_name_plural = _("enrollments")
        constraints = [
            models.UniqueConstraint(
                fields=["journey", "customer", "entry_key"],
                condition=Q(status="active"),
                name="enrollment_active_once",
            ),
            # Most have none: what is in no index is in none to be written at every move.
            models.UniqueConstraint(
                fields=["once_key"], condition=Q(once_key__isnull=False), name="enrollment_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(status="active", due_at__isnull=False),
                name="enrollment_due",
            ),
            models.Index(
                fields=["due_at", "id"],
                condition=Q(status="active", due_at__isnull=False, urgent=True),
                name="enrollment_due_first",
            ),
            models.Index(fields=["customer", "journey"], name="enrollment_of_customer"),
            models.Index(
                fields=["customer"],
                condition=Q(goal_met_at__isnull=True, goal_until__isnull=False),
                name="enrollment_goal_open",
            ),
            models.Index(fields=["journey", "status"], name="enrollment_of_journey"),
            models.Index(
                fields=["journey", "let_in_at"],
                condition=Q(let_in_at__isnull=False),
                name="enrollment_let_in",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class StepRun(models.Model):
    """One visit of a person to a step: when, what came of it, and on what evidence."""

    enrollment = models.ForeignKey(
        Enrollment,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="step_runs",
        verbose_name=_("enrollment"),
    )
    step = models.CharField(_("step"), max_length=63)
    visit = models.PositiveIntegerField(_("visit"), default=1)
    entered_at = models.DateTimeField(_("entered"))
    left_at = models.DateTimeField(_("left"))
    outcome = models.CharField(_("outcome"), max_length=63)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    evidence = models.JSONField(_("evidence"), default=dict)

    class Meta:
        verbose_name = _("step run")
        verbose_name_plural = _("step runs")
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "step", "visit"], name="step_run_once"),
        ]

    def __str__(self) -> str:
        return f"{self.step} · {self.outcome}"

"""What somebody asked of a journey before it runs, and what the simulation said."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from orchestrator.journeys.models.journey import Journey


class Simulation(models.Model):
    """One simulation of a journey's draft. `seen_at`: when its process last said that it lives; `done` of `PARTS`.

    `told` is what it says as plain values (`simulation/tell.py`), people by their ids alone, so that an erasure leaves
    nothing here.
    """

    PARTS = 1000

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    class Question(models.TextChoices):
        REPLAY = "replay", _("the last days, as they happened")
        FORECAST = "forecast", _("the days to come")

    journey = models.ForeignKey(
        Journey, models.CASCADE, related_name="simulations", verbose_name=_("journey")
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"))
    days = models.PositiveSmallIntegerField(_("days"))
    question = models.CharField(
        _("question"), max_length=8, choices=Question.choices, default=Question.REPLAY, db_default="replay"
    )
    # What if: {"caps": {name: limit}, "priority": number, "waits": {step: duration}}, what is another.
    changed = models.JSONField(_("what if"), default=dict, db_default={}, blank=True)
    beside = models.BooleanField(_("with the other live journeys"), default=False)
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.PLANNED)
    done = models.PositiveSmallIntegerField(_("done"), default=0)
    seen_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    error = models.TextField(_("error"), blank=True)
    told = models.JSONField(_("told"), default=dict)

    class Meta:
        verbose_name = _("simulation")
        verbose_name_plural = _("simulations")

    def __str__(self) -> str:
        return f"{self.journey} · {formats.date_format(self.asked_at)}"

"""Scores of customers, and what they were computed from."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.segments.models import Score, ScoreBasis
from orchestrator.studio import scores
from orchestrator.studio.admin.base import BigHistory, History, customer_link, mono


@admin.register(Score)
class ScoreAdmin(BigHistory):
    """Computed once a day, and when somebody buys; nothing here is written by hand."""

    list_display = ("group_shown", "customer_shown", "stage_shown", "orders", "last_order_on", "computed_at")
    list_filter = ("rfm_group", "stage")
    search_fields = ("=customer__external_id",)
    ordering = ("-id",)
    together = ("customer",)
    fields = ("customer_shown", "told", "computed_at")
    readonly_fields = ("customer_shown", "told")

    @display(description=_("customer"))
    def customer_shown(self, obj: Score) -> str:
        return customer_link(obj)

    @display(description=_("RFM group"))
    def group_shown(self, obj: Score) -> str:
        return scores.word("rfm_group", obj.rfm_group) or "–"

    @display(description=_("stage"))
    def stage_shown(self, obj: Score) -> str:
        return scores.word("stage", obj.stage) or "–"

    @display(description=_("in words"))
    def told(self, obj: Score) -> str:
        return scores.paragraph(scores.describe(obj))


@admin.register(ScoreBasis)
class ScoreBasisAdmin(History):
    """Of each pass: orders until when, how many people, where fifths end, and what the models' parameters are."""

    list_display = ("until", "phase", "people", "buyers", "computed_at")
    ordering = ("-id",)
    fields = (
        "until",
        "phase",
        "people",
        "buyers",
        "computed_at",
        "due_at",
        "fitted_on",
        "missing_shown",
        "cuts_shown",
        "parameters_shown",
        "channels_shown",
    )
    readonly_fields = ("missing_shown", "cuts_shown", "parameters_shown", "channels_shown")

    @display(description=_("where fifths end"))
    def cuts_shown(self, obj: ScoreBasis) -> str:
        return _plain(obj.cuts)

    @display(description=_("parameters of the models"))
    def parameters_shown(self, obj: ScoreBasis) -> str:
        return _plain(obj.parameters)

    @display(description=_("messages and answers by channel"))
    def channels_shown(self, obj: ScoreBasis) -> str:
        return _plain(obj.channels)

    @display(description=_("why nothing is predicted"))
    def missing_shown(self, obj: ScoreBasis) -> str:
        return scores.say_missing(obj.missing) or "–"


def _plain(value: Any) -> str:
    return mono(json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)) if value else "–"

"""How often people buy of each group, as journeys of replenishment reckon."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.journeys.models import UsualInterval
from orchestrator.studio.admin.base import History, journey_link
from orchestrator.studio.titles import title_of, with_journeys


@admin.register(UsualInterval)
class UsualIntervalAdmin(History):
    """Computed once a day; nothing here is written by hand."""

    list_display = ("title", "part_shown", "days", "people", "intervals", "computed_at")
    together = (with_journeys(),)
    search_fields = ("part", "journey__key")
    ordering = ("journey", "part")
    fields = ("journey_shown", "part_shown", "days", "people", "intervals", "computed_at", "due_at")
    readonly_fields = ("journey_shown", "part_shown")

    @display(description=_("journey"))
    def journey_shown(self, obj: UsualInterval) -> str:
        return journey_link(obj)

    @display(description=_("journey"), ordering="journey__title")
    def title(self, obj: UsualInterval) -> str:
        return title_of(obj.journey)

    @display(description=_("group"), ordering="part")
    def part_shown(self, obj: UsualInterval) -> str:
        return obj.part or gettext("all purchases together")

"""Launches of journeys to many at once, doors with a limit, and people who wait at a journey's door."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.journeys.models import Door, Doorstep, Launch
from orchestrator.studio.admin.base import BigHistory, History, customer_link
from orchestrator.studio.doorsteps import say_reason
from orchestrator.studio.numbers import grouped

_COLOURS = {
    "planned": "info",
    "running": "warning",
    "done": "success",
    "missed": "danger",
    "halted": "danger",
    "stopped": "danger",
}


@admin.register(Launch)
class LaunchAdmin(History):
    """Each coming of an audience or a schedule: how far it has got, and what its numbers said."""

    list_display = ("journey", "on", "state_shown", "wave_shown", "entered", "waits_shown", "due_at")
    list_select_related = ("journey",)
    list_filter = ("state",)
    search_fields = ("journey__key", "journey__title")
    ordering = ("-on", "-id")
    fields = (
        "journey",
        "on",
        "opens_at",
        "state_shown",
        "wave_shown",
        "entered",
        "waits_shown",
        "due_at",
        "finished_at",
        "numbers",
    )
    readonly_fields = ("state_shown", "wave_shown", "waits_shown")

    @display(description=_("waits for"))
    def waits_shown(self, obj: Launch) -> str:
        if not obj.waits_for:
            return "–"
        told = {"count": grouped(obj.waits_for)}
        return gettext("%(count)s messages to go out first") % told

    @display(description=_("state"), label=_COLOURS)
    def state_shown(self, obj: Launch) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    @display(description=_("wave"))
    def wave_shown(self, obj: Launch) -> int:
        return obj.wave + 1


@admin.register(Door)
class DoorAdmin(History):
    """Doors of journeys with a limit, and when those who wait there are let in as far as there is room."""

    list_display = ("journey", "due_at")
    list_select_related = ("journey",)
    search_fields = ("journey__key", "journey__title")
    ordering = ("journey",)
    fields = ("journey", "due_at")


@admin.register(Doorstep)
class DoorstepAdmin(BigHistory):
    """Who waits at a door, for an attribute or for a place, and who was turned away there, and why."""

    list_display = ("journey", "customer_shown", "reason_shown", "in_line", "until", "turned_away_at")
    list_select_related = ("journey",)
    ordering = ("-id",)
    together = ("customer",)
    fields = (
        "customer_shown", "journey", "entry_key", "candidate", "reason_shown", "evidence", "in_line", "due_at", "until",
        "turned_away_at",
    )  # fmt: skip
    readonly_fields = ("customer_shown", "reason_shown")

    @display(description=_("reason"))
    def reason_shown(self, obj: Doorstep) -> str:
        return say_reason(obj)

    @display(description=_("customer"))
    def customer_shown(self, obj: Doorstep) -> str:
        return customer_link(obj)

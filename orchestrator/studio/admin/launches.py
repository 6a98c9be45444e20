"""Launches of journeys to many at once, doors with a limit, and people who wait at a journey's door."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.journeys.models import Door, Doorstep, Launch
from orchestrator.studio import story, words
from orchestrator.studio.admin.base import BigHistory, History, customer_link, journey_link
from orchestrator.studio.doorsteps import say_brought, say_reason, say_state
from orchestrator.studio.launched import say_numbers
from orchestrator.studio.numbers import at_most, grouped
from orchestrator.studio.titles import title_of, with_journeys

_COLOURS = {
    "planned": "info",
    "running": "warning",
    "done": "success",
    "missed": "danger",
    "halted": "danger",
    "stopped": "danger",
}
_STANDS = {"line": "info", "waits": "warning", "turned_away": "danger"}


@admin.register(Launch)
class LaunchAdmin(History):
    """Each coming of an audience or a schedule: how far it has got, and what its numbers said."""

    list_display = ("title", "on", "state_shown", "wave_shown", "entered_shown", "waits_shown", "due_at")
    together = (with_journeys(),)
    list_filter = ("state",)
    search_fields = ("journey__key", "journey__title")
    ordering = ("-on", "-id")
    fields = (
        "journey_shown",
        "on",
        "opens_at",
        "state_said",
        "wave_shown",
        "entered_shown",
        "waits_shown",
        "due_at",
        "finished_at",
        "numbers_said",
    )
    readonly_fields = (
        "journey_shown",
        "state_said",
        "wave_shown",
        "entered_shown",
        "waits_shown",
        "numbers_said",
    )

    @display(description=_("journey"))
    def journey_shown(self, obj: Launch) -> str:
        return journey_link(obj)

    @display(description=_("journey"), ordering="journey__title")
    def title(self, obj: Launch) -> str:
        return title_of(obj.journey)

    @display(description=_("people who entered"), ordering="entered")
    def entered_shown(self, obj: Launch) -> str:
        return grouped(obj.entered)

    @display(description=_("what came of its messages"))
    def numbers_said(self, obj: Launch) -> SafeString | str:
        return format_html_join("", "<p>{}</p>", ((one,) for one in say_numbers(obj))) or "–"

    @display(description=_("state"))
    def state_said(self, obj: Launch) -> str:
        return obj.get_state_display()

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

    list_display = ("title", "waiting", "looks_at")
    together = (with_journeys(),)
    search_fields = ("journey__key", "journey__title")
    ordering = ("journey",)
    fields = ("journey_shown", "waiting", "looks_at")
    readonly_fields = ("journey_shown", "waiting", "looks_at")

    @display(description=_("journey"))
    def journey_shown(self, obj: Door) -> str:
        return journey_link(obj)

    @display(description=_("journey"), ordering="journey__title")
    def title(self, obj: Door) -> str:
        return title_of(obj.journey)

    @display(description=_("wait in line"))
    def waiting(self, obj: Door) -> str:
        line = Doorstep.objects.filter(journey=obj.journey_id, in_line=True, turned_away_at=None)
        return at_most(line)

    @display(description=_("the next are let in"), ordering="due_at")
    def looks_at(self, obj: Door) -> str:
        return words.moment(obj.due_at) or gettext("nobody waits")


@admin.register(Doorstep)
class DoorstepAdmin(BigHistory):
    """Who waits at a door, for an attribute or for a place, and who was turned away there, and why."""

    list_display = ("title", "customer_shown", "state_shown", "reason_shown", "until_shown", "turned_away_at")
    ordering = ("-id",)
    together = ("customer", with_journeys())
    fields = (
        "customer_shown", "journey_shown", "entry_key", "state_said", "reason_shown", "brought", "asked_at", "until_shown",
        "turned_away_at",
    )  # fmt: skip
    readonly_fields = (
        "customer_shown", "journey_shown", "state_said", "reason_shown", "brought", "asked_at", "until_shown",
    )  # fmt: skip

    @display(description=_("journey"))
    def journey_shown(self, obj: Doorstep) -> str:
        return journey_link(obj)

    @display(description=_("journey"))
    def title(self, obj: Doorstep) -> str:
        return title_of(obj.journey)

    @display(description=_("state"), label=_STANDS)
    def state_shown(self, obj: Doorstep) -> tuple[str, str]:
        return say_state(obj)

    @display(description=_("state"))
    def state_said(self, obj: Doorstep) -> str:
        return say_state(obj)[1]

    @display(description=_("waits until"))
    def until_shown(self, obj: Doorstep) -> str:
        return "–" if obj.turned_away_at else words.moment(obj.until)

    @display(description=_("is asked in again"))
    def asked_at(self, obj: Doorstep) -> str:
        return "–" if obj.turned_away_at else words.moment(obj.due_at)

    @display(description=_("what brought them"))
    def brought(self, obj: Doorstep) -> SafeString | str:
        known = {name: value for name, value in say_brought(obj).items() if value}
        return story.table(known) if known else "–"

    @display(description=_("reason"))
    def reason_shown(self, obj: Doorstep) -> str:
        return say_reason(obj)

    @display(description=_("customer"))
    def customer_shown(self, obj: Doorstep) -> str:
        return customer_link(obj)

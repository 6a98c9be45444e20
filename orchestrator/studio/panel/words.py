"""What the forms say."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from orchestrator.domain.schedules import WEEKDAYS


def choices() -> dict[str, Any]:
    """What fields offer, by name: what is written, and what it is called."""
    return {
        "ways": [
            ("event", _("they do something")),
            ("inactive", _("they have not done something for a while")),
            ("segment", _("they come into a segment or leave it")),
            ("date", _("a day of theirs comes, such as a birthday")),
            ("milestone", _("they reach a mark, such as the tenth order")),
            ("audience", _("once, all of a segment")),
            ("schedule", _("again and again, on set days")),
            ("api", _("another system calls")),
            ("replenishment", _("what they bought is about to run out")),
        ],
        "again": [
            ("", _("as is usual for it")),
            ("never", _("never")),
            ("after exit", _("once they have left")),
            ("after", _("some time after they entered")),
            ("per key", _("once for each occasion")),
            ("per", _("once for each value of a property")),
            ("always", _("each time, even while inside")),
        ],
        "weekdays": [(name, _weekday(name)) for name in WEEKDAYS],
    }


def _weekday(name: str) -> str:
    return {
        "monday": _("Monday"),
        "tuesday": _("Tuesday"),
        "wednesday": _("Wednesday"),
        "thursday": _("Thursday"),
        "friday": _("Friday"),
        "saturday": _("Saturday"),
        "sunday": _("Sunday"),
    }[name]


def texts() -> dict[str, str]:
    """Labels and buttons; those of rules are the builder's."""
    return _of_dialog() | _of_entry()


def _of_dialog() -> dict[str, str]:
    return {
        "nothing": _("Nothing is said here yet: add a first condition."),
        "as_written": _("As text"),
        "limit": _("At most so many, as text"),
    }


def _of_entry() -> dict[str, str]:
    return {
        "way": _("They enter when"),
        "add_way": _("Add another way in"),
        "remove_way": _("Remove this way in"),
        "only_if": _("Only if"),
        "again": _("They may enter again"),
        "again_after": _("How long after"),
        "again_per": _("Which property"),
        "quiet_for": _("For how long"),
        "door": _("What happens"),
        "enters": _("they come in"),
        "leaves": _("they leave"),
        "day": _("Which day"),
        "day_attribute": _("a date we know of them"),
        "day_anniversary": _("each year after an event"),
        "offset": _("On which side of it"),
        "offset_none": _("on the day itself"),
        "offset_before": _("before it"),
        "offset_after": _("after it"),
        "offset_by": _("How far from it"),
        "at": _("Time of day"),
        "moment": _("Day and time"),
        "zone": _("Time zone"),
        "zone_workspace": _("ours"),
        "zone_customer": _("each customer's own"),
        "measure": _("What is counted"),
        "measure_count": _("how often"),
        "measure_sum": _("amounts together"),
        "marks": _("Marks, with commas between"),
        "every": _("How often"),
        "on": _("On which days"),
        "on_month": _("On which days of the month, with commas between"),
        "call": _("Name of the call"),
        "requires": _("What it must bring, with commas between"),
        "by": _("Purchases are told apart by"),
        "before": _("How long before"),
        "goal_within": _("Within"),
    }

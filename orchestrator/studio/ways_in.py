"""Audiences, schedules, segments' doors and calls in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orchestrator.domain.definition.audiences import CUSTOMER
from orchestrator.studio import words

Say = Callable[[Any], str]  # a rule in words
_EVERY: dict[str, str | Promise] = {
    "day": gettext_lazy("Every day"),
    "week": gettext_lazy("Every week"),
    "month": gettext_lazy("Every month"),
}
_WEEKDAYS: dict[str, str | Promise] = {
    "monday": gettext_lazy("Monday"),
    "tuesday": gettext_lazy("Tuesday"),
    "wednesday": gettext_lazy("Wednesday"),
    "thursday": gettext_lazy("Thursday"),
    "friday": gettext_lazy("Friday"),
    "saturday": gettext_lazy("Saturday"),
    "sunday": gettext_lazy("Sunday"),
    "last": gettext_lazy("the last day"),
}


def say_way_in(trigger: Mapping[str, Any], say: Say) -> str:
    """The trigger in words; "" for one of another kind."""
    if isinstance(trigger.get("audience"), Mapping):
        return _audience(trigger["audience"], say)
    if isinstance(trigger.get("schedule"), Mapping):
        return _schedule(trigger["schedule"], say)
    if isinstance(trigger.get("segment"), Mapping):
        return _door(trigger["segment"])
    if isinstance(trigger.get("replenishment"), Mapping):
        return _replenishment(trigger["replenishment"])
    if "api" in trigger:
        call = trigger["api"]
        name = call.get("name") if isinstance(call, Mapping) else call
        return _("When a program calls %(name)s") % {"name": name}
    return ""


def _audience(audience: Mapping[str, Any], say: Say) -> str:
    told = {"when": f"{audience.get('at', '–')}{_clock(audience)}", "who": say_who(audience, say)}
    said = _("Once, on %(when)s: %(who)s") % told
    pace = audience.get("pace")
    if isinstance(pace, Mapping):
        waves = {"waves": words.shown(pace.get("waves")), "every": pace.get("every", "–")}
        said += ", " + _("in waves of %(waves)s, %(every)s apart") % waves
    return said


def _schedule(schedule: Mapping[str, Any], say: Say) -> str:
    every = str(schedule.get("every", "–"))
    said = str(_EVERY.get(every) or _("Every %(period)s") % {"period": every})
    on = schedule.get("on")
    if on is not None:
        days = on if isinstance(on, list) else [on]
        said += " · " + ", ".join(str(_WEEKDAYS.get(str(day), day)) for day in days)
    said += _(", at %(time)s") % {"time": f"{schedule.get('at', '09:00')}{_clock(schedule)}"}
    return f"{said}: {say_who(schedule, say)}"


def _replenishment(trigger: Mapping[str, Any]) -> str:
    told = {"event": trigger.get("event", "–"), "by": words.spaced(str(trigger.get("by", "")))}
    if trigger.get("by"):
        said = _("When the next %(event)s of the same %(by)s is due") % told
    else:
        said = _("When the next %(event)s is due") % told
    if "before" in trigger:
        said += ", " + _("%(days)s earlier") % {"days": trigger["before"]}
    return said + _(", at %(time)s") % {"time": trigger.get("at", "09:00")}


def _door(door: Mapping[str, Any]) -> str:
    if "enters" in door:
        return _("When they enter the segment %(segment)s") % {"segment": words.spaced(str(door["enters"]))}
    return _("When they leave the segment %(segment)s") % {"segment": words.spaced(str(door.get("leaves")))}


def say_who(audience: Mapping[str, Any], say: Say) -> str:
    """ "everybody in the segment club, except …"; "everybody" where nothing is asked."""
    told = []
    if "segment" in audience:
        told.append(say({"segment": audience["segment"]}))
    if "who" in audience:
        told.append(say(audience["who"]))
    if "except" in audience:
        told.append(_("not (%(rule)s)") % {"rule": say(audience["except"])})
    if not told:
        return _("everybody")
    return _("everybody: %(rule)s") % {"rule": f" {_('and')} ".join(told)}


def _clock(launch: Mapping[str, Any]) -> str:
    zone = launch.get("zone", "")
    if zone == CUSTOMER:
        return " " + _("(by their own clock)")
    return f" ({zone})" if zone else ""

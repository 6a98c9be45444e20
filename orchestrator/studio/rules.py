"""Rules and triggers in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from orchestrator.studio import scores, words
from orchestrator.studio.ways_in import say_way_in

_UNITS = {
    "second": ngettext_lazy("%(count)s second", "%(count)s seconds", "count"),
    "minute": ngettext_lazy("%(count)s minute", "%(count)s minutes", "count"),
    "hour": ngettext_lazy("%(count)s hour", "%(count)s hours", "count"),
    "day": ngettext_lazy("%(count)s day", "%(count)s days", "count"),
    "week": ngettext_lazy("%(count)s week", "%(count)s weeks", "count"),
    "month": ngettext_lazy("%(count)s month", "%(count)s months", "count"),
    "year": ngettext_lazy("%(count)s year", "%(count)s years", "count"),
}
_COMPARED: dict[str, str | Promise] = {
    "is": gettext_lazy("is %(value)s"),
    "is_not": gettext_lazy("is not %(value)s"),
    "in": gettext_lazy("is one of %(value)s"),
    "not_in": gettext_lazy("is none of %(value)s"),
    "above": gettext_lazy("is above %(value)s"),
    "below": gettext_lazy("is below %(value)s"),
    "at_least": gettext_lazy("is at least %(value)s"),
    "at_most": gettext_lazy("is at most %(value)s"),
    "contains": gettext_lazy("contains %(value)s"),
    "before": gettext_lazy("is before %(value)s"),
    "after": gettext_lazy("is after %(value)s"),
}
_COUNTED: dict[str, str | Promise] = {
    "is": gettext_lazy("exactly %(value)s×"),
    "is_not": gettext_lazy("any number of times but %(value)s×"),
    "at_least": gettext_lazy("at least %(value)s×"),
    "at_most": gettext_lazy("at most %(value)s×"),
    "above": gettext_lazy("more than %(value)s×"),
    "below": gettext_lazy("less than %(value)s×"),
}


_ENDS = {
    "top": gettext_lazy("is among the highest %(share)s"),
    "bottom": gettext_lazy("is among the lowest %(share)s"),
}

HIDDEN = "hidden"  # in the place of a fact that is not told: see discreet


def say(rule: Any) -> str:
    """A rule in words; one of a plugin by its name."""
    if not isinstance(rule, Mapping) or not rule:
        return words.shown(rule)
    for key, joint in (("all", _("and")), ("any", _("or"))):
        if isinstance(rule.get(key), list):
            said = [say(one) for one in rule[key]]
            return (
                f" {joint} ".join(said)
                if len(said) < 2
                else f" {joint} ".join(_bracketed(one) for one in rule[key])
            )
    if "not" in rule:
        return _("not (%(rule)s)") % {"rule": say(rule["not"])}
    if HIDDEN in rule:
        return str(rule[HIDDEN])
    if "attribute" in rule:
        return f"{words.spaced(str(rule['attribute']))} {_compared(rule)}"
    if "event" in rule:
        return _happened(rule)
    return _about(rule)


def say_duration(written: Any) -> str:
    """ "2 days", in the reader's language; what is not a duration stays as it is written."""
    count, _space, unit = str(written or "").partition(" ")
    form = _UNITS.get(unit.strip().lower().removesuffix("s"))
    return str(form % {"count": int(count)}) if form is not None and count.isdigit() else str(written or "–")


def say_again(written: str) -> str:
    """Whether somebody may enter a second time."""
    known = {
        "never": gettext_lazy("never"),
        "after exit": gettext_lazy("once they have left"),
        "always": gettext_lazy("always, even while inside"),
        "per key": gettext_lazy("once for each mark or date"),
    }
    if written in known:
        return str(known[written])
    kind, _space, rest = written.partition(" ")
    if kind == "after":
        return _("after %(time)s at the earliest") % {"time": say_duration(rest)}
    return _("once for each “%(property)s”") % {"property": rest} if kind == "per" else written


_OVER = {
    "refuse": gettext_lazy("others are turned away"),
    "wait": gettext_lazy("others wait at the door"),
}
_PERIODS = {
    "day": gettext_lazy("%(count)s in a day"),
    "week": gettext_lazy("%(count)s in a week"),
    "month": gettext_lazy("%(count)s in a month"),
}


def say_rate(written: str) -> str:
    """ "100 in a day", "2 in 30 days"."""
    count, _per, window = written.partition(" per ")
    if window in _PERIODS:
        return str(_PERIODS[window]) % {"count": count}
    return _("%(count)s in %(time)s") % {"count": count, "time": say_duration(window)} if window else written


def say_limit(limit: Mapping[str, Any]) -> str:
    """How many the door lets through."""
    said = [say_rate(str(limit["entries"]))] if "entries" in limit else []
    if "at_once" in limit:
        said.append(_("%(count)s at once") % {"count": limit["at_once"]})
    if "per_customer" in limit:
        said.append(_("each customer %(rate)s") % {"rate": say_rate(str(limit["per_customer"]))})
    over = str(limit.get("over", "wait"))
    word, _space, time = over.partition(" ")
    others = str(_OVER.get(word, over))
    if word == "wait" and time:
        others = _("others wait at the door, %(time)s at most") % {"time": say_duration(time)}
    return f"{', '.join(said)}; {others}"


def say_trigger(trigger: Mapping[str, Any]) -> str:
    """Who enters, and when."""
    if "event" in trigger:
        event = trigger["event"]
        inner = event if isinstance(event, Mapping) else {"name": event}
        said = _("When %(event)s happens") % {"event": inner.get("name", "–")}
        return said + _where(inner.get("where"))
    if isinstance(trigger.get("inactive"), Mapping):
        quiet = trigger["inactive"]
        return _("When there was no %(event)s for %(time)s") % {
            "event": quiet.get("event", "–"),
            "time": say_duration(quiet.get("for")),
        }
    if isinstance(trigger.get("milestone"), Mapping):
        return _milestone(trigger["milestone"])
    if isinstance(trigger.get("date"), Mapping):
        return _date(trigger["date"])
    return say_way_in(trigger, say) or words.shown(trigger)


def _milestone(mark: Mapping[str, Any]) -> str:
    marks = mark.get("count") or mark.get("sum") or []
    told = {"event": mark.get("event", "–"), "marks": words.shown(marks)}
    if "sum" in mark:
        return _("When the total of %(event)s reaches %(marks)s") % told
    return _("When the number of %(event)s reaches %(marks)s") % told


def _date(date: Mapping[str, Any]) -> str:
    at = str(date.get("at", ""))
    if "anniversary_of" in date:
        return _("Every year on the day of the first %(event)s, at %(time)s") % {
            "event": date["anniversary_of"],
            "time": at,
        }
    return _("Every year on their %(attribute)s, at %(time)s") % {
        "attribute": words.spaced(str(date.get("attribute", "–"))),
        "time": at,
    }


def _bracketed(rule: Any) -> str:
    compound = isinstance(rule, Mapping) and ("all" in rule or "any" in rule)
    return f"({say(rule)})" if compound else say(rule)


def _happened(rule: Mapping[str, Any]) -> str:
    said = _("%(event)s happened") % {"event": rule["event"]} + _where(rule.get("where"))
    if isinstance(rule.get("count"), Mapping):
        said += " " + ", ".join(_counted(*one) for one in rule["count"].items())
    if isinstance(rule.get("sum"), Mapping):
        said += f", {_compared(rule['sum'])} ({_('in total')})"
    if rule.get("of"):
        said += " " + _("(of “%(step)s”)") % {"step": rule["of"]}
    if rule.get("within"):
        said += " " + _("within %(time)s") % {"time": say_duration(rule["within"])}
    if rule.get("since"):
        said += " " + _("since they entered")
    return said


def _counted(operator: str, value: Any) -> str:
    form = _COUNTED.get(operator)
    return str(form) % {"value": words.shown(value)} if form is not None else words.shown({operator: value})


def _where(where: Any) -> str:
    if not isinstance(where, Mapping):
        return ""
    parts = [
        f"{words.spaced(str(name))} {_compared(value if isinstance(value, Mapping) else {'is': value})}"
        for name, value in where.items()
    ]
    return f" ({', '.join(parts)})" if parts else ""


def _compared(rule: Mapping[str, Any]) -> str:
    for operator, form in _COMPARED.items():
        if operator in rule:
            return str(form) % {"value": words.shown(rule[operator])}
    if "exists" in rule:
        return _("is known") if rule["exists"] not in (False, "false") else _("is not known")
    return words.shown(dict(rule))


def _about(rule: Mapping[str, Any]) -> str:
    if "consent" in rule:
        asked = rule["consent"]
        channel = asked.get("channel", "") if isinstance(asked, Mapping) else asked
        return _("consent to %(channel)s is given") % {"channel": words.channel(str(channel))}
    if "segment" in rule:
        return _("they are in “%(segment)s”") % {"segment": rule["segment"]}
    if "score" in rule:
        return f"{scores.name_of(str(rule['score']))} {_score(rule)}"
    if "entered_by" in rule:
        return _("they entered by %(entry)s") % {"entry": rule["entered_by"]}
    if isinstance(rule.get("received"), Mapping):
        return _received(rule["received"])
    return words.shown(dict(rule))


def _score(rule: Mapping[str, Any]) -> str:
    """ "is champion or loyal", "is below 0.3", "is among the highest 10%" """
    for end, form in _ENDS.items():
        if end in rule:
            return str(form) % {"share": rule[end]}
    name = str(rule["score"])
    tests = [{op: _score_words(name, value)} for op, value in rule.items() if op != "score"]
    return f" {_('and')} ".join(_compared(one) for one in tests)


def _score_words(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_score_words(name, one) for one in value]
    return scores.word(name, value) if isinstance(value, str) else value


def _received(asked: Mapping[str, Any]) -> str:
    """ "they received “hello” of “onboarding” within 10 days" """
    told = {"step": asked.get("step"), "journey": asked.get("journey")}
    if told["step"]:
        said = _("they received “%(step)s” of “%(journey)s”") % told
    else:
        said = (
            _("they received a message of “%(journey)s”") % told
            if told["journey"]
            else _("they received a message")
        )
    within = asked.get("within")
    return said + (" " + _("within %(time)s") % {"time": say_duration(within)} if within else "")

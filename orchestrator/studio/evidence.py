"""Why a message is where it is, in one sentence with the figures: "3 of 3 messages in 7 days: …"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orchestrator.consents.models import SuppressionReason
from orchestrator.domain import systems
from orchestrator.domain.frequency import OWN
from orchestrator.studio import amounts, rules, words

Evidence = Mapping[str, Any]
_OWN = frozenset({"check"})


def explain(reason: str, evidence: Evidence, channel: str) -> str:
    """The reason with what it rests on. Evidence that lacks a figure (an older version's) gives the plain reason."""
    sentence = _SENTENCES.get(reason)
    told = sentence(evidence, channel) if sentence is not None else ""
    return told or _plain(reason, evidence)


def _plain(reason: str, evidence: Evidence) -> str:
    facts = words.facts({name: value for name, value in evidence.items() if name not in _OWN})
    told = ", ".join(f"{name}: {value}" for name, value in facts)
    return f"{words.reason(reason)} ({told})" if told else words.reason(reason)


def _paused(evidence: Evidence, channel: str) -> str:
    return {
        "workspace": _("all sending is paused"),
        "channel": _("sending by %(channel)s is paused") % {"channel": words.channel(channel)},
        "journey": _("the journey is paused"),
    }.get(str(evidence.get("what")), "")


def _withdrawn(evidence: Evidence, channel: str) -> str:
    at = _moment(evidence.get("withdrawn_at") or evidence.get("changed_at"))
    if not at:
        return ""
    told = _("consent for %(channel)s withdrawn on %(when)s") % {
        "channel": words.channel(channel),
        "when": at,
    }
    return told + _source(evidence)


def _no_consent(evidence: Evidence, channel: str) -> str:
    return _("consent for %(channel)s was never given") % {"channel": words.channel(channel)}


def _pending(evidence: Evidence, channel: str) -> str:
    at = _moment(evidence.get("changed_at"))
    told = {"channel": words.channel(channel), "when": at}
    return _("consent for %(channel)s was asked for on %(when)s and not confirmed") % told if at else ""


def _topic(evidence: Evidence, channel: str) -> str:
    topic, at = evidence.get("topic"), _moment(evidence.get("withdrawn_at"))
    if not topic:
        return ""
    told = _("the customer unsubscribed from the topic “%(topic)s”") % {"topic": topic}
    return f"{told} ({at})" if at else told


def _source(evidence: Evidence) -> str:
    source = evidence.get("source")
    return " " + _("(source: %(source)s)") % {"source": source} if source else ""


def _no_address(evidence: Evidence, channel: str) -> str:
    return _("there is no address for %(channel)s") % {"channel": words.channel(channel)}


def _invalid(evidence: Evidence, channel: str) -> str:
    told = {"channel": words.channel(channel), "why": words.reason(str(evidence.get("why") or "other"))}
    return _("the address for %(channel)s is not valid: %(why)s") % told


def _suppressed(evidence: Evidence, channel: str) -> str:
    why = str(evidence.get("why") or "")
    said = dict(SuppressionReason.choices).get(why, words.spaced(why))
    told = {"channel": words.channel(channel), "why": said}
    return _("the address for %(channel)s must not be used: %(why)s") % told if why else ""


def _complaints(evidence: Evidence, channel: str) -> str:
    complained, accepted, at = (
        evidence.get("complained"),
        evidence.get("accepted"),
        evidence.get("stopped_at"),
    )
    if not isinstance(complained, int) or not isinstance(accepted, int) or not accepted:
        return ""
    told = {
        "channel": words.channel(channel),
        "complained": number_format(complained, 0, force_grouping=True),
        "accepted": number_format(accepted, 0, force_grouping=True),
        "rate": number_format(round(100 * complained / accepted, 2), 2),
        "when": _moment(at),
    }
    return (
        _(
            "the brand's marketing by %(channel)s is stopped since %(when)s: %(complained)s of %(accepted)s messages "
            "were called spam (%(rate)s%%)"
        )
        % told
    )


def _quiet(evidence: Evidence, channel: str) -> str:
    zone = evidence.get("zone")
    if not zone:
        return ""
    hours = " ".join(["", *evidence.get("hours", [])])
    told = _("quiet hours%(hours)s in %(zone)s") % {"hours": hours, "zone": zone}
    rung = str(evidence.get("zone_known_by") or "")
    return f"{told} ({words.rung(rung)})" if rung else told


def _gap(evidence: Evidence, channel: str) -> str:
    at, minutes = _moment(evidence.get("last_at")), evidence.get("gap_minutes")
    if not at or not isinstance(minutes, int):
        return ""
    gap = f"{minutes // 60} hours" if minutes % 60 == 0 else f"{minutes} minutes"
    told = {"when": at, "gap": rules.say_duration(gap)}
    if system := str(evidence.get("last_by") or ""):
        told["system"] = systems.title(system)
        return _("%(system)s sent the last message on %(when)s, and %(gap)s must lie between two") % told
    return _("the last message went on %(when)s, and %(gap)s must lie between two") % told


def _capped(evidence: Evidence, channel: str) -> str:
    sent, limit = evidence.get("sent_at"), evidence.get("limit")
    if not isinstance(sent, list) or limit is None:
        return ""
    told = {"count": len(sent), "limit": limit, "window": _window(str(evidence.get("window", "")))}
    sentence = _("%(count)s of %(limit)s messages%(window)s") % told
    dates = "; ".join(_moment(at) for at in sent)
    before_us = _sent_by(evidence.get("sent_by"))
    return f"{sentence}{before_us}: {dates} {_whose_cap(str(evidence.get('cap', '–')))}"


def _sent_by(counts: Any) -> str:
    """ ", two of them from Klaviyo" """
    if not isinstance(counts, dict):
        return ""
    told = [
        ngettext("%(count)s of them from %(system)s", "%(count)s of them from %(system)s", count)
        % {"count": count, "system": systems.title(system)}
        for system, count in counts.items()
        if isinstance(count, int)
    ]
    return "".join(f", {one}" for one in told)


def _whose_cap(cap: str) -> str:
    return _("(their own wish)") if cap == OWN else _("(cap “%(cap)s”)") % {"cap": cap}


def _window(written: str) -> str:
    calendar = {"day": _(" on one day"), "week": _(" in one week"), "month": _(" in one month")}
    if written in calendar:
        return calendar[written]
    return _(" in %(time)s") % {"time": rules.say_duration(written)} if written else ""


def _over_budget(evidence: Evidence, channel: str) -> str:
    found = {name: amounts.read(evidence.get(name)) for name in ("amount", "spent", "cost")}
    if None in found.values():
        return ""
    currency = str(evidence.get("currency", ""))
    told = {name: amounts.shown(amount, currency) for name, amount in found.items()}
    told |= {"budget": str(evidence.get("budget", "–")), "window": _window(str(evidence.get("period", "")))}
    return (
        _("%(spent)s of %(amount)s are spent%(window)s, and this one costs %(cost)s (budget “%(budget)s”)")
        % told
    )


def _outranked(evidence: Evidence, channel: str) -> str:
    if "winner_priority" not in evidence or "priority" not in evidence:
        return ""
    told = {
        "winner": evidence.get("winner", "–"),
        "other": evidence["winner_priority"],
        "own": evidence["priority"],
    }
    return _("message #%(winner)s of priority %(other)s goes first; this one has %(own)s") % told


def _rate_limited(evidence: Evidence, channel: str) -> str:
    messages, per = evidence.get("messages"), str(evidence.get("per"))
    if not isinstance(messages, int):
        return ""
    told = {"rate": words.rate(messages, per), "by": evidence.get("provider") or words.channel(channel)}
    return _("it waits its turn: %(rate)s for %(by)s") % told


def _expired(evidence: Evidence, channel: str) -> str:
    at = _moment(evidence.get("expires_at"))
    return _("its time ran out on %(when)s") % {"when": at} if at else ""


def _stale(evidence: Evidence, channel: str) -> str:
    told = {"due": _moment(evidence.get("due_at")), "limit": _moment(evidence.get("stale_before"))}
    if not all(told.values()):
        return ""
    return _("it was due on %(due)s, and what was due before %(limit)s is not sent any more") % told


def _guarded(evidence: Evidence, channel: str) -> str:
    segments = evidence.get("segments")
    if not isinstance(segments, list) or not segments:
        return ""
    told = {"segments": ", ".join(f"“{one}”" if one else _("a sensitive one") for one in segments)}
    return _("they are in a group that gets no marketing: %(segments)s") % told


def _own_pause(evidence: Evidence, channel: str) -> str:
    until = _moment(evidence.get("paused_until"))
    return _("they asked for no marketing until %(when)s") % {"when": until} if until else ""


def _holdout(evidence: Evidence, channel: str) -> str:
    return {
        "journey": _("held out by the journey: everything else would have allowed it"),
        "workspace": _("held out by the workspace: everything else would have allowed it"),
    }.get(str(evidence.get("of")), "")


def _render(evidence: Evidence, channel: str) -> str:
    error = evidence.get("error")
    return _("the template could not be filled in: %(error)s") % {"error": error} if error else ""


def _moment(value: Any) -> str:
    try:
        return words.moment(parse_datetime(value)) if isinstance(value, str) else ""
    except ValueError:
        return ""


_SENTENCES: dict[str, Callable[[Evidence, str], str]] = {
    "paused": _paused,
    "consent_withdrawn": _withdrawn,
    "no_consent": _no_consent,
    "consent_pending": _pending,
    "topic_unsubscribed": _topic,
    "no_address": _no_address,
    "address_invalid": _invalid,
    "suppressed": _suppressed,
    "complaints": _complaints,
    "quiet_hours": _quiet,
    "minimum_gap": _gap,
    "capped": _capped,
    "over_budget": _over_budget,
    "outranked": _outranked,
    "rate_limited": _rate_limited,
    "expired": _expired,
    "stale": _stale,
    "guarded": _guarded,
    "own_pause": _own_pause,
    "holdout": _holdout,
    "render_error": _render,
}

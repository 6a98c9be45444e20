"""Codes in words. A code that a plugin brought is shown as it is, with spaces: never hidden, never guessed at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from orchestrator.studio import small

CHANNELS = {
    "email": gettext_lazy("email"),
    "sms": gettext_lazy("SMS"),
    "push": gettext_lazy("push"),
    "webhook": gettext_lazy("webhook"),
}
ICONS = {"email": "mail", "sms": "sms", "push": "notifications", "webhook": "webhook"}
PURPOSES = {
    "marketing": gettext_lazy("marketing"),
    "transactional": gettext_lazy("transactional"),
    "system": gettext_lazy("for a system"),
}

RUNGS = {
    "attribute": gettext_lazy("the customer's own"),
    "last_seen": gettext_lazy("of their last device"),
    "country": gettext_lazy("of their country"),
    "workspace": gettext_lazy("the workspace's"),
}

OUTCOMES = {
    "allow": gettext_lazy("Allowed"),
    "ghost": gettext_lazy("Held out"),
    "hold": gettext_lazy("Held"),
    "skip": gettext_lazy("Skipped"),
    "cancel": gettext_lazy("Cancelled"),
    "expire": gettext_lazy("Expired"),
    "fail": gettext_lazy("Failed"),
    "accepted": gettext_lazy("Accepted"),
    "rejected": gettext_lazy("Rejected"),
    "deferred": gettext_lazy("Deferred"),
    "unknown": gettext_lazy("Unknown"),
}

REASONS = {
    "allowed": gettext_lazy("every check said yes"),
    "accepted": gettext_lazy("the provider took it"),
    "paused": gettext_lazy("sending is paused"),
    "customer_missing": gettext_lazy("the customer is not known"),
    "customer_erased": gettext_lazy("the customer was erased"),
    "erased": gettext_lazy("the customer was erased"),
    "customer_merged": gettext_lazy("the customer was merged into another"),
    "merged": gettext_lazy("the customer was merged, and had been in it before"),
    "goal_met": gettext_lazy("the goal was already met"),
    "exited": gettext_lazy("the customer had left the journey"),
    "exit_step": gettext_lazy("the journey ended here"),
    "call_failed": gettext_lazy("the call did not get through"),
    "exit_when": gettext_lazy("a rule for leaving came true"),
    "completed": gettext_lazy("the last step was done"),
    "journey_stopped": gettext_lazy("the journey was stopped"),
    "expired": gettext_lazy("its time ran out"),
    "stale": gettext_lazy("it should have left too long ago"),
    "no_address": gettext_lazy("there is no address for this channel"),
    "address_invalid": gettext_lazy("the address is not valid"),
    "suppressed": gettext_lazy("the address must not be used"),
    "complaints": gettext_lazy("so many called the brand's marketing spam that it is stopped"),
    "no_consent": gettext_lazy("there is no consent for this channel"),
    "consent_pending": gettext_lazy("consent was asked for, not confirmed"),
    "consent_withdrawn": gettext_lazy("consent was withdrawn"),
    "topic_unsubscribed": gettext_lazy("the customer unsubscribed from this topic"),
    "customer_restricted": gettext_lazy("what we have of the customer may only be kept, not used"),
    "own_pause": gettext_lazy("the customer asked for a pause"),
    "guarded": gettext_lazy("the customer is in an excluded group"),
    "holdout": gettext_lazy("held out, to measure what messages earn"),
    "quiet_hours": gettext_lazy("quiet hours"),
    "never_allowed": gettext_lazy("quiet hours leave no time to send"),
    "minimum_gap": gettext_lazy("too soon after the last message"),
    "capped": gettext_lazy("the frequency cap is reached"),
    "over_budget": gettext_lazy("the budget is spent"),
    "outranked": gettext_lazy("a more important message goes first"),
    "rate_limited": gettext_lazy("it waits its turn"),
    "render_error": gettext_lazy("the template could not be filled in"),
    "no_provider": gettext_lazy("no provider for this channel is plugged in"),
    "provider_down": gettext_lazy("the provider is down"),
    "render_paused": gettext_lazy("its step could not be filled in many times in a row"),
    "review_failed": gettext_lazy("a review could not be made"),
    "address_changed": gettext_lazy("the address changed while it was being prepared"),
    "vetoed": gettext_lazy("a review refused it"),
    "deferred": gettext_lazy("the provider asked to try later"),
    "attempts_spent": gettext_lazy("every attempt was turned away"),
    "retries_outlived_message": gettext_lazy("no time was left for another attempt"),
    "unknown_outcome": gettext_lazy("nobody knows whether it left"),
    "refused_after_doubt": gettext_lazy("refused after an attempt nobody can be sure of"),
    "invalid_address": gettext_lazy("the provider says the address does not exist"),
    "blocked": gettext_lazy("the recipient or the operator refuses this sender"),
    "unsubscribed": gettext_lazy("the provider holds an opt-out"),
    "spam": gettext_lazy("refused as spam"),
    "too_large": gettext_lazy("the message is too large"),
    "not_allowed": gettext_lazy("our account may not send this"),
    "other": gettext_lazy("refused for another reason"),
    "timed_out": gettext_lazy("the passage took too long"),
    "exit_rule": gettext_lazy("a rule for leaving came true"),
    "journey_ended": gettext_lazy("the passage had ended"),
    "version_stopped": gettext_lazy("this version of the journey was stopped"),
    "worker_died": gettext_lazy("a worker stopped in the middle of handing it off"),
    "crashes_workers": gettext_lazy("preparing it stopped worker after worker"),
    "came_in_time": gettext_lazy("what was awaited had happened in time, as we heard a little late"),
    "taken_out": gettext_lazy("somebody took them out by hand"),
    "surpassed": gettext_lazy("a later mark was reached at the same moment"),
    "too_many_hops": gettext_lazy("journeys that start one another have led here too often"),
}

STEP_OUTCOMES = {
    "done": gettext_lazy("went on"),
    "continue": gettext_lazy("went on"),
    "continued": gettext_lazy("went on"),
    "enter": gettext_lazy("took an arm"),
    "entered": gettext_lazy("took an arm"),
    "then": gettext_lazy("it happened in time"),
    "otherwise": gettext_lazy("it did not happen"),
    "park": gettext_lazy("waited"),
    "waited": gettext_lazy("waited"),
    "send": gettext_lazy("message planned"),
    "sent": gettext_lazy("message sent"),
    "not_sent": gettext_lazy("message not sent"),
    "leave": gettext_lazy("left the journey"),
    "left": gettext_lazy("left the journey"),
    "exited": gettext_lazy("left the journey"),
    "failed": gettext_lazy("could not go on"),
    "migrated": gettext_lazy("moved to another version"),
}

FACTS = {
    "scores": gettext_lazy("scores"),
    "scores_computed_at": gettext_lazy("scores computed"),
    "what": gettext_lazy("what is paused"),
    "why": gettext_lazy("why"),
    "check": gettext_lazy("number of the check"),
    "provider": gettext_lazy("provider"),
    "channel": gettext_lazy("channel"),
    "purpose": gettext_lazy("purpose"),
    "topic": gettext_lazy("topic"),
    "changed_at": gettext_lazy("consent changed"),
    "record": gettext_lazy("ledger entry"),
    "source": gettext_lazy("source"),
    "expires_at": gettext_lazy("valid until"),
    "due_at": gettext_lazy("was due"),
    "from_version": gettext_lazy("from version"),
    "from_step": gettext_lazy("from step"),
    "to_version": gettext_lazy("to version"),
    "to_step": gettext_lazy("to step"),
    "renamed": gettext_lazy("steps by other names"),
    "until": gettext_lazy("waits until"),
    "stale_before": gettext_lazy("too late if due before"),
    "zone": gettext_lazy("customer's time zone"),
    "zone_known_by": gettext_lazy("time zone known by"),
    "opens_at": gettext_lazy("allowed again"),
    "last_at": gettext_lazy("last message"),
    "gap_minutes": gettext_lazy("minimum gap, minutes"),
    "cap": gettext_lazy("cap"),
    "limit": gettext_lazy("limit"),
    "window": gettext_lazy("in any"),
    "sent_at": gettext_lazy("already sent"),
    "budget": gettext_lazy("budget"),
    "amount": gettext_lazy("at most"),
    "spent": gettext_lazy("spent"),
    "cost": gettext_lazy("cost of this one"),
    "currency": gettext_lazy("currency"),
    "period": gettext_lazy("period"),
    "hours": gettext_lazy("hours"),
    "withdrawn_at": gettext_lazy("withdrawn"),
    "winner": gettext_lazy("the other message"),
    "winner_priority": gettext_lazy("its priority"),
    "priority": gettext_lazy("this one's priority"),
    "slots": gettext_lazy("places left"),
    "error": gettext_lazy("error"),
    "segments": gettext_lazy("groups"),
    "of": gettext_lazy("held out by"),
}


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Tones(dict[str, str]):
    """Colours by code; one that has none is grey."""

    def __missing__(self, code: str) -> str:
        return ""


TONES = Tones(
    {
        "accepted": "success",
        "planned": "info",
        "leased": "info",
        "handing_off": "info",
        "retry_wait": "warning",
        "uncertain": "warning",
        "unknown": "warning",
        "rejected": "danger",
        "failed": "danger",
        "render_failed": "danger",
        "dead": "danger",
        "allow": "success",
        "hold": "warning",
        "fail": "danger",
        "deferred": "warning",
        "delivered": "success",
        "bounced": "danger",
        "soft_bounced": "warning",
        "complained": "danger",
        "unsubscribed": "danger",
        "live": "success",
        "paused": "warning",
        "stopped": "danger",
        "active": "info",
        "completed": "success",
        "granted": "success",
        "withdrawn": "danger",
        "pending": "warning",
    }
)


def channel(code: str) -> str:
    """A channel's name."""
    return str(CHANNELS.get(code, code))


def purpose(code: str) -> str:
    """A purpose's name."""
    return str(PURPOSES.get(code, spaced(code)))


def icon(code: str) -> str:
    """The icon of a channel."""
    return ICONS.get(code, "send")


def reason(code: str) -> str:
    """Why, in words; "" where there is no reason to give."""
    return str(REASONS.get(code, spaced(code)))


def rung(code: str) -> str:
    """How a person's time zone is known."""
    return str(RUNGS.get(code, spaced(code)))


def outcome(code: str) -> str:
    """What the gate or the provider said."""
    return str(OUTCOMES.get(code, spaced(code).capitalize()))


def step_outcome(code: str) -> str:
    """What came of a step; an arm keeps the name its author gave it."""
    prefix, _colon, arm = code.partition(":")
    if prefix == "arm" and arm not in STEP_OUTCOMES:
        return _("took the arm “%(arm)s”") % {"arm": spaced(arm)}
    return str(STEP_OUTCOMES.get(arm or code, spaced(code)))


def tone(code: str) -> str:
    """The colour that goes with a code; it never stands alone, the word is always beside it."""
    return TONES[code]


def spaced(code: str) -> str:
    """A code without its underscores."""
    return code.replace("_", " ")


def facts(evidence: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The evidence of a decision: what, and its value as a person writes it."""
    for name, value in evidence.items():
        yield str(FACTS.get(name, spaced(name))), shown(value, name)


def shown(value: Any, name: str = "") -> str:
    """A plain value as a person writes it."""
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, (list, tuple)):
        return ", ".join(shown(one, name) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{spaced(str(key))}: {shown(one)}" for key, one in value.items())
    if isinstance(value, str):
        return _text(value, name)
    return formats.localize(value) if isinstance(value, (int, float)) and name != "record" else str(value)


def _text(value: str, name: str) -> str:
    if name == "channel":
        return channel(value)
    if name == "purpose":
        return purpose(value)
    if name == "zone_known_by":
        return rung(value)
    try:
        at = parse_datetime(value) if "T" in value else None
        on = parse_date(value) if _DAY.fullmatch(value) else None
    except ValueError:
        at = on = None
    if on is not None:
        return formats.date_format(on, "DATE_FORMAT")
    return moment(at) if at is not None and timezone.is_aware(at) else value


def moment(at: datetime | None) -> str:
    """Day and time in the workspace's zone; "" for no time."""
    return formats.date_format(timezone.localtime(at), "DATETIME_FORMAT") if at else ""


def stopped(text: str) -> str:
    """A sentence with its full stop, and only one: "1 p.m." brings its own."""
    return text if text.endswith(".") else f"{text}."


def people(count: int) -> str:
    """ "1 person", "5 people"; "<5 people" to whom few people's numbers are hidden."""
    if small.hidden(count):
        return ngettext("%(count)s person", "%(count)s people", small.LEAST) % {"count": f"<{small.LEAST}"}
    return ngettext("%(count)s person", "%(count)s people", count) % {"count": _grouped(count)}


def rate(messages: int, per: str) -> str:
    """ "10 a second" """
    told = {
        "second": ngettext("%(count)s a second", "%(count)s a second", messages),
        "minute": ngettext("%(count)s a minute", "%(count)s a minute", messages),
        "hour": ngettext("%(count)s an hour", "%(count)s an hour", messages),
    }
    return told.get(per, "%(count)s") % {"count": _grouped(messages)}


def _grouped(count: int) -> str:
    return str(formats.number_format(count, 0, use_l10n=True, force_grouping=True))

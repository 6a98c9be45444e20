"""What the studio says of calls: why one was not taken, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from orchestrator.ingest.models import LiveCall, WriteKey

REASONS: dict[str, Any] = {
    "not_an_object": _("It is no call: a JSON object was expected."),
    "unknown_type": _("Its type is none of identify, track, page, screen, group and alias."),
    "no_id": _("It names nobody: it needs a userId or an anonymousId."),
    "bad_id": _("Its id is no text of 1 to 100 letters."),
    "no_real_id": _("Its id is what programs write where they have none, such as “undefined”."),
    "no_event": _("It does not say what happened."),
    "bad_name": _("Of the event's name no letters or digits remain."),
    "reserved_name": _("Only this installation itself tells of messages and consents."),
    "bad_properties": _("Its properties are no JSON object."),
    "bad_value": _("It holds a value that cannot be stored."),
    "bad_address": _("An address in it is none; the rest was taken."),
    "not_this_key": _("It sets attributes that this key may not set; the rest was taken."),
    "two_users": _("It says that two known users are one person, which only a server's key may say."),
    "too_deep": _("It is nested too deeply."),
    "erased": _("The person was erased at their own wish. Nothing of the call is kept."),
}
BECAME: dict[str, tuple[Any, str]] = {
    "event": (_("an event"), "success"),
    "change": (_("a change of a customer"), "info"),
    "dead": (_("was not taken"), "danger"),
}


def say(reason: str) -> str:
    """A reason in words."""
    return str(REASONS.get(reason, reason))


def pretty(payload: str) -> str:
    """JSON text as people read it; what was cut stays as it is."""
    try:
        return json.dumps(json.loads(payload), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return payload


def seen(key: WriteKey) -> Iterator[dict[str, Any]]:
    """The last calls of a watched key, the newest first."""
    for one in LiveCall.objects.filter(key=key).order_by("-id"):
        became, tone = BECAME.get(one.became, (one.became, "info"))
        yield {
            "at": one.received_at,
            "kind": one.kind or "?",
            "became": became,
            "tone": tone,
            "why": say(one.reason) if one.reason else "",
            "words": one.words,
            "payload": pretty(one.payload),
        }

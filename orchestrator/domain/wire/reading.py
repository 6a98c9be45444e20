"""READ one call, and say why where it is none. Nothing raises but `Refusal`, whatever JSON it is given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from orchestrator.domain.shown import shown
from orchestrator.domain.wire import traits
from orchestrator.domain.wire.names import amount_of, name_of
from orchestrator.domain.wire.times import happened_at
from orchestrator.domain.wire.values import (
    ALIAS,
    GROUP,
    IDENTIFY,
    KINDS,
    PAGE,
    SCREEN,
    Call,
    Facts,
    Refusal,
)

LONGEST_ID = 100
# What programs write where they have no id: taken for one, it would make one person of everybody who is nobody.
NO_IDS = frozenset(
    {
        "null", "nil", "none", "undefined", "nan", "0", "-1", "true", "false", "guest", "anonymous", "unknown",
        "n/a", "na", "[object object]", "id", "user_id", "userid", "distinct_id", "00000000-0000-0000-0000-000000000000",
    }
)  # fmt: skip
_KEY = "v1:"  # so that no messageId is ever the key of an imported order or of a step
_VIEWS = {PAGE: "page.viewed", SCREEN: "screen.viewed"}
_NONE: Mapping[str, Any] = {}


def read(item: Any, batch: Mapping[str, Any], received: datetime, kind: str = "") -> Call:
    """Read one item. `batch`: what stands around it, whose context and sentAt hold where its own say nothing. `kind`: of
    the route, where the item itself does not say. Refusal with a code and words for what is no call."""
    if not isinstance(item, dict):
        raise Refusal("not_an_object", f"a call is a JSON object, not {shown(item)}")
    kind = kind or _kind(item)
    user, anonymous = _id(item, "userId"), _id(item, "anonymousId")
    if user is None and (anonymous is None or kind == ALIAS):
        wanted = "userId" if kind == ALIAS else "userId or anonymousId"
        raise Refusal("no_id", f"the call names nobody: it needs a {wanted}")
    sent = item.get("sentAt") or batch.get("sentAt")
    at = happened_at(item.get("timestamp") or item.get("originalTimestamp"), sent, received)
    key = _key(item, received)
    if kind == IDENTIFY:
        context = {**_mapping(batch.get("context")), **_mapping(item.get("context"))}
        facts = traits.of_identify(_mapping(item.get("traits")), context)
        return Call(kind, key, at, user, anonymous, facts=facts)
    facts = traits.of_context(_mapping(item.get("context")), _mapping(batch.get("context")))
    if kind == ALIAS:
        return Call(kind, key, at, user, anonymous, _needed(item, "previousId"), facts=facts)
    if kind == GROUP:
        said = traits.of_group(_needed(item, "groupId"), _mapping(item.get("traits")))
        return Call(kind, key, at, user, anonymous, facts=said)
    properties = item.get("properties") or _NONE
    if properties is not _NONE and not isinstance(properties, dict):
        raise Refusal("bad_properties", f"properties are a JSON object, not {shown(properties)}")
    if kind in _VIEWS:
        name, properties = _VIEWS[kind], {**_view(item), **properties}
    else:
        name = _name(item)
    return Call(kind, key, at, user, anonymous, None, name, amount_of(name, properties), properties, facts)


def _view(item: Mapping[str, Any]) -> dict[str, Any]:
    """What a page or a screen is called, and where it is: by the call, else by its context."""
    page = _mapping(_mapping(item.get("context")).get("page"))
    said = {name: item.get(name) for name in ("name", "category")}
    said |= {name: page.get(name) for name in ("url", "path", "title", "referrer")}
    return {name: value for name, value in said.items() if isinstance(value, str) and value}


def _name(item: Mapping[str, Any]) -> str:
    written = item.get("event")
    if not isinstance(written, str) or not written.strip():
        raise Refusal("no_event", "a track call names what happened: it needs an event")
    return name_of(written)


def _kind(item: Mapping[str, Any]) -> str:
    kind = item.get("type", item.get("action"))  # `action` is what old libraries write
    if kind not in KINDS:
        raise Refusal("unknown_type", f"the type {shown(kind)} is none of {', '.join(KINDS)}")
    return str(kind)


def _id(item: Mapping[str, Any], name: str) -> str | None:
    """An id as text; a number is one too, and empty is none."""
    value = item.get(name)
    if value is None or value == "":
        return None
    if type(value) is str:
        return _checked(value, name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**18 else shown(value)
    if not isinstance(value, str):
        raise Refusal("bad_id", f"{name} is a text, not {shown(value)}")
    return _checked(value, name)


@lru_cache(maxsize=8192)  # people come again and again
def _checked(value: str, name: str) -> str:
    text = value.strip()
    if not text or len(text) > LONGEST_ID or not text.isprintable():
        raise Refusal("bad_id", f"{name} {shown(value)} must have 1 to {LONGEST_ID} letters")
    if text.lower() in NO_IDS:
        raise Refusal(
            "no_real_id", f"{name} {shown(text)} is what programs write where they have no id; send none"
        )
    return text


def _needed(item: Mapping[str, Any], name: str) -> str:
    value = _id(item, name)
    if value is None:
        raise Refusal("no_id", f"the call needs a {name}")
    return value


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else _NONE


def _key(item: Mapping[str, Any], received: datetime) -> str:
    """By the messageId; without one, by all that the call says, and by the minute of its coming if it names no moment."""
    given = item.get("messageId")
    if isinstance(given, str) and 1 <= len(given) <= 97 and given.isprintable():
        return _KEY + given
    said = {name: value for name, value in item.items() if name not in ("sentAt", "writeKey")}
    if not given and not (item.get("timestamp") or item.get("originalTimestamp")):
        said["minute"] = received.isoformat(timespec="minutes")
    try:
        text = json.dumps(said, sort_keys=True)
    except RecursionError:
        raise Refusal("too_deep", "the call is nested too deeply; make it flatter") from None
    return _KEY + sha256(text.encode()).hexdigest()


__all__ = ["Call", "Facts", "Refusal", "read"]

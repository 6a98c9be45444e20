"""What traits say of a person: those that Segment's specification reserves have places of their own, others are attributes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from orchestrator.domain.wire.times import moment
from orchestrator.domain.wire.values import Facts

RENAMED: Mapping[str, str] = {
    "firstName": "first_name",
    "lastName": "last_name",
    "postalCode": "postal_code",
}
CHANNELS: Mapping[str, str] = {"email": "email", "phone": "sms"}
_PLACES = frozenset({"language", "locale", "timezone", "country", "createdAt", "created_at"})
_SPOKEN = frozenset({"timezone", "device"})
_COUNTRY = re.compile(r"[A-Za-z]{2}")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})T.*")
NOTHING = Facts()


def of_identify(traits: Mapping[str, Any], context: Mapping[str, Any]) -> Facts:
    """What an `identify` says: its traits, and where and on what it was made."""
    place = traits.get("address")
    country = traits.get("country") or (place.get("country") if isinstance(place, Mapping) else None)
    addresses = {CHANNELS[name]: _text(traits.get(name)) for name in CHANNELS if _text(traits.get(name))}
    return Facts(
        attributes=dict(_attributes(traits)),
        addresses=addresses | _device(context),
        language=_text(traits.get("language") or traits.get("locale") or context.get("locale")),
        country=_country(country),
        time_zone=_text(traits.get("timezone")),
        last_seen_zone=_text(context.get("timezone")),
        created_at=moment(traits.get("createdAt", traits.get("created_at"))),
    )


def of_context(context: Mapping[str, Any], batch: Mapping[str, Any]) -> Facts:
    """What any other call says of who made it: the zone of their device, and the token by which it is reached.

    What its own context does not speak of, its batch's does.
    """
    if not (_SPOKEN & (context.keys() | batch.keys()) if batch else _SPOKEN & context.keys()):
        return NOTHING
    context = {**batch, **context}
    zone, addresses = _text(context.get("timezone")), _device(context)
    return Facts(addresses=addresses, last_seen_zone=zone) if zone or addresses else NOTHING


def of_group(group: str, traits: Mapping[str, Any]) -> Facts:
    """What a `group` says: the attribute `group`, and beside it what is known of the group."""
    return Facts(attributes={"group": group, **({"group_traits": dict(traits)} if traits else {})})


def _attributes(traits: Mapping[str, Any]) -> Any:
    for name, value in traits.items():
        if name in CHANNELS or (name in _PLACES and isinstance(value, str | int | float | None)):
            continue
        if name == "birthday" and isinstance(value, str) and (day := _DAY.fullmatch(value.strip())):
            value = day[1]
        yield RENAMED.get(name, name), value


def _device(context: Mapping[str, Any]) -> dict[str, str]:
    device = context.get("device")
    token = _text(device.get("token")) if isinstance(device, Mapping) else ""
    return {"push": token} if token else {}


def _country(value: Any) -> str:
    """A country by its two letters. A name, "Poland", says nothing here and stays where it was written."""
    text = _text(value)
    return text.upper() if _COUNTRY.fullmatch(text) else ""


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""

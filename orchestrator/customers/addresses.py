"""Addresses in their channel's one spelling, and the keyed hash by which they are recognised.

A registered channel's own `normalise` decides; for email, sms and push the functions below do where none is
registered. All raise ValueError with words for whoever wrote the address.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from functools import lru_cache

import phonenumbers
from django.conf import settings

from orchestrator import registry
from orchestrator.customers.plain import check_text
from orchestrator.domain import outbound
from orchestrator.domain.keys import address_hash
from orchestrator.domain.shown import shown
from orchestrator.domain.wording import Words, Wrong
from orchestrator.sdk import WebDevice, is_web_device

LONGEST = 1000
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LOCAL = re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x20\x7f]{1,64}")


def normalise(channel: str, value: str, country: str = "") -> str:
    """Answer the address in its channel's one spelling; `country` gives a phone number without +… its prefix."""
    check_text(value, _address(channel))
    if len(value) > LONGEST:
        raise Wrong(
            "the %(channel)s address has %(size)s characters; %(longest)s is the most",
            channel=channel,
            size=len(value),
            longest=str(LONGEST),
        )
    if channel == "sms":
        value = normalise_phone(value, country)
    registered = registry.current().channels.get(channel)
    if registered is not None and registered.personal:
        return registered.normalise(value)
    if channel not in _BUILT_IN:
        raise Wrong(
            "there is no channel %(channel)s; use email, sms, push or one that a plugin adds",
            channel=shown(channel),
        )
    return _BUILT_IN[channel](value)


def normalise_email(value: str) -> str:
    """Answer the address in lower case, its domain in ASCII (IDNA); plus tags stay, they belong to the address."""
    text = value.strip()
    if "\r" in text or "\n" in text:
        raise Wrong("the email address %(text)s holds a line break; write one address", text=shown(text))
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        raise Wrong("%(text)s is no email address; write it like anna@example.com", text=shown(text))
    if not _LOCAL.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        raise Wrong(
            "%(text)s: the part before the @ is not valid; write it like anna@example.com", text=shown(text)
        )
    return f"{local.lower()}@{_ascii_domain(domain, text)}"


def normalise_phone(value: str, country: str = "") -> str:
    """Answer the number as E.164 (`+48501234567`); a number without a country is refused, never guessed."""
    text = value.strip()
    if not text.startswith("+") and not country:
        raise Wrong(
            "the phone number %(text)s has no country; write it like +48 501 234 567, or give the country",
            text=shown(text),
        )
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException as error:
        raise Wrong("%(text)s is no phone number; write it like +48 501 234 567", text=shown(text)) from error
    if not phonenumbers.is_possible_number(number):
        raise Wrong("the phone number %(text)s is too short or too long; check its digits", text=shown(text))
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def normalise_token(value: str) -> str:
    """Answer an app's device token as it is, and a browser's subscription (JSON) in its one spelling."""
    text = value.strip()
    if is_web_device(text):
        device = WebDevice.read(text)
        outbound.check(device.endpoint)
        return device.address
    if not text or any(letter.isspace() for letter in text):
        raise Wrong("%(text)s is no device token: it is empty or holds spaces", text=shown(text))
    return text


def digest(channel: str, value: str) -> str:
    """Answer the keyed hash of a normalised address, 64 hex digits; the key is derived from SECRET_KEY."""
    return address_hash(_key(settings.SECRET_KEY), channel, value)


@lru_cache(maxsize=16)
def _address(channel: str) -> str:
    return Words("the %(channel)s address", channel=channel)


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    return hmac.new(secret.encode(), b"orchestrator.customers.addresses", hashlib.sha256).digest()


def _ascii_domain(domain: str, text: str) -> str:
    if domain.endswith("."):
        raise Wrong("%(text)s ends with a dot; remove it", text=shown(text))
    try:
        name = domain.lower() if domain.isascii() else domain.lower().encode("idna").decode("ascii")
    except UnicodeError as error:
        raise Wrong(
            "%(text)s: the part after the @ is no domain name; check its letters", text=shown(text)
        ) from error
    labels = name.split(".")
    if len(labels) < 2 or len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Wrong(
            "%(text)s: the part after the @ is no domain name; write it like anna@example.com",
            text=shown(text),
        )
    return name


_BUILT_IN = {"email": normalise_email, "sms": normalise_phone, "push": normalise_token}

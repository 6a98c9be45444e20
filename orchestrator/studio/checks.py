"""What forms refuse: values that nothing could use, or that would silently never apply."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput
from django.utils.translation import gettext_lazy as _

from orchestrator import registry
from orchestrator.customers.people import COUNTRIES
from orchestrator.domain.definition.reading import KEY
from orchestrator.domain.utm import WORDS, parse_pattern
from orchestrator.domain.zones import parse_time

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_SMS_SENDER = re.compile(r"[A-Za-z0-9 .&+-]*")
_RANGE = {"start", "end", "weekdays"}


def channels(written: Iterable[str], personal: bool = False) -> list[str]:
    """Names of channels; one that does not exist would pause or count nothing. `personal`: only ways to people."""
    there = registry.current().channels
    known = [name for name, channel in there.items() if channel.personal or not personal]
    for one in written:
        if one not in known:
            told = {"written": one, "known": ", ".join(known)}
            raise ValidationError(_("“%(written)s” is not a channel. There are: %(known)s."), params=told)
    return list(written)


def languages(written: Iterable[str]) -> list[str]:
    """Codes of languages, as templates use them."""
    for one in written:
        if not _LANGUAGE.fullmatch(one):
            raise ValidationError(
                _("“%(written)s” is not a language; write its code, like pl or pt-BR."),
                params={"written": one[:60]},
            )
    return list(written)


def country(written: str) -> str:
    """A country's two letters, in capitals."""
    code = written.upper()
    if code not in COUNTRIES:
        told = {"written": written}
        raise ValidationError(
            _("“%(written)s” is not a country; write its two letters, like PL."), params=told
        )
    return code


def currency(written: str) -> str:
    """A currency's three letters, in capitals."""
    code = written.upper()
    if not _CURRENCY.fullmatch(code):
        told = {"written": written}
        raise ValidationError(
            _("“%(written)s” is not a currency; write its three letters, like PLN."), params=told
        )
    return code


def colour(written: str) -> str:
    """A colour as letters and public pages use it."""
    if not _COLOUR.fullmatch(written):
        raise ValidationError(
            _("“%(written)s” is not a colour; write it like #7c3aed."), params={"written": written}
        )
    return written


def key(written: str) -> str:
    """A key that a journey's file can name."""
    if not KEY.fullmatch(written):
        raise ValidationError(
            _("A key is a small letter, then small letters, digits and _: files of journeys name it so.")
        )
    return written


def utm(written: str) -> str:
    """What is added to links: names and values, of words we know."""
    pattern = written.strip().lstrip("?&")
    try:
        parse_pattern(pattern)
    except ValueError:
        told = {"words": ", ".join(f"{{{word}}}" for word in WORDS)}
        raise ValidationError(
            _(
                "Write names and values with & between them, like utm_campaign={journey}, each name once. "
                "Words: %(words)s."
            ),
            params=told,
        ) from None
    return pattern


def sms_sender(written: str) -> str:
    """A sender's name that telephone networks carry."""
    if not _SMS_SENDER.fullmatch(written):
        raise ValidationError(
            _("A text message's sender has only letters without accents, digits and spaces.")
        )
    return written


def one_line(written: str) -> str:
    """A text that goes into a header or a title: a line break there would refuse every message."""
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp") for sign in written):
        raise ValidationError(
            _("This must be one line of visible signs: delete line breaks and invisible signs.")
        )
    return written


class RangesField(forms.JSONField):
    """Quiet hours as a list of ranges, each looked at by itself."""

    def to_python(self, value: Any) -> Any:
        """The list; nested without end it is no JSON either."""
        try:
            return super().to_python(value)
        except RecursionError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was written, for the form to show again."""
        try:
            return super().bound_data(data, initial)
        except RecursionError:
            return InvalidJSONInput(data[:200])

    def validate(self, value: Any) -> None:
        """Refuse what is no list of ranges, and name the range."""
        super().validate(value)
        if not isinstance(value, list):
            raise ValidationError(_("Write a list of ranges, like the example."))
        for number, one in enumerate(value, 1):
            _check_range(number, one)


def _check_range(number: int, one: Any) -> None:
    told: dict[str, Any] = {"number": number}
    if not isinstance(one, dict) or not {"start", "end"} <= set(one) <= _RANGE:
        raise ValidationError(
            _("Range %(number)s needs start and end, and may have weekdays; nothing else."), params=told
        )
    for name in ("start", "end"):
        try:
            parse_time(one[name])
        except ValueError:
            told["written"] = str(one[name])[:60]
            raise ValidationError(
                _("Range %(number)s: “%(written)s” is not a time of day; write it like 21:00."), params=told
            ) from None
    days = one.get("weekdays", [0])
    if not isinstance(days, list) or not days or not all(type(day) is int and 0 <= day <= 6 for day in days):
        raise ValidationError(
            _("Range %(number)s: weekdays are numbers from 0 (Monday) to 6 (Sunday), at least one."),
            params=told,
        )

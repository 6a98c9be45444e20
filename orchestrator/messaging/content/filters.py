"""The filters and tests a template may use: the whole list, each bounded, each clear about what it cannot take.

Numbers, money, dates and plurals follow the language being rendered. Amounts may come as numbers or as text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, get_currency_symbol
from jinja2 import Undefined
from jinja2.filters import do_title, do_urlencode
from jinja2.tests import TESTS as JINJA_TESTS
from markupsafe import Markup, escape

from orchestrator.messaging.content.faults import RenderError
from orchestrator.messaging.content.language import LANGUAGE, locale_of
from orchestrator.messaging.content.limits import TEXT_LENGTH

_CURRENCY = re.compile(r"[A-Z]{3}")
_GROUPS_FROM_FIVE = frozenset({"pl", "es", "bg", "pt_PT"})  # "1234,50", but "12 345,50"
_CATEGORIES = ("zero", "one", "two", "few", "many", "other")


def money(value: Any, currency: str = "PLN", decimals: int | None = None) -> str:
    """An amount in the language's way: `1234,50 zł`, `PLN 1,234.50`."""
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        raise RenderError('money needs a currency of three capital letters, like money("PLN")')
    amount, locale = _number(value, "money"), _locale()
    pattern = None
    if decimals is not None:
        pattern = _with_decimals(locale.currency_formats["standard"].pattern, decimals)
        amount = _rounded(amount, decimals)
    written: str = format_currency(
        amount, currency, format=pattern, locale=locale, group_separator=_grouped(amount, locale),
        currency_digits=decimals is None,
    )  # fmt: skip
    return _spaced(written, get_currency_symbol(currency, locale=locale))


def number(value: Any, decimals: int | None = None) -> str:
    """A number in the language's way: `1234,5`, `1,234.5`; with `decimals`, exactly so many."""
    amount, locale = _number(value, "number"), _locale()
    pattern = None
    if decimals is not None:
        pattern = _with_decimals("#,##0.###", decimals)
        amount = _rounded(amount, decimals)
    written: str = format_decimal(
        amount, format=pattern, locale=locale, group_separator=_grouped(amount, locale)
    )
    return written


def date(value: Any, style: str = "long") -> str:
    """A day in the language's way: short, medium, long, full, or a pattern like `d MMMM`."""
    if not isinstance(style, str) or len(style) > 40:
        raise RenderError('date takes short, medium, long, full or a pattern like "d MMMM"')
    written: str = format_date(_day(value), format=style, locale=_locale())
    return written


def plural(value: Any, *forms: str) -> str:
    """The form of a word that goes with a number: `5|plural("punkt", "punkty", "punktów")` is `punktów`.

    As many forms as the language has (two in English, three in Polish); one more is for fractions.
    """
    amount, locale = _number(value, "plural"), _locale()
    names = [name for name in _CATEGORIES if name in {*locale.plural_form.tags, "other"}]
    needed = len(names) - 1 if "many" in names else len(names)
    if len(forms) not in {needed, len(names)} or not all(isinstance(form, str) for form in forms):
        raise RenderError(f"plural needs {needed} forms in {locale.language}, not {len(forms)}")
    place = names.index(locale.plural_form(abs(amount)))
    return forms[place] if place < len(forms) else forms[1]


def default(value: Any, instead: Any = "", also_empty: bool = False) -> Any:
    """`instead` where the value is missing or null; with `true` as second argument, also where it is empty."""
    absent = isinstance(value, Undefined) or value is None
    return instead if absent or (also_empty and not value) else value


def join(value: Any, separator: str = "") -> str:
    """The items of a list as one text."""
    items = [_text(item, "join") for item in _sequence(value, "join")]
    glue = _text(separator, "join")
    _bound(sum(map(len, items)) + len(glue) * max(len(items) - 1, 0), "join")
    if any(hasattr(item, "__html__") for item in (*items, glue)):
        return Markup(glue).join(items) if hasattr(glue, "__html__") else escape(glue).join(items)
    return glue.join(items)


def replace(value: Any, old: str, new: str) -> str:
    """The text with every `old` replaced by `new`."""
    text, old, new = _text(value, "replace"), _text(old, "replace"), _text(new, "replace")
    if not old:
        raise RenderError("replace needs a text to look for")
    _bound(len(text) + text.count(old) * (len(new) - len(old)), "replace")
    return text.replace(old, new)


def truncate(value: Any, length: int = 80, end: str = "…") -> str:
    """The first `length` characters, with `end` where something was left off."""
    text = _text(value, "truncate")
    if not isinstance(length, int) or length < 0:
        raise RenderError("truncate needs a length of 0 or more")
    return text if len(text) <= length else text[:length].rstrip() + _text(end, "truncate")


def first(value: Any) -> Any:
    """The first item of a list; an empty list is an error."""
    items = _sequence(value, "first")
    if not items:
        raise RenderError("first was given an empty list")
    return items[0]


def last(value: Any) -> Any:
    """The last item of a list; an empty list is an error."""
    items = _sequence(value, "last")
    if not items:
        raise RenderError("last was given an empty list")
    return items[-1]


def length(value: Any) -> int:
    """How many items a list or mapping holds, or characters a text."""
    if not isinstance(value, (str, list, tuple, dict, range)):
        raise RenderError("length needs a list or a text")
    return len(value)


def round_(value: Any, decimals: int = 0) -> int | float:
    """The number rounded half away from zero, as people round; whole where `decimals` is 0."""
    amount = _number(value, "round")
    if not isinstance(decimals, int) or not 0 <= decimals <= 10:
        raise RenderError("round takes 0 to 10 decimals")
    rounded = _rounded(amount, decimals)
    return float(rounded) if decimals else int(rounded)


def int_(value: Any, instead: int | None = None) -> int:
    """The whole part of a number or of a number written as text."""
    try:
        return int(_number(value, "int"))
    except RenderError:
        if instead is None:
            raise
        return instead


def abs_(value: Any) -> int | float:
    """The number without its sign."""
    amount = _number(value, "abs")
    return abs(value) if isinstance(value, (int, float)) else float(abs(amount))


def _textual(name: str, make: Callable[[str], str]) -> Callable[[Any], str]:
    def apply(value: Any) -> str:
        return make(_text(value, name))

    return apply


FILTERS: Mapping[str, Callable[..., Any]] = {
    "abs": abs_,
    "capitalize": _textual("capitalize", lambda text: text.capitalize()),
    "date": date,
    "default": default,
    "d": default,
    "e": _textual("e", escape),
    "escape": _textual("escape", escape),
    "first": first,
    "int": int_,
    "join": join,
    "last": last,
    "length": length,
    "lower": _textual("lower", lambda text: text.lower()),
    "money": money,
    "number": number,
    "plural": plural,
    "replace": replace,
    "round": round_,
    "title": _textual("title", do_title),
    "trim": _textual("trim", lambda text: text.strip()),
    "truncate": truncate,
    "upper": _textual("upper", lambda text: text.upper()),
    "urlencode": _textual("urlencode", do_urlencode),
}

_JINJA_TESTS: Mapping[str, Any] = JINJA_TESTS
TESTS: Mapping[str, Callable[..., Any]] = {
    name: _JINJA_TESTS[name]
    for name in (
        "defined", "undefined", "none", "string", "number", "even", "odd", "divisibleby", "in",
        "eq", "ne", "lt", "le", "gt", "ge", "==", "!=", "<", "<=", ">", ">=", "true", "false",
    )
}  # fmt: skip


def _locale() -> Locale:
    return locale_of(LANGUAGE.get())


def _present(value: Any, name: str) -> None:
    if isinstance(value, Undefined):
        value._fail_with_undefined_error()
    if value is None:
        raise RenderError(f"{name} was given no value; put a default before it, like |default(0)|{name}")


def _number(value: Any, name: str) -> Decimal:
    _present(value, name)
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise RenderError(f"{name} needs a number")
    try:
        amount = Decimal(str(value).strip())
    except (InvalidOperation, ValueError):
        raise RenderError(f"{name} needs a number") from None
    if not amount.is_finite():
        raise RenderError(f"{name} needs a finite number")
    if amount and not -30 <= amount.adjusted() <= 30:
        raise RenderError(f"{name} was given a number too large or too small to write")
    return amount


def _text(value: Any, name: str) -> str:
    _present(value, name)
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise RenderError(f"{name} needs a text")
    return str(value)


def _sequence(value: Any, name: str) -> list[Any] | tuple[Any, ...] | str | range:
    _present(value, name)
    if not isinstance(value, (list, tuple, str, range)):
        raise RenderError(f"{name} needs a list")
    return value


def _day(value: Any) -> datetime:
    _present(value, "date")
    if not isinstance(value, str):
        raise RenderError("date needs a day written like 2026-05-31")
    try:
        return datetime.fromisoformat(value.strip())
    except ValueError:
        raise RenderError("date needs a day written like 2026-05-31") from None


def _bound(size: int, name: str) -> None:
    if size > TEXT_LENGTH:
        raise RenderError(f"{name} makes a text longer than {TEXT_LENGTH:,} characters")


def _grouped(amount: Decimal, locale: Locale) -> bool:
    return abs(amount) >= 10_000 or str(locale) not in _GROUPS_FROM_FIVE | {
        f"{language}_{territory}" for language in ("pl", "es", "bg") for territory in [locale.territory]
    }


def _rounded(amount: Decimal, decimals: int) -> Decimal:
    try:
        return amount.quantize(Decimal(1).scaleb(-decimals), rounding="ROUND_HALF_UP")
    except InvalidOperation:
        return amount  # more digits than there are to round


def _with_decimals(pattern: str, decimals: int) -> str:
    if not isinstance(decimals, int) or isinstance(decimals, bool) or not 0 <= decimals <= 10:
        raise RenderError("decimals must be 0 to 10")
    fraction = "." + "0" * decimals if decimals else ""
    return re.sub(r"\.[0#]+", fraction, pattern) if "." in pattern else pattern


def _spaced(written: str, symbol: str) -> str:
    """A code of letters stands apart from its digits: `PLN 1,234.50`, but `€1,234.50`."""
    if symbol[-1:].isalpha():
        return re.sub(rf"({re.escape(symbol)})(?=\d)", "\\1\u00a0", written)
    return written

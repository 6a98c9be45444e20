"""Which language of a template a person gets, and the locale its numbers and dates are written in."""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from functools import lru_cache

from babel import Locale, UnknownLocaleError

LANGUAGE: ContextVar[str] = ContextVar("language", default="en")


def pick_language(available: Iterable[str], wanted: str = "", chain: Iterable[str] = ()) -> str:
    """The language to use: the wanted one, its base language, then along the chain, else the first there is.

    Case and `_` for `-` make no difference. Raises ValueError where nothing is available.
    """
    names = list(available)
    if not names:
        raise ValueError("a template part without languages")
    known = {_normal(name): name for name in reversed(names)}
    for candidate in (wanted, *chain):
        for step in _steps(_normal(candidate)):
            if step in known:
                return known[step]
    return names[0]


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """Babel's locale for a language tag; its base language, or English, where the tag is unknown."""
    for step in (*_steps(_normal(language)), "en"):
        try:
            return Locale.parse(step, sep="-")
        except (ValueError, UnknownLocaleError):
            continue
    raise ValueError("no locale")  # pragma: no cover - English is always known


def _normal(tag: str) -> str:
    return tag.strip().replace("_", "-").lower()


def _steps(tag: str) -> list[str]:
    parts = [part for part in tag.split("-") if part]
    return ["-".join(parts[:size]) for size in range(len(parts), 0, -1)]

"""WORDING: what is wrong with something, in English, so that it can be said again in the reader's language.

The English template is its code: `Wrong("%(cell)s is no date", cell=shown(cell))` is a ValueError of plain words, and
whoever stores it keeps the template with what stands in it (`as_json`). Templates are written out where they are raised,
and from there the catalogue of translations has them. The price: a template that is reworded is English in what was
stored before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Told = str | int  # a Words among them is said again too
Say = Callable[[str], str]


class Words(str):
    """English words, the template they are made by, and what stands in it; numbers with their thousands apart.

    Whatever is done with them makes plain text, which stays English.
    """

    __slots__ = ("template", "told")
    template: str
    told: Mapping[str, Told]

    def __new__(cls, template: str, /, **told: Told) -> Words:
        """Fill the template; without `told` it stands as it is, percent signs and all."""
        words = super().__new__(cls, _filled(template, told, str, "{:,}".format))
        words.template, words.told = template, told
        return words

    def fill(self, **told: Told) -> Words:
        """The same template with this in it: for templates that are kept as constants."""
        return Words(self.template, **told)

    def __getnewargs_ex__(self) -> tuple[tuple[str], Mapping[str, Told]]:
        return (self.template,), self.told

    def __getstate__(self) -> None:
        return None


class Wrong(ValueError):
    """Something is wrong, in words that can be said again."""

    def __init__(self, template: str, /, **told: Told) -> None:
        super().__init__(Words(template, **told))


def words_of(error: BaseException) -> str:
    """What an error says: as Words where it can be said again."""
    said = error.args[0] if error.args else ""
    return said if isinstance(said, Words) else str(error)


def as_json(text: str) -> dict[str, Any] | None:
    """Template and what stands in it; None of plain text, which can be said in one language only."""
    if not isinstance(text, Words):
        return None
    told = {
        name: (as_json(value) if isinstance(value, Words) else value) for name, value in text.told.items()
    }
    return {"words": text.template, "told": told}


def from_json(kept: Mapping[str, Any] | None, text: str) -> str:
    """The words that were kept so; `text` where nothing was, or where it fits its template no more."""
    try:
        return _read(kept) if kept else text
    except (KeyError, TypeError, ValueError, AttributeError):
        return text


def say(text: str, translated: Say, number: Callable[[int], str]) -> str:
    """The same in the language of `translated`; plain text as it is."""
    if not isinstance(text, Words):
        return text
    told = {
        name: say(value, translated, number) if isinstance(value, str) else value
        for name, value in text.told.items()
    }
    return _filled(translated(text.template), told, str, number) if text.template else ""


def _read(kept: Mapping[str, Any]) -> Words:
    told = {
        name: _read(value) if isinstance(value, Mapping) else value for name, value in kept["told"].items()
    }
    return Words("".join([kept["words"]]), **told)


def _filled(
    template: str, told: Mapping[str, Told], text: Callable[[Any], str], number: Callable[[int], str]
) -> str:
    written = {name: number(value) if isinstance(value, int) else text(value) for name, value in told.items()}
    return template % written if written else template

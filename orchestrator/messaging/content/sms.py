"""How many parts an operator bills for a text message, and plainer letters that make it fewer.

GSM-7 holds 160 units in one part or 153 in each of several; UCS-2 holds 70 or 67. A character of the
extension table costs two units and is not split across parts; nor is a UTF-16 surrogate pair.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("^{}[]~\\|€\f")

_PLAIN = {
    "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "Th",
    "„": '"', "”": '"', "“": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "`": "'", "´": "'",
    "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "…": "...", "•": "-", "·": "-", "×": "x",
    "\u00a0": " ", "\u2007": " ", "\u2009": " ", "\u200a": " ", "\u202f": " ", "\t": " ",
    "\u200b": "", "\u200d": "", "\ufeff": "", "\ufe0f": "", "\u00ad": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SmsSize:
    """`parts` billed, in `encoding` (gsm7 or ucs2); `units` used and `left` before one more part begins."""

    parts: int
    encoding: str
    units: int
    left: int


def measure(text: str) -> SmsSize:
    """The size of a text message."""
    if all(character in BASIC or character in EXTENSION for character in text):
        return _pack([2 if character in EXTENSION else 1 for character in text], "gsm7", 160, 153)
    return _pack([2 if ord(character) > 0xFFFF else 1 for character in text], "ucs2", 70, 67)


def count_parts(text: str) -> int:
    """How many parts the operator bills; an empty text is one."""
    return measure(text).parts


@dataclass(frozen=True, slots=True)
class Saving:
    """`letters` that GSM-7 does not know make a text `parts` long; without them, or in plainer ones, it is `fewer`."""

    letters: tuple[str, ...]
    parts: int
    fewer: int


def saving(text: str) -> Saving | None:
    """Which letters cost, in the order in which they come; None where none does."""
    costly = dict.fromkeys(one for one in text if one not in BASIC and one not in EXTENSION)
    letters = tuple(one for one in costly if one.isprintable() and not unicodedata.combining(one))
    plain = "".join(one for one in transliterate(text) if one in BASIC or one in EXTENSION)
    parts, fewer = count_parts(text), count_parts(plain)
    return Saving(letters, parts, fewer) if letters and fewer < parts else None


def transliterate(text: str) -> str:
    """The same text in letters GSM-7 knows, where there are such; what has none stays as it is."""
    return "".join(_plain(character) for character in unicodedata.normalize("NFC", text))


def _pack(widths: list[int], encoding: str, single: int, several: int) -> SmsSize:
    units = sum(widths)
    if units <= single:
        return SmsSize(1, encoding, units, single - units)
    parts, used = 1, 0
    for width in widths:
        if used + width > several:
            parts, used = parts + 1, 0
        used += width
    return SmsSize(parts, encoding, units, several - used)


def _plain(character: str) -> str:
    if character in BASIC or character in EXTENSION:
        return character
    if character in _PLAIN:
        return _PLAIN[character]
    bare = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    return bare if bare and all(c in BASIC or c in EXTENSION for c in bare) else character

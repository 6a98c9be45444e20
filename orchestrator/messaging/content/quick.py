"""Looking through a rendered text by what is quick in C, before any pattern is asked: most often there is nothing.

Each function answers exactly what patterns alone would (tests/messaging/content/test_quick.py holds them side by
side), in a third of the time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e]")
LINK = re.compile(r"""[\s/](href|src|background)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_CONTROL_BYTES = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
_TURNING = re.compile(rb"\xe2\x80[\xaa-\xae]")  # U+202A to U+202E
_NAMES = ("href", "src", "background")
_ALSO_LETTERS = ("\u017f", "\u212a")  # a long s and the sign of Kelvin: to a pattern without case, s and k


def without_controls(text: str, encoded: bytes) -> str:
    """The text without controls and signs that turn the writing. `encoded`: the same in UTF-8."""
    if len(encoded.translate(None, _CONTROL_BYTES)) == len(encoded) and (
        len(encoded) == len(text) or not _TURNING.search(encoded)
    ):
        return text
    return CONTROLS.sub("", text)


def links(html: str) -> Iterator[tuple[str, str]]:
    """Name and value, as written, of every quoted attribute that may lead somewhere; as LINK finds them."""
    if any(letter in html for letter in _ALSO_LETTERS):
        yield from ((found[1], found[2] or found[3] or "") for found in LINK.finditer(html))
        return
    end = 0
    for place in _places(html):
        # The sign before the name is part of the pattern, and what one match has read is never read again.
        if place > end and (found := LINK.match(html, place - 1)):
            yield found[1], found[2] or found[3] or ""
            end = found.end()


def _places(html: str) -> list[int]:
    # Lowering the bytes leaves each sign in its place; lowering the text would not ("İ" becomes two).
    lowered = html.lower() if html.isascii() else html.encode().lower().decode()
    found = []
    for name in _NAMES:
        place = lowered.find(name)
        while place >= 0:
            found.append(place)
            place = lowered.find(name, place + 1)
    return sorted(found)


def tidied(text: str) -> str:
    """A text without blanks at the ends of lines, and with one empty line where there are more."""
    if " \n" in text or "\t\n" in text:
        *lines, last = text.split("\n")
        text = "\n".join([*(line.rstrip(" \t") for line in lines), last])
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text

"""SUBJECTS that mail programs and their readers take for spam."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

LONGEST = 70  # characters; phones show about half of it
_REPLY = re.compile(r"\s*(re|fwd?|odp|pd)\s*:", re.IGNORECASE)
_BAITS = re.compile(
    r"100\s?%\s?(free|gratis)|\b(free money|make money|earn cash|act now|click here|winner|viagra|casino)\b"
    r"|\b(zarób|wygrałe[śs]|wygrała[śs]|kliknij tutaj|darmowa kasa|pożyczka bez)\b|[$€£]{2,}",
    re.IGNORECASE,
)


def subjects(said: str) -> Iterator[str]:
    """Codes of what is wrong with a subject; `said` is what of it everybody gets."""
    if _shouts(said):
        yield "capitals"
    if said.count("!") > 1 or re.search(r"[!?]{2,}", said):
        yield "exclamation"
    if _REPLY.match(said):
        yield "false_reply"
    if _BAITS.search(said):
        yield "bait"
    if sum(unicodedata.category(sign) == "So" for sign in said) > 2:
        yield "pictures"
    if len(said.strip()) > LONGEST:
        yield "long_subject"


def _shouts(said: str) -> bool:
    """Mostly capitals, and not of abbreviations alone."""
    letters = [sign for sign in said if sign.isalpha()]
    words = re.findall(r"[^\W\d_]{4,}", said)
    mostly = sum(sign.isupper() for sign in letters) > 0.7 * len(letters)
    return len(letters) >= 8 and mostly and any(word.isupper() for word in words)

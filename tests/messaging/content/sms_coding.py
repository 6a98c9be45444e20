"""A text message as it is coded on the air, by the tables of 3GPP TS 23.038 and no line of ours: the oracle of the parts.

It writes real septets or UTF-16 code units and cuts the sequence, where ours adds up widths.
"""

from __future__ import annotations

ESCAPE = 0x1B
ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
SHIFTED = {
    0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\",
    0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€",
}  # fmt: skip
SEPTETS = {sign: (code,) for code, sign in enumerate(ALPHABET) if code != ESCAPE} | {
    sign: (ESCAPE, code) for code, sign in SHIFTED.items()
}


def septets(text: str) -> list[int] | None:
    """The text in septets, or None where the alphabet lacks a letter of it."""
    if not set(text) <= set(SEPTETS):
        return None
    return [code for sign in text for code in SEPTETS[sign]]


def code_units(text: str) -> list[int]:
    """The text in units of UTF-16; half a character stays the one unit that it is."""
    coded = text.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(coded[at : at + 2]) for at in range(0, len(coded), 2)]


def cut(text: str) -> list[list[int]]:
    """The parts as they are sent: no part ends in an escape or in the first half of a pair."""
    coded, single, several = septets(text), 160, 153
    if coded is None:
        coded, single, several = code_units(text), 70, 67
    if len(coded) <= single:
        return [coded]
    parts = []
    while coded:
        end = several - _torn(coded, several, single)
        parts.append(coded[:end])
        coded = coded[end:]
    return parts


def _torn(coded: list[int], end: int, single: int) -> bool:
    """Whether a cut at `end` would tear a character: an escape from its sign, or a pair in two."""
    if len(coded) <= end:
        return False
    if single == 160:
        return coded[end - 1] == ESCAPE
    return 0xD800 <= coded[end - 1] < 0xDC00 and 0xDC00 <= coded[end] < 0xE000

"""The quick ways through a rendered text find what the patterns alone find, sign by sign."""

from __future__ import annotations

import re
import sys

from hypothesis import example, given
from hypothesis import strategies as st

from orchestrator.messaging.content.quick import CONTROLS, LINK, links, tidied, without_controls

PIECES = (
    " href=", "\nHREF =", "/src=", "\u00a0background\t=", "\x1chref=", "hrefhref=", " sr", "c=", "ſrc=", "bac\u212aground=",
    '"', "'", '"https://a.example/?a=1&amp;b=2"', "'x'", " ", "\n", "\t", "\n\n\n\n", " \n", "<a", ">", "=", "İ", "ż", "😀",
    "\u2029", "\u202a", "\u202e", "\u202f", "’", "\x00", "\x0b", "\x7f", "\x85", "plain",
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.text(max_size=60)


@given(texts)
@example(' href="a" href="b"')
@example('x href=" src=\'y\'" src="z"')
@example('İ href="a"')
@example('href="at the very beginning"')
def test_links_are_those_of_the_pattern(html: str) -> None:
    plain = [(name, double or single) for name, double, single in LINK.findall(html)]
    assert list(links(html)) == plain


@given(texts)
@example("\u202a")
@example("ż\x7f")
def test_controls_go_as_by_the_pattern(text: str) -> None:
    assert without_controls(text, text.encode()) == CONTROLS.sub("", text)


def test_every_sign_is_a_control_to_both_or_to_none() -> None:
    signs = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]
    told = [one for one in signs if without_controls(one, one.encode()) != one]
    assert told == [one for one in signs if CONTROLS.search(one)]
    assert len(told) == 35


def test_every_sign_that_a_pattern_without_case_takes_for_a_letter_is_known() -> None:
    letters = "hrefsrcbackground"
    alike = [
        chr(code)
        for code in range(128, sys.maxunicode + 1)
        if re.fullmatch(f"[{letters}]", chr(code), re.IGNORECASE)
    ]
    assert alike == ["ſ", "\u212a"]
    assert list(links(' ſrc="a"')) == [("ſrc", "a")]
    assert list(links(' bac\u212aground="a"')) == [("bac\u212aground", "a")]


@given(texts)
@example("a \t\n b  ")
@example("\n" * 100)
@example(" \n \n \n")
def test_a_text_is_tidied_as_by_the_patterns(text: str) -> None:
    assert tidied(text) == re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text))

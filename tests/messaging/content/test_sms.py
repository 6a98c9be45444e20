"""SMS parts at every boundary, and letters that cost less."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.messaging.content.sms import BASIC, EXTENSION, SmsSize, count_parts, measure, transliterate

PLAIN = st.sampled_from(sorted(BASIC - {"\r"}))


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", SmsSize(1, "gsm7", 0, 160)),
        ("a" * 160, SmsSize(1, "gsm7", 160, 0)),
        ("a" * 161, SmsSize(2, "gsm7", 161, 145)),
        ("a" * 306, SmsSize(2, "gsm7", 306, 0)),
        ("a" * 307, SmsSize(3, "gsm7", 307, 152)),
        ("a" * 459, SmsSize(3, "gsm7", 459, 0)),
        ("a" * 460, SmsSize(4, "gsm7", 460, 152)),
        ("€" * 80, SmsSize(1, "gsm7", 160, 0)),
        ("€" * 80 + "a", SmsSize(2, "gsm7", 161, 144)),
        ("ó" + "a" * 69, SmsSize(1, "ucs2", 70, 0)),
        ("ó" + "a" * 70, SmsSize(2, "ucs2", 71, 63)),
        ("ó" + "a" * 133, SmsSize(2, "ucs2", 134, 0)),
        ("ó" + "a" * 134, SmsSize(3, "ucs2", 135, 66)),
        ("😀" * 35, SmsSize(1, "ucs2", 70, 0)),
        ("😀" * 36, SmsSize(2, "ucs2", 72, 61)),
    ],
)
def test_parts_at_the_boundaries(text: str, size: SmsSize) -> None:
    assert measure(text) == size


def test_an_extension_character_is_not_split_across_parts() -> None:
    # 152 + 2 does not fit in 153, so the first part ends one unit early and 307 units need three parts.
    assert count_parts("a" * 152 + "€" + "a" * 151) == 2
    assert count_parts("a" * 152 + "€" + "a" * 152) == 3
    assert count_parts("a" * 151 + "€" + "a" * 153) == 2


def test_a_surrogate_pair_is_not_split_across_parts() -> None:
    assert count_parts("ó" + "a" * 65 + "😀" + "a" * 65) == 2
    assert count_parts("ó" + "a" * 65 + "😀" + "a" * 66) == 3


@pytest.mark.parametrize("letter", "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ„”–…’")
def test_no_polish_letter_or_typographic_sign_is_in_gsm7(letter: str) -> None:
    assert measure(letter).encoding == "ucs2"


@pytest.mark.parametrize("letter", "^{}[]~\\|€")
def test_extension_characters_cost_two(letter: str) -> None:
    assert measure(letter) == SmsSize(1, "gsm7", 2, 158)


@given(st.text(PLAIN, max_size=1000))
def test_plain_texts_are_cut_every_153_units_past_160(text: str) -> None:
    assert count_parts(text) == (1 if len(text) <= 160 else -(-len(text) // 153))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=400))
def test_parts_agree_with_packing_by_hand(text: str) -> None:
    gsm = all(c in BASIC or c in EXTENSION for c in text)
    widths = [2 if (c in EXTENSION if gsm else ord(c) > 0xFFFF) else 1 for c in text]
    single, several = (160, 153) if gsm else (70, 67)
    pieces: list[int] = [0]
    for width in widths:
        if pieces[-1] + width > several:
            pieces.append(0)
        pieces[-1] += width
    assert count_parts(text) == (1 if sum(widths) <= single else len(pieces))


@given(st.text(max_size=200), st.text(max_size=50))
def test_more_text_never_takes_fewer_parts(text: str, more: str) -> None:
    assert count_parts(text + more) >= count_parts(text)


@given(st.text(max_size=300))
def test_transliterating_twice_changes_nothing_more(text: str) -> None:
    once = transliterate(text)
    assert transliterate(once) == once


def test_transliterate_writes_polish_and_typography_in_gsm7() -> None:
    text = "Zażółć „gęślą” jaźń – 5…\u00a0zł ŁÓDŹ"
    assert transliterate(text) == 'Zazolc "gesla" jazn - 5... zl LODZ'
    assert measure(transliterate(text)).encoding == "gsm7"


def test_transliterate_leaves_what_gsm7_knows_and_what_has_no_plain_letter() -> None:
    assert transliterate("äöüñé€ 😀 日本") == "äöüñé€ 😀 日本"
    assert transliterate("o\u0301") == "o"

"""SMS parts at every boundary, and letters that cost less."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.messaging.content.render import Rendered
from orchestrator.messaging.content.sms import (
    BASIC,
    EXTENSION,
    Saving,
    SmsSize,
    count_parts,
    measure,
    saving,
    transliterate,
)
from orchestrator.sdk.values import SmsContent
from tests.messaging.content.builders import job, render
from tests.messaging.content.sms_coding import SEPTETS, cut, septets

PLAIN = st.sampled_from(sorted(BASIC - {"\r"}))
POLISH = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ"
TYPOGRAPHY = "„”“«»‘’‚–—…•\u00a0\u202f\u2011"
# Texts near the boundaries, of all that costs one unit or two in either coding.
NEAR = st.builds(
    lambda fill, count, tail: fill * count + tail,
    st.sampled_from(["a", "€", "ó", "😀", "\r\n", "a€", "ó😀"]),
    st.integers(60, 165),
    st.text(st.sampled_from("aZ1 \n\r\f€^{}[]~\\|óŁ„–😀👩\u200d"), max_size=160),
)


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
        ("a" * 159 + "€", SmsSize(2, "gsm7", 161, 145)),
        ("a" * 158 + "€", SmsSize(1, "gsm7", 160, 0)),
        ("a\r\n" * 53 + "a", SmsSize(1, "gsm7", 160, 0)),
        ("a\r\n" * 53 + "\r\n", SmsSize(2, "gsm7", 161, 145)),
        ("ó" * 201, SmsSize(3, "ucs2", 201, 0)),
        ("ó" * 202, SmsSize(4, "ucs2", 202, 66)),
        ("ó" + "a" * 68 + "😀", SmsSize(2, "ucs2", 71, 63)),
        ("ó" + "a" * 67 + "😀", SmsSize(1, "ucs2", 70, 0)),
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


def test_a_character_astride_a_later_boundary_moves_whole_too() -> None:
    # Two units are lost, one at each boundary, so the third part begins a unit earlier each time.
    twice = "a" * 152 + "€" + "a" * 150 + "€"
    assert measure(twice + "a" * 151) == SmsSize(3, "gsm7", 457, 0)
    assert measure(twice + "a" * 152) == SmsSize(4, "gsm7", 458, 152)
    pairs = "ó" + "a" * 65 + "😀" + "a" * 64 + "😀"
    assert measure(pairs + "a" * 65) == SmsSize(3, "ucs2", 199, 0)
    assert measure(pairs + "a" * 66) == SmsSize(4, "ucs2", 200, 66)


def test_a_line_break_costs_what_it_is_made_of() -> None:
    assert measure("\n") == SmsSize(1, "gsm7", 1, 159)
    assert measure("\r\n") == SmsSize(1, "gsm7", 2, 158)
    assert count_parts("a" * 152 + "\r\n" + "a" * 152) == 2  # CR and LF may part
    assert count_parts("a" * 152 + "\r\n" + "a" * 153) == 3


def test_one_letter_that_gsm7_lacks_makes_the_whole_text_costly() -> None:
    assert [measure("a" * 159 + letter).parts for letter in "aó"] == [1, 3]


@pytest.mark.parametrize("letter", POLISH + TYPOGRAPHY)
def test_no_polish_letter_or_typographic_sign_is_in_gsm7(letter: str) -> None:
    assert measure(letter) == SmsSize(1, "ucs2", 1, 69)


@pytest.mark.parametrize("letter", POLISH + TYPOGRAPHY)
def test_each_of_them_has_a_plain_spelling(letter: str) -> None:
    plain = transliterate(letter)
    assert plain != ""
    assert measure(plain).encoding == "gsm7"
    assert plain.islower() == letter.islower()
    assert plain.isupper() == letter.isupper()


@pytest.mark.parametrize("letter", "^{}[]~\\|€")
def test_extension_characters_cost_two(letter: str) -> None:
    assert measure(letter) == SmsSize(1, "gsm7", 2, 158)


@given(st.text(PLAIN, max_size=1000))
def test_plain_texts_are_cut_every_153_units_past_160(text: str) -> None:
    assert count_parts(text) == (1 if len(text) <= 160 else -(-len(text) // 153))


def test_the_letters_are_those_of_the_standard() -> None:
    assert set(SEPTETS) == BASIC | EXTENSION
    assert {sign for sign, codes in SEPTETS.items() if len(codes) == 2} == EXTENSION
    assert len(BASIC) == 127  # all codes but the escape


@given(NEAR | st.text(max_size=400) | st.text(st.characters(codec="ascii"), max_size=700))
def test_parts_are_those_that_the_coded_text_is_cut_into(text: str) -> None:
    parts, size = cut(text), measure(text)
    assert size.parts == len(parts)
    assert size.units == sum(len(part) for part in parts)
    assert size.encoding == ("ucs2" if septets(text) is None else "gsm7")
    room = {("gsm7", True): 160, ("gsm7", False): 153, ("ucs2", True): 70, ("ucs2", False): 67}
    assert size.left == room[size.encoding, size.parts == 1] - len(parts[-1])


@given(NEAR, st.text(st.sampled_from("a€ó😀"), min_size=1, max_size=1))
def test_what_is_left_is_exactly_what_still_fits(text: str, more: str) -> None:
    size = measure(text)
    if measure(text + more).encoding == size.encoding and size.parts > 1:
        needs = measure(more).units if size.encoding == "gsm7" else len(more.encode("utf-16-be")) // 2
        assert count_parts(text + more) == size.parts + (needs > size.left)


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


@pytest.mark.parametrize(
    ("transliterated", "content"),
    [
        (False, SmsContent("Zażółć „gęślą” – Łukasz, 5 zł…\nRezygnacja: STOP", 1)),
        (True, SmsContent('Zazolc "gesla" - Lukasz, 5 zl...\nRezygnacja: STOP', 1)),
    ],
)
def test_a_template_is_measured_as_it_leaves(transliterated: bool, content: SmsContent) -> None:
    text = "Zażółć „gęślą” – {{ customer.first_name }}, 5\u00a0zł…\r\nRezygnacja: STOP"
    part = {"en": {"text": text, "transliterate": transliterated}}
    answer = render(job("sms", {"customer": {"first_name": "Łukasz"}}, sms=part))
    assert isinstance(answer, Rendered)
    assert answer.content == content


@pytest.mark.parametrize(("transliterated", "parts"), [(False, 3), (True, 1)])
def test_what_a_person_is_called_decides_on_the_parts_unless_it_is_transliterated(
    transliterated: bool, parts: int
) -> None:
    part = {"en": {"text": "a" * 154 + "{{ customer.first_name }}", "transliterate": transliterated}}
    answer = render(job("sms", {"customer": {"first_name": "Łukasz"}}, sms=part))
    assert isinstance(answer, Rendered)
    assert isinstance(answer.content, SmsContent)
    assert answer.content.parts == count_parts(answer.content.text) == parts


def test_the_letters_that_cost_are_named() -> None:
    long = "Zielona herbata czeka na polce. " * 3
    assert saving(long) is None
    assert saving(long + "ł, „Żółw” i 😀") == Saving(("ł", "„", "Ż", "ó", "”", "😀"), 2, 1)
    assert saving("ł") is None  # one part, either way
    assert saving("a" * 160) is None
    assert saving("a" * 159 + "ć") == Saving(("ć",), 3, 1)

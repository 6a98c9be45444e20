"""Which answers to a text message withdraw: a stop word alone, however it is typed, and nothing longer."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.stop_words import STOP_WORDS, is_stop

NOISE = st.text(st.sampled_from(" \t\r\n.,!?-–…'\"„”()*#🙏❤\ufe0f\u200b\u00a0\ufeff"), max_size=8)


@pytest.mark.parametrize(
    "word",
    [
        *(
            "STOP",
            "NIE",
            "REZYGNUJE",
            "REZYGNUJĘ",
            "WYPISZ",
            "UNSUBSCRIBE",
            "CANCEL",
            "END",
            "QUIT",
            "STOPALL",
        ),
        *("REVOKE", "OPTOUT", "REMOVE", "REZYGNACJA", "WYPISUJĘ", "KONIEC", "СТОП"),
    ],
)
def test_each_word_stops_in_any_case(word: str) -> None:
    assert is_stop(word)
    assert is_stop(word.lower())
    assert is_stop(word.capitalize())


@pytest.mark.parametrize(
    "answer",
    [
        *("STOP.", " stop\r\n", "„Stop”", "*STOP*", "STOP 🙏", "Nie!!!", "Opt-out", "opt out", "stop all"),
        *(
            "STOP STOP stop",
            "nie, nie",
            "ｓｔｏｐ",
            "St\u00f3p",
            "ST\u200bOP",
            "rezygnuje\u0328",
            "WYPISZ\u00a0",
        ),
    ],
)
def test_typing_makes_no_difference(answer: str) -> None:
    assert is_stop(answer)


@pytest.mark.parametrize(
    "answer",
    [
        *(
            "",
            " ",
            "...",
            "🙏",
            "nie wiem czy",
            "Nie, dziękuję",
            "NIE STOP",
            "please stop",
            "STOP 2",
            "stopy",
        ),
        *("niestety", "non stop", "weekend", "STOP wysyłaniu", "tak", "STOPP", "the end", "0"),
    ],
)
def test_anything_more_or_else_is_a_conversation(answer: str) -> None:
    assert not is_stop(answer)


def test_an_installation_adds_words_of_its_own_spelled_any_way() -> None:
    assert not is_stop("Basta")
    assert is_stop("Basta!", extra=["BASTA"])
    assert is_stop("dość tego", extra=["Dość tego!"])
    assert is_stop("STOP", extra=["BASTA"])
    assert not is_stop("", extra=["", "!!"])
    assert not is_stop("!!", extra=["", "!!"])


@given(NOISE, st.sampled_from(sorted(STOP_WORDS)), NOISE, st.sampled_from(["NFC", "NFD", "NFKC"]))
def test_signs_around_a_word_are_not_heard(before: str, word: str, after: str, form: str) -> None:
    assert is_stop(unicodedata.normalize(form, before + word + after))  # type: ignore[arg-type]


@given(st.text(max_size=40), st.sampled_from(["wiem", "dzięki", "please", "2"]))
def test_one_other_word_is_enough_for_a_conversation(text: str, word: str) -> None:
    assert not is_stop(f"{text} {word}")

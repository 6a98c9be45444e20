"""STOP WORDS: what somebody answers to a text message who wants no more of them.

Only an answer that says nothing else counts, so "nie wiem czy" is a conversation and "Nie!" a withdrawal. The price:
a "nie" meant for a question in the message withdraws too; a message that asks one should say what to answer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

STOP_WORDS = frozenset(
    {
        *("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "REMOVE"),
        *("NIE", "REZYGNUJE", "REZYGNACJA", "WYPISZ", "WYPISUJE", "KONIEC"),
        "СТОП",
    }
)


def is_stop(text: str, extra: Iterable[str] = ()) -> bool:
    """Whether an answer is one stop word, said once or again and again, or one of `extra`, and nothing besides.

    Case, accents, punctuation, emoji and spaces make no difference: "rezygnuję.", "Opt-out", "STOP, stop!!!".
    """
    words = _words(text)
    stops = {_joined(stop) for stop in (*STOP_WORDS, *extra)} - {""}
    return "".join(words) in stops or (len(set(words)) == 1 and words[0] in stops)


def _joined(text: str) -> str:
    return "".join(_words(text))


def _words(text: str) -> list[str]:
    """The words in plain lower case letters and digits. What is not seen, such as a soft hyphen, parts no word."""
    plain = unicodedata.normalize("NFKD", text.casefold()).casefold().replace("ł", "l")
    seen = (c for c in plain if unicodedata.category(c) not in {"Mn", "Me", "Cf"})
    return "".join(c if c.isalnum() else " " for c in seen).split()

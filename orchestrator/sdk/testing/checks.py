"""Judging in words: a rule that is broken says what was right."""

from __future__ import annotations

from typing import NoReturn


def check(kept: bool, words: str) -> None:
    """Fail with `words` unless the rule is kept."""
    if not kept:
        fail(words)


def fail(words: str) -> NoReturn:
    """Fail with `words`."""
    raise AssertionError(words)


def kind_of(result: object) -> str:
    """A result's kind, without the details."""
    return "None" if result is None else type(result).__name__


def lines_of(text: str) -> str:
    """The text as its lines say it: mail ends them with CRLF, and the last one always."""
    return text.replace("\r\n", "\n").rstrip("\n")

"""Constants written into a statement instead of passed beside it.

A partial index serves a query only where the planner sees that the query implies the index's condition. SQLite sees
that of `state IN ('a', 'b')`, but not of `state IN (?, ?)`: with parameters it reads the whole table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, Expression

_WORD = re.compile(r"[a-z][a-z0-9_]*")


class Literal(Expression):
    """A word of our own code, as `'word'`. Never for anything that comes from outside."""

    def __init__(self, word: str) -> None:
        if not _WORD.fullmatch(word):
            raise ValueError(f"{word!r} is no word of ours; pass it as a parameter")
        super().__init__(output_field=CharField())
        self.word = str(word)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        """The quoted word."""
        return f"'{self.word}'", ()


def literals(words: Iterable[str]) -> list[Literal]:
    """Several, in the order of the index's condition, since SQLite compares the lists as they are written."""
    return [Literal(word) for word in words]

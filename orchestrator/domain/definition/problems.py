"""What is wrong with a file, where, and how to mend it: collected, and reported all at once."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from orchestrator.domain.definition.tree import Node
from orchestrator.sdk import Path

MOST = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `path` leads to the value in the tree; `line` and `column` count from 1, 0 is unknown."""

    path: Path
    line: int
    column: int
    code: str
    what: str
    mend: str = ""
    file: str = ""

    def __str__(self) -> str:
        stop = "" if self.what.endswith((".", "?", "!")) else "."
        words = self.what + stop + (f" {self.mend}" if self.mend else "")
        place = self.file or "definition"
        if self.line:
            column = f":{self.column}" if self.column else ""
            return f"{place}:{self.line}{column}: {words}"
        where = ".".join(str(part) for part in self.path)
        return f"{place}: {where}: {words}" if where else f"{place}: {words}"


class DefinitionError(Exception):
    """A file cannot be used. `problems` holds all that is wrong with it, in the order of its lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems, key=lambda p: (p.line, p.column)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(slots=True)
class Problems:
    """Collects problems of one file; more than 100 are counted, not kept."""

    file: str = ""
    found: list[Problem] = field(default_factory=list)
    dropped: int = 0

    def add(self, node: Node, path: Path, code: str, what: str, mend: str = "", *, key: bool = False) -> None:
        """Note a problem at `node`; with `key`, at the key that leads to it."""
        if len(self.found) >= MOST:
            self.dropped += 1
            return
        line, column = (node.key_line, node.key_column) if key and node.key_line else (node.line, node.column)
        self.found.append(Problem(path, line, column, code, what, mend, self.file))

    def refuse(self) -> None:
        """Raise DefinitionError if anything was found."""
        if not self.found:
            return
        if self.dropped:
            last = max(self.found, key=lambda problem: problem.line)
            what = f"{self.dropped} more problems are not shown"
            self.found.append(
                Problem((), last.line, last.column, "more", what, "Mend these first.", self.file)
            )
        raise DefinitionError(self.found)


def shown(value: Any) -> str:
    """A value as an author would recognise it, short, and with every invisible sign spelled out."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    text = "".join(_visible(sign) for sign in str(value)[:60])
    return f"`{text}…`" if len(str(value)) > 60 else f"`{text}`"


def _visible(sign: str) -> str:
    if sign != " " and unicodedata.category(sign)[0] in "CZ":
        return f"<U+{ord(sign):04X}>"
    return sign


def nearest(word: str, known: Iterable[str]) -> str:
    """ "Did you mean `x`?" for the likeliest of `known`, or "" if none is near."""
    close = difflib.get_close_matches(word[:80], list(known), n=1, cutoff=0.6)
    return f"Did you mean `{close[0]}`?" if close else ""


def listed(words: Iterable[str]) -> str:
    """`a`, `b` or `c`."""
    quoted = [f"`{word}`" for word in words]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + f" or {quoted[-1]}"

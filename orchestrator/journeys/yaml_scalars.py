"""What a plain scalar means by YAML 1.2: `no`, `on` and `12:30` are texts; `012` is refused, since nobody can say."""

from __future__ import annotations

import math
import re

from orchestrator.domain.definition.problems import shown
from orchestrator.domain.definition.tree import Scalar

LONGEST_INT = 18
_CONSTANTS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INT = re.compile(r"[-+]?[0-9]+", re.ASCII)
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+", re.ASCII)
_BASED = re.compile(r"0(o[0-7]{1,20}|x[0-9a-fA-F]{1,15})", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


class NotPlain(ValueError):
    """A scalar that cannot be kept: its code, what is wrong, how to mend it."""

    def __init__(self, code: str, what: str, mend: str) -> None:
        super().__init__(what)
        self.code, self.what, self.mend = code, what, mend


def resolve(text: str) -> Scalar:
    """The value of an unquoted scalar; raises NotPlain for one that would not come back as it was written."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _LEADING_ZERO.fullmatch(text):
        mend = "Put it in quotes for a text, or leave the zeros out for a number."
        raise NotPlain("leading_zero", f"{shown(text)} starts with a zero: is it a text or a number?", mend)
    if _INT.fullmatch(text) and len(text) <= LONGEST_INT:
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _INT.fullmatch(text) or _NO_NUMBER.fullmatch(text):
        raise _no_number(text)
    if not _FLOAT.fullmatch(text):
        return text
    value = float(text)
    if not math.isfinite(value):
        raise _no_number(text)
    return value


def _no_number(text: str) -> NotPlain:
    what = f"{shown(text)} is not a number that can be kept"
    return NotPlain("bad_number", what, "Put it in quotes if it is a text.")

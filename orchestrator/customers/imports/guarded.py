"""GUARDED: cells of files of ours that no spreadsheet takes for a formula, and back.

A file of rows to mend is opened in a spreadsheet, saved, and imported again. So the guard can be taken off again exactly,
which is done for files that have our column of problems, and for no others.
"""

from __future__ import annotations

# What a spreadsheet would take for a formula (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
LINE, PROBLEM = "import_line", "import_problem"
COLUMNS = (LINE, PROBLEM)


def guard(text: str) -> str:
    """The text, with an apostrophe before it where it would begin a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def guard_to_undo(text: str) -> str:
    """The same, so that `undo` brings back just what was there."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def undo(text: str) -> str:
    """A cell as it was before `guard_to_undo`."""
    guarded = text.startswith("'") and text.lstrip("'").startswith(FORMULA)
    return text[1:] if guarded else text

"""Something to mend in a template, as the editor shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """Something to mend: where (line 0: nowhere in particular) and in words. `severity`: error, warning or person.

    An error keeps the template from being published; `person` keeps it from the chosen customer alone.
    """

    channel: str
    language: str
    field: str
    line: int
    words: str
    severity: str

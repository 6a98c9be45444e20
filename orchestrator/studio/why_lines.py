"""An answer to `why` as lines, for a terminal and for a page: words first, the evidence below."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from orchestrator.studio import words
from orchestrator.studio.letters import Letter
from orchestrator.studio.why import Answer, Passed, Visited


def tell(answer: Answer) -> Iterator[str]:
    """All of it, the newest passage first."""
    yield answer.text
    yield from reasons(answer)
    for passed in answer.passages:
        yield ""
        yield from _passed(passed)


def reasons(answer: Answer) -> list[str]:
    """Why they never entered, or whether they may again, but for what the headline has said already."""
    return [because.text for because in answer.because[0 if answer.passages else 1 :]]


def _passed(passed: Passed) -> Iterator[str]:
    yield passed.entered
    for visited in passed.steps:
        yield from (f"  {line}" for line in _visited(visited))
    yield passed.text


def _visited(visited: Visited) -> Iterator[str]:
    at = visited.at
    yield f"{visited.does} [{visited.step}]"
    yield f"  {words.moment(at)}: {visited.text}" if at is not None else f"  {visited.text}"
    for letter in visited.messages:
        yield from (f"  {line}" for line in _letter(letter))


def _letter(letter: Letter) -> Iterator[str]:
    yield letter.text
    for at, text in said(letter):
        yield f"  {words.moment(at)}, {text}"


def said(letter: Letter) -> list[tuple[datetime, str]]:
    """What the gate and the providers said of a message, in the order of time."""
    told = [(one.at, 0, _("gate: %(answer)s") % {"answer": one.text}) for one in letter.decisions]
    told += [(one.at, 1, one.text) for one in letter.attempts]
    return [(at, text) for at, _kind, text in sorted(told, key=lambda one: one[:2])]

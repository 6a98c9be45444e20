"""An answer to `why` as lines for a terminal: words first, the evidence below."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from orchestrator.studio import words
from orchestrator.studio.letters import Letter
from orchestrator.studio.why import Answer, Passed, Visited


def tell(answer: Answer) -> Iterator[str]:
    """All of it, the newest passage first."""
    yield answer.text
    # The first reason of somebody who never entered stands in the headline.
    for because in answer.because[0 if answer.passages else 1 :]:
        yield because.text
    for passed in answer.passages:
        yield ""
        yield from _passed(passed)


def _passed(passed: Passed) -> Iterator[str]:
    yield passed.entered
    for visited in passed.steps:
        yield from (f"  {line}" for line in _visited(visited))
    yield passed.text


def _visited(visited: Visited) -> Iterator[str]:
    at = visited.left_at or visited.entered_at
    yield f"{visited.does} [{visited.step}]"
    yield f"  {words.moment(at)}: {visited.text}" if at is not None else f"  {visited.text}"
    for letter in visited.messages:
        yield from (f"  {line}" for line in _letter(letter))


def _letter(letter: Letter) -> Iterator[str]:
    yield letter.text
    said = [(one.at, 0, _("gate: %(answer)s") % {"answer": one.text}) for one in letter.decisions]
    said += [(one.at, 1, one.text) for one in letter.attempts]
    for at, _kind, text in sorted(said, key=lambda one: one[:2]):
        yield f"  {words.moment(at)}, {text}"

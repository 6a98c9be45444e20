"""SENSITIVE: what says something of health, intimacy or a child (RODO art. 9) stands in no line that others read over a shoulder.

A subject, a preheader, a push notification and an SMS are shown on locked screens and in lists. What the workspace has
declared sensitive may be in the body of an email, behind the reader's own door, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from orchestrator.messaging.content.check import Checked
from orchestrator.messaging.content.lint_html import Finding
from orchestrator.sdk import Path
from orchestrator.sdk.value import value

_OPEN_FIELDS = frozenset({"subject", "preheader"})
_OPEN_CHANNELS = frozenset({"sms", "push"})
_OF_EVENTS = frozenset({"event", "entry"})


@value
class Sensitive:
    """What is sensitive, by its names. `entry`: what lets people in, or what it is about, is; so are its event's words."""

    attributes: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    entry: bool = False

    def of(self, events: Iterable[str] = (), segments: Iterable[str] = (), topic: str = "") -> Sensitive:
        """The same, for what is sent of this topic to people whom these events and segments let in."""
        entry = not self.events.isdisjoint(events) or not self.segments.isdisjoint(segments)
        return replace(self, entry=self.entry or entry or topic in self.topics)

    def has_attribute(self, written: str) -> bool:
        """Whether it is a sensitive attribute, or something inside one."""
        return written in self.attributes or any(written.startswith(f"{one}.") for one in self.attributes)

    def __bool__(self) -> bool:
        """Whether anything is declared."""
        return bool(self.attributes or self.segments or self.events or self.topics)


NOTHING = Sensitive()


def is_open(path: Path) -> bool:
    """Whether what stands there is read by whoever sees the screen."""
    return bool(path) and (path[0] in _OPEN_CHANNELS or path[-1] in _OPEN_FIELDS)


def sensitive_in(checked: Checked, declared: Sensitive) -> Iterator[Finding]:
    """What such a text must not say, or ask: also an `if` tells. Each with its line and how to mend it."""
    for use in checked.uses:
        root, _, rest = use.name.partition(".")
        if root == "customer" and declared.has_attribute(rest):
            what = f"{use.name[:80]} is declared sensitive, and this text is shown on locked screens."
            yield _finding(use.line, what, "Say it in the body of the email, or leave it out.")
        elif root == "customer" and not rest and declared.attributes:
            what = "this text is shown on locked screens, and may name any attribute, a sensitive one too."
            yield _finding(use.line, what, "Write the attribute's name out, like customer.first_name.")
        elif root in _OF_EVENTS and declared.entry:
            what = f"{use.name[:80]} is of something declared sensitive, and this text is shown on locked screens."
            yield _finding(use.line, what, "Say it in the body of the email, or leave it out.")
    for asked in checked.segments:
        if asked.name in declared.segments:
            what = f"the segment {asked.name[:63]} is declared sensitive, and this text is shown on locked screens."
            yield _finding(
                asked.line, what, "Write one text for everybody here, and ask in the body of the email."
            )


def _finding(line: int, what: str, mend: str) -> Finding:
    return Finding(line, "sensitive", what, mend)

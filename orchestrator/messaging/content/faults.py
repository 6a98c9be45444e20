"""What can be wrong with a template: a fault when it is published, an error when one message is rendered."""

from __future__ import annotations


class TemplateFault(Exception):
    """A template that must not be published: `line` counts from 1 within the text at fault."""

    def __init__(self, code: str, line: int, what: str, mend: str = "") -> None:
        super().__init__(f"line {line}: {what}" + (f" {mend}" if mend else ""))
        self.code = code
        self.line = line
        self.what = what
        self.mend = mend


class RenderError(Exception):
    """One message that cannot be rendered. Its words never hold a customer's data, so they may be logged."""

"""Journeys as files, and the commands that read them."""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import CommandError, call_command

ONBOARDING = """\
# The first days.
journey: onboarding
title: Welcome
entry: {event: customer.signed_up}
steps:
  - send: welcome
    id: hello
  - wait: 2 days
    id: pause
  - send: tips
    id: tips
"""
EMAIL = """\
template: {key}
email:
  en: {{subject: "{subject}", html: "<p>{key}</p>"}}
  pl: {{subject: "{subject}", html: "<p>{key}</p>"}}
"""


@dataclass
class Said:
    """What a command wrote; `failed`: the words it ended with, "" where all was well."""

    out: str
    err: str
    failed: str


@dataclass
class Files:
    """A folder of journeys; it is the working directory, so that problems name files below it."""

    root: Path

    def journey(self, name: str = "onboarding", text: str = ONBOARDING, **templates: str) -> Path:
        """Write a journey; templates by key, with their subjects (default: welcome and tips)."""
        folder = self.root / name
        (folder / "templates").mkdir(parents=True, exist_ok=True)
        (folder / "journey.yaml").write_text(text, encoding="utf-8")
        for key, subject in (templates or {"welcome": "Hello", "tips": "Tips"}).items():
            path = folder / "templates" / f"{key}.yaml"
            path.write_text(EMAIL.format(key=key, subject=subject), encoding="utf-8")
        return folder

    def run(self, *words: Any) -> Said:
        """`manage.py journeys …`"""
        out, err = StringIO(), StringIO()
        try:
            call_command("journeys", *map(str, words), stdout=out, stderr=err)
        except CommandError as error:
            return Said(out.getvalue(), err.getvalue(), str(error))
        return Said(out.getvalue(), err.getvalue(), "")

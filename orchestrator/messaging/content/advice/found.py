"""One piece of advice."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Advice:
    """What is worth a look: `field` of a channel's text in a language, `line` within it (from 1), and its facts by name."""

    channel: str
    language: str
    field: str
    line: int
    code: str
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)

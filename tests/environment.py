"""The environment variables that the settings read, as the source says."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ROOT / "orchestrator" / "config" / "settings.py"


def read_variables() -> tuple[str, ...]:
    """Every variable that `settings.py` reads, in the order in which it does."""
    source = SETTINGS.read_text(encoding="utf-8")
    return tuple(dict.fromkeys(re.findall(r'\benv(?:\.\w+)?\(\s*"([A-Z][A-Z0-9_]*)"', source)))

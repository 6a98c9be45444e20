"""Real histories, which the project does not contain: REAL_DATA names the folder they lie in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def cdnow() -> Path:
    """CDNOW's file: 69,659 orders of 23,570 people, 2,500,315.63 USD."""
    folder = os.environ.get("REAL_DATA", "")
    path = Path(folder) / "cdnow_master.txt"
    if not folder or not path.is_file():
        pytest.skip(
            "REAL_DATA does not name a folder with cdnow_master.txt, so nothing real is imported here"
        )
    return path

"""MARK: how far this installation's workers have come, kept in `VAR_DIR`, where no restore of the database reaches.

A mark that is missing or cannot be read says nothing and stops nothing; one that cannot be written is said in the log.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.conf import settings

from orchestrator.domain.incarnation import Mark

log = logging.getLogger(__name__)


def read(installation: UUID) -> Mark | None:
    """The mark of this installation (its workspace's salt); None where there is none."""
    return _read(_path(installation))


def leave(installation: UUID, mark: Mark) -> None:
    """Write the mark. Of one incarnation, the higher number stays: workers side by side share the file."""
    path = _path(installation)
    try:
        with _alone(path):
            known = _read(path)
            if known is not None and known.incarnation == mark.incarnation and known.number >= mark.number:
                return
            fresh = path.with_suffix(".new")
            fresh.write_text(json.dumps({"incarnation": mark.incarnation, "number": mark.number}))
            os.replace(fresh, path)
    except OSError as error:
        log.warning("the mark by which a restore is noticed cannot be written: %s", error)


def _read(path: Path) -> Mark | None:
    try:
        said = json.loads(path.read_text())
        return Mark(str(said["incarnation"]), int(said["number"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _path(installation: UUID) -> Path:
    return Path(settings.VAR_DIR) / "marks" / f"{installation.hex}.json"


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    path.parent.mkdir(exist_ok=True)
    with open(path.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

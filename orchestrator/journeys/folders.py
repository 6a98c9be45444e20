"""Journeys as files: a folder with `journey.yaml` and `templates/*.yaml`, wherever it lies under the journeys' root."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Text:
    """A file's name, as errors will show it, and what is in it."""

    file: str
    text: str


@dataclass(frozen=True, slots=True)
class Folder:
    """One journey's files."""

    path: Path
    journey: Text
    templates: tuple[Text, ...]


def read_folder(path: Path) -> Folder:
    """Read one; FileNotFoundError if it holds no journey.yaml. Bytes that are no UTF-8 are shown as such by the reader."""
    templates = sorted((path / "templates").glob("*.yaml"))
    return Folder(path, _text(path / "journey.yaml"), tuple(_text(one) for one in templates))


def find_folders(root: Path) -> Iterator[Folder]:
    """Every journey under `root`, by path; `root` itself, if it is one."""
    for found in sorted(root.rglob("journey.yaml")):
        yield read_folder(found.parent)


def _text(path: Path) -> Text:
    try:
        shown = path.relative_to(Path.cwd())
    except ValueError:
        shown = path
    return Text(str(shown), path.read_bytes().decode("utf-8", "surrogateescape"))

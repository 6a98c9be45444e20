"""Journeys as files: a folder with `journey.yaml` and `templates/*.yaml`, wherever it lies under the journeys' root."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestrator.domain.definition import DefinitionError, Problem


@dataclass(frozen=True, slots=True)
class Text:
    """A file's name, as errors will show it, and what is in it; `unread`: why it could not be opened, if so."""

    file: str
    text: str
    unread: str = ""

    def opened(self) -> str:
        """The text; DefinitionError where the file could not be opened."""
        if self.unread:
            mend = "Put a file in its place that can be read, or take it away."
            raise DefinitionError([Problem((), 0, 0, "unread", self.unread, mend, self.file)])
        return self.text


@dataclass(frozen=True, slots=True)
class Folder:
    """One journey's files."""

    path: Path
    journey: Text
    templates: tuple[Text, ...]


def read_folder(path: Path) -> Folder:
    """Read one. What cannot be opened, and bytes that are no UTF-8, are named where the text is looked at."""
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
    try:
        return Text(str(shown), path.read_bytes().decode("utf-8", "surrogateescape"))
    except OSError as error:
        why = "this is a folder, not a file" if path.is_dir() else f"this cannot be opened: {error.strerror}"
        return Text(str(shown), "", why)

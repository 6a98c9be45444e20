"""Journeys as files: a folder with `journey.yaml` (or `campaign.yaml`) and `templates/*.yaml`, anywhere below a root."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestrator.domain.definition import DefinitionError, Problem

NAMES = ("journey.yaml", "campaign.yaml")


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
    return Folder(path, _main(path), tuple(_text(one) for one in templates))


def find_folders(root: Path) -> Iterator[Folder]:
    """Every journey under `root`, by path; `root` itself, if it is one."""
    for path in sorted({found.parent for name in NAMES for found in root.rglob(name)}):
        yield read_folder(path)


def _main(path: Path) -> Text:
    """The journey's or the campaign's own file; with both, nobody could say which is meant."""
    journey, campaign = (path / name for name in NAMES)
    if journey.exists() and campaign.exists():
        return Text(
            _text(journey).file, "", f"{campaign.name} lies beside it, and a folder holds one of the two"
        )
    return _text(campaign if campaign.exists() else journey)


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

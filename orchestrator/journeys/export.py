"""EXPORT: a stored journey as files again. What is exported and published again is unchanged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orchestrator.domain.definition import DefinitionError
from orchestrator.domain.definition.campaign import is_campaign
from orchestrator.journeys.calls import without_calls
from orchestrator.journeys.folders import NAMES
from orchestrator.journeys.models import Journey
from orchestrator.journeys.yaml import read
from orchestrator.messaging.models import Template, TemplateVersion


class ExportError(Exception):
    """The journey cannot be written out, in words."""


@dataclass(frozen=True, slots=True)
class Exported:
    """Files by their path inside the journey's folder, and the shared templates it uses, which stay where they are.

    `version` is 0 for a draft that was never published.
    """

    version: int
    files: dict[str, str]
    shared: tuple[str, ...]


def export(row: Journey) -> Exported:
    """The current version with the templates pinned to it; of a journey never published, its draft."""
    if row.current is None and not row.draft:
        raise ExportError(f"the journey “{row.key}” is empty: it has no version and no draft")
    source = row.current.source if row.current is not None else row.draft
    own, shared = _templates(row)
    files = {_name(source): source} | {f"templates/{key}.yaml": text for key, text in sorted(own.items())}
    return Exported(row.current.number if row.current is not None else 0, files, tuple(sorted(shared)))


def _name(source: str) -> str:
    """The file's name, by what it says; a draft that cannot be read is a journey's."""
    try:
        return NAMES[is_campaign(read(source))]
    except DefinitionError:
        return NAMES[0]


def _templates(row: Journey) -> tuple[dict[str, str], list[str]]:
    if row.current is None:
        drafts = Template.objects.filter(journey=row.key, brand=row.brand, latest__isnull=False)
        return dict(drafts.values_list("key", "latest__source")), []
    pinned = TemplateVersion.objects.filter(pk__in=without_calls(row.current.templates))
    own: dict[str, str] = {}
    shared: list[str] = []
    for key, journey, source in pinned.values_list("template__key", "template__journey", "source"):
        if journey:
            own[key] = source
        else:
            shared.append(key)
    return own, shared


def write(exported: Exported, folder: Path, overwrite: bool = False) -> list[Path]:
    """Write the files, byte for byte; answers those that were not so already. Refuses before it writes any.

    A template that lies there and is not the journey's would become its own at the next publishing: it is refused too.
    """
    wanted = {folder / name: text.encode("utf-8", "surrogateescape") for name, text in exported.files.items()}
    strangers = set((folder / "templates").glob("*.yaml")) - set(wanted)
    if strangers:
        raise ExportError(f"{_listed(strangers)} is not of this version of the journey; take it away first")
    other = [path for path, text in wanted.items() if not path.is_file() or path.read_bytes() != text]
    if not overwrite and (there := [path for path in other if path.exists()]):
        raise ExportError(f"{_listed(there)} says something else; --overwrite writes over it")
    for path in other:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(wanted[path])
    return other


def _listed(paths: set[Path] | list[Path]) -> str:
    return ", ".join(str(path) for path in sorted(paths))

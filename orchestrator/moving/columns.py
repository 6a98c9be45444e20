"""COLUMNS: the table of docs/moving-in.md, out of the kinds themselves; a test holds the page to it."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import translation

from orchestrator.customers.imports.kinds import Field, Kind
from orchestrator.moving.folder import KINDS


def table() -> str:
    """Every kind with its columns, as Markdown."""
    with translation.override("en"):
        return "\n".join(line for kinds in KINDS.values() for kind in kinds for line in _of(kind))


def _of(kind: Kind) -> Iterator[str]:
    yield f"### {kind.title}\n"
    yield "| column | what it says | other words |\n|---|---|---|"
    yield from (_row(one) for one in kind.fields)
    yield ""


def _row(field: Field) -> str:
    name = f"**`{field.name}`**" if field.required else f"`{field.name}`"
    return f"| {name} | {field.words} | {', '.join(f'`{one}`' for one in field.aliases)} |"

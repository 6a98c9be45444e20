"""The blocks of a brand, and a template with them in it."""

from __future__ import annotations

from orchestrator import registry
from orchestrator.domain.definition.problems import Problem
from orchestrator.messaging.content.blocks import Blocks, Words, put_in, uses_blocks
from orchestrator.messaging.content.source import TemplateSource
from orchestrator.messaging.models import Block
from orchestrator.workspace.models import Workspace


def read_blocks(brand: str) -> Blocks:
    """By key: one query."""
    rows = Block.objects.filter(brand__key=brand).values_list("key", "html", "text")
    return {key: Words(html, text) for key, html, text in rows}


def with_blocks(source: TemplateSource, brand: str) -> tuple[TemplateSource, list[Problem]]:
    """The template as it is checked and prepared, and which of its blocks there are not. No query where it names none."""
    if not uses_blocks(source):
        return source, []
    chain = tuple(Workspace.get().languages)
    return put_in(source, read_blocks(brand), chain, registry.current().filters)

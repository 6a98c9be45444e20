"""The figures as a table for people and as one JSON object for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.figures import TARGETS, Figure, Target


def show(figures: Sequence[Figure], console: Console) -> None:
    """A line a figure; what was measured, and what could not be, stands below."""
    table = Table(title="make bench", show_lines=False)
    for name in ("", "measured", "to reach", "stretch", "n", "reached"):
        table.add_column(name, justify="left" if not name else "right", no_wrap=True)
    for figure in figures:
        table.add_row(*_cells(figure, TARGETS[figure.key]))
    console.print(table)
    for words in dict.fromkeys(
        f"{figure.key}: {figure.why or figure.said}" for figure in _first_of_each(figures)
    ):
        console.print(words, style="dim", highlight=False, soft_wrap=True)


def as_json(figures: Sequence[Figure], machine: Mapping[str, Any], scale: float) -> dict[str, Any]:
    """A key for every figure, and beside them what they are to be read with."""
    had = {figure.key: figure for figure in figures}
    reached = {
        key: None if one.value is None else TARGETS[key].reached(one.value) for key, one in had.items()
    }
    return {
        **{key: None if one.value is None else round(one.value, 4) for key, one in had.items()},
        "n": {key: one.n for key, one in had.items()},
        "targets": {key: [TARGETS[key].reach, TARGETS[key].stretch] for key in had},
        "reached": reached,
        "why_not": {key: one.why for key, one in had.items() if one.why},
        "said": {one.key: one.said for one in _first_of_each(figures) if one.said},
        "parts": {one.key: _rounded(one.parts) for one in _first_of_each(figures) if one.parts},
        "scale": scale,
        "machine": dict(machine),
    }


def shown(value: float) -> str:
    """Three digits that matter, and no more decimals than they need."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _cells(figure: Figure, target: Target) -> list[str]:
    sign = "≤" if target.at_most else "≥"
    reach, stretch = f"{sign} {shown(target.reach)}", f"{sign} {shown(target.stretch)}"
    if figure.value is None:
        return [target.words, "–", reach, stretch, "–", "–"]
    verdict = "[green]yes[/]" if target.reached(figure.value) else "[red]no[/]"
    return [target.words, shown(figure.value), reach, stretch, str(figure.n), verdict]


def _rounded(parts: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 2) for name, value in parts.items()}


def _first_of_each(figures: Sequence[Figure]) -> list[Figure]:
    """The first of those that tell the same."""
    seen: dict[str, Figure] = {}
    for figure in figures:
        seen.setdefault(figure.why or figure.said, figure)
    return list(seen.values())

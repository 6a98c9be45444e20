"""A small picture of a journey, laid out as the canvas lays it out: boxes from top to bottom, arms side by side.

Pure: from what `canvas.look` says of the steps to an SVG in the colour of the text around it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

WIDE, HIGH = 46, 18  # of a step's box
ACROSS, DOWN = 10, 12  # between boxes
MARGIN = 4
LEAST = 120  # of the whole, so that a few boxes are not drawn as large as many
_SIGNS = {
    "send": "M-6 -4h12v8h-12zM-6 -4l6 5l6 -5",
    "wait": "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0M0 -3v3h3",
    "exit": "M-5 0h9M1 -3l3 3l-3 3",
}
_SIGNS |= {"wait_until": _SIGNS["wait"], "wait_for_window": _SIGNS["wait"]}
_FORK = "M0 -5l5 5l-5 5l-5 -5z"
_OTHER = "M-4 0h8M0 -4v8"

Step = Mapping[str, Any]
Steps = Sequence[Step]
Point = tuple[float, float]


@dataclass
class Drawing:
    """Shapes so far, and how far down they reach."""

    shapes: list[str] = field(default_factory=list)
    bottom: float = 0

    def join(self, ends: Sequence[Point], to: Point) -> None:
        """Lines from where ways end to where they meet; they bend right above it."""
        for x, y in ends:
            bend = to[1] - DOWN / 2
            line = f"V{bend:g}H{to[0]:g}V{to[1]:g}" if x != to[0] else f"V{to[1]:g}"
            self.shapes.append(f'<path class="st-way" d="M{x:g} {y:g}{line}"/>')

    def dot(self, x: float, y: float, kind: str) -> None:
        """Where everybody begins, and where they end."""
        self.shapes.append(f'<circle class="st-{kind}" cx="{x:g}" cy="{y:g}" r="4"/>')
        self.bottom = max(self.bottom, y + 4)

    def box(self, step: Step, x: float, y: float) -> None:
        """A step, its middle at `x`, with the sign of what it does."""
        sign = _FORK if step["arms"] else _SIGNS.get(str(step["kind"]), _OTHER)
        kind = "send" if step["kind"] == "send" else "other"
        self.shapes.append(
            f'<rect class="st-box st-box-{kind}" x="{x - WIDE / 2:g}" y="{y:g}" width="{WIDE}" height="{HIGH}" rx="4"/>'
            f'<path class="st-glyph" transform="translate({x:g} {y + HIGH / 2:g})" d="{sign}"/>'
        )


def draw(steps: Steps, said: str) -> SafeString:
    """The picture; `said` is what it says to whoever does not see it."""
    drawing, wide = Drawing(), _width(steps)
    drawing.dot(0, MARGIN, "begin")
    y, ends = _list(drawing, steps, 0, MARGIN + 4 + DOWN, [(0, MARGIN + 4)])
    drawing.join(ends, (0, y))
    drawing.dot(0, y + 4, "end")
    width, height = max(wide + 2 * MARGIN, LEAST), max(drawing.bottom + MARGIN, LEAST)
    return format_html(
        '<svg class="st-sketch" viewBox="{} {} {} {}" role="img" aria-label="{}"><title>{}</title>{}</svg>',
        f"{-width / 2:g}",
        f"{(drawing.bottom + MARGIN - height) / 2:g}",
        f"{width:g}",
        f"{height:g}",
        said,
        said,
        mark_safe("".join(drawing.shapes)),  # nothing but numbers and signs of ours
    )


def _list(drawing: Drawing, steps: Steps, x: float, y: float, ends: list[Point]) -> tuple[float, list[Point]]:
    """Draw steps below each other around `x` from `y` on; where the next would stand, and what leads there."""
    for step in steps:
        drawing.join(ends, (x, y))
        drawing.box(step, x, y)
        y, ends = y + HIGH + DOWN, [(x, y + HIGH)]
        if step["arms"]:
            y, ends = _arms(drawing, step, x, y, ends)
    return y, ends


def _arms(drawing: Drawing, step: Step, x: float, y: float, ends: list[Point]) -> tuple[float, list[Point]]:
    """The arms of a step side by side; an empty one is a way past the others."""
    left, bottom = x - _arms_width(step) / 2, y
    out: list[Point] = []
    for arm in step["arms"]:
        width = _width(arm["steps"])
        middle = left + width / 2
        if arm["steps"]:
            down, last = _list(drawing, arm["steps"], middle, y, ends)
        else:
            drawing.join(ends, (middle, y))
            down, last = y, [(middle, y)]
        bottom, left = max(bottom, down), left + width + ACROSS
        out += last
    return bottom + DOWN, out


def _width(steps: Steps) -> float:
    return max([WIDE, *(_arms_width(step) for step in steps)])


def _arms_width(step: Step) -> float:
    arms = step["arms"]
    return sum(_width(arm["steps"]) for arm in arms) + ACROSS * max(len(arms) - 1, 0)

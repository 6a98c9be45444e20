"""The figures as a picture: how far each is on its way, on a scale on which the target is 1.

Plain SVG that needs nothing to be drawn, legible on light and on dark ground.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import log10

from tests.bench.figures import TARGETS, Figure
from tests.bench.report import shown

ROW, LEFT, WIDTH, RIGHT, TOP = 26, 330, 420, 150, 60
LEAST, MOST = 0.01, 10.0  # of the target
STYLE = """
  svg { background: #fff; color-scheme: light dark; font: 13px system-ui, sans-serif }
  text { fill: #1f2328 } .dim { fill: #59636e } .grid { stroke: #d1d9e0 } .target { stroke: #1f2328 }
  .yes { fill: #1a7f37 } .no { fill: #bc4c00 } .stretch { stroke: #8250df }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117 } text { fill: #e6edf3 } .dim { fill: #9198a1 } .grid { stroke: #3d444d }
    .target { stroke: #e6edf3 } .yes { fill: #3fb950 } .no { fill: #f0883e } .stretch { stroke: #ab7df8 }
  }
"""


def draw(figures: Sequence[Figure], title: str) -> str:
    """An SVG document; a figure that could not be had says so in its place."""
    height = TOP + ROW * len(figures) + 30
    lines = [line for number, figure in enumerate(figures) for line in _bar(figure, TOP + ROW * number)]
    whole = LEFT + WIDTH + RIGHT
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {height}" role="img">',
            f"<title>{escape(title)}</title><style>{STYLE}</style>",
            f'<text x="12" y="24" font-weight="600">{escape(title)}</text>',
            f'<text x="12" y="42" class="dim">{_LEGEND}</text>',
            *_grid(height),
            *lines,
            "</svg>\n",
        ]
    )


_LEGEND = "Longer is better; the thick line is the target, the short purple one the stretch."


def progress(figure: Figure) -> float | None:
    """How many times the target is reached: 1 is there, 2 is twice as good."""
    if figure.value is None:
        return None
    target = TARGETS[figure.key]
    return target.reach / max(figure.value, 1e-9) if target.at_most else figure.value / target.reach


def _bar(figure: Figure, y: int) -> list[str]:
    target = TARGETS[figure.key]
    label = f'<text x="{LEFT - 8}" y="{y + 15}" text-anchor="end">{escape(target.words)}</text>'
    done = progress(figure)
    if done is None or figure.value is None:
        return [
            label,
            f'<text x="{LEFT + 6}" y="{y + 15}" class="dim">{escape(_shortened(figure.why))}</text>',
        ]
    sign = "≤" if target.at_most else "≥"
    tone = "yes" if done >= 1 else "no"
    stretch = target.reach / target.stretch if target.at_most else target.stretch / target.reach
    at = _place(stretch)
    return [
        label,
        f'<rect x="{LEFT}" y="{y + 4}" width="{_place(done) - LEFT:.1f}" height="14" rx="2" class="{tone}"/>',
        f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{y + 2}" y2="{y + 20}" class="stretch" stroke-width="2"/>',
        f'<text x="{LEFT + WIDTH + 8}" y="{y + 15}">{shown(figure.value)} '
        f'<tspan class="dim">({sign} {shown(target.reach)})</tspan></text>',
    ]


def _grid(height: int) -> list[str]:
    lines = []
    for times in (0.01, 0.1, 1.0, 10.0):
        x, kind = _place(times), "target" if times == 1 else "grid"
        lines.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 4}" y2="{height - 24}" class="{kind}"'
            f' stroke-width="{2 if times == 1 else 1}"/>'
        )
        lines.append(
            f'<text x="{x:.1f}" y="{height - 8}" text-anchor="middle" class="dim">{times:g} ×</text>'
        )
    return lines


def _place(times: float) -> float:
    """Where so many times the target lies; what is off the scale lies at its end."""
    inside = min(MOST, max(LEAST, times))
    return LEFT + WIDTH * (log10(inside) - log10(LEAST)) / (log10(MOST) - log10(LEAST))


def _shortened(words: str) -> str:
    return words if len(words) <= 80 else words[:79] + "…"

"""The picture and the table: what they show of a figure, and of one that could not be had."""

from __future__ import annotations

import io
from xml.etree import ElementTree

import pytest
from rich.console import Console

from tests.bench import chart, report
from tests.bench.figures import TARGETS, Figure, alternately, middle, missing, percentile

SVG = "{http://www.w3.org/2000/svg}"
HALF = Figure("engine_vs_copy", 0.125, 3, "half of it")
TWICE = Figure("worker_rss_mb", 125.0, 1, "twice as good")
NONE = missing(["ingest_single_vs_drf"], "no <door> yet")[0]


def test_progress_is_how_many_times_the_target_is_reached():
    assert chart.progress(HALF) == 0.5
    assert chart.progress(TWICE) == 2.0
    assert chart.progress(NONE) is None


def test_a_figure_on_its_way_is_drawn_in_another_colour_than_one_that_is_there():
    drawn = ElementTree.fromstring(chart.draw([HALF, TWICE, NONE], "a & b"))
    assert [bar.get("class") for bar in drawn.iter(f"{SVG}rect")] == ["no", "yes"]
    texts = ["".join(text.itertext()) for text in drawn.iter(f"{SVG}text")]
    assert {"a & b", "0.12 (≥ 0.25)", "125 (≤ 250)", "no <door> yet"} <= set(texts)


def test_the_picture_is_legible_on_dark_ground():
    style = ElementTree.fromstring(chart.draw([HALF], "t")).findtext(f"{SVG}style") or ""
    light, dark = style.split("@media (prefers-color-scheme: dark)")
    for word in ("svg {", "text {", ".dim {", ".yes {", ".no {"):
        assert word in light
        assert word in dark


def test_a_bar_ends_where_the_scale_ends():
    far = Figure("engine_vs_copy", 100.0)
    (bar,) = ElementTree.fromstring(chart.draw([far], "t")).iter(f"{SVG}rect")
    assert float(bar.get("width", "")) == chart.WIDTH


def test_the_json_has_a_key_for_every_figure_and_says_why_not():
    told = report.as_json([HALF, TWICE, NONE], {"cores": 2}, 0.5)
    assert (told["engine_vs_copy"], told["worker_rss_mb"], told["ingest_single_vs_drf"]) == (
        0.125,
        125.0,
        None,
    )
    assert told["reached"] == {"engine_vs_copy": False, "worker_rss_mb": True, "ingest_single_vs_drf": None}
    assert told["why_not"] == {"ingest_single_vs_drf": "no <door> yet"}
    assert told["n"] == {"engine_vs_copy": 3, "worker_rss_mb": 1, "ingest_single_vs_drf": 0}
    assert told["targets"]["engine_vs_copy"] == [0.25, 0.5]
    assert (told["scale"], told["machine"]) == (0.5, {"cores": 2})


def test_the_table_has_a_line_for_each():
    out = io.StringIO()
    report.show([HALF, NONE], Console(file=out, width=130))
    lines = out.getvalue().splitlines()
    (half,) = [line for line in lines if TARGETS[HALF.key].words in line]
    assert [cell.strip() for cell in half.split("│")[2:-1]] == ["0.12", "≥ 0.25", "≥ 0.50", "3", "no"]
    assert "ingest_single_vs_drf: no <door> yet" in lines


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_a_percentile_is_a_sample_that_was_measured(share: float, value: float):
    assert percentile([float(n) for n in range(100, 0, -1)], share) == value


def test_the_percentile_of_few_is_their_slowest():
    assert percentile([3.0, 1.0, 2.0], 0.99) == 3.0


def test_measures_take_turns():
    turns: list[str] = []

    def measure(name: str, value: float) -> float:
        turns.append(name)
        return value + len(turns)

    samples = alternately(3, lambda: measure("ours", 0.0), lambda: measure("theirs", 100.0))
    assert turns == ["ours", "theirs"] * 3
    assert samples == [[1.0, 3.0, 5.0], [102.0, 104.0, 106.0]]
    assert [middle(one) for one in samples] == [3.0, 104.0]

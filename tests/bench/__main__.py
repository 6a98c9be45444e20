"""`make bench`: measure the rows that are asked for, print them, and leave a chart and a JSON file in var/bench/.

python -m tests.bench [--rows engine,segment] [--scale 0.1] [--n 3] [--profile engine] [--out FOLDER]
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.bench import server
from tests.bench.bench import Bench
from tests.bench.figures import KEYS, Figure
from tests.environment import ROOT

PEOPLE, FEWEST = 300_000, 400


def main(arguments: Sequence[str]) -> None:
    """Make a database, measure, drop it; also where somebody ends us with SIGTERM."""
    asked = _read(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.path.insert(0, str(ROOT / "plugins"))
    console = Console(width=130 if not sys.stdout.isatty() else None)
    folder = tempfile.TemporaryDirectory(prefix="bench-")
    with folder, server.settled(Path(folder.name)) as (database, small, broker):
        from tests.bench import machine

        facts = machine.facts()
        people = max(FEWEST, round(PEOPLE * asked.scale))
        bench = Bench(asked.scale, asked.n, people, Path(folder.name), database, small, broker)
        _seed(people, console)
        if asked.profile:
            from tests.bench import profile

            profile.run(asked.profile, bench, console)
            return
        figures = _measure(bench, asked.rows, console)
        _tell(figures, bench, facts, Path(asked.out), console)


def _read(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description="Measure the rows of the targets.")
    parser.add_argument("--rows", type=_rows, default=list(KEYS), metavar="NAME,…", help=", ".join(KEYS))
    parser.add_argument(
        "--scale", type=_positive, default=1.0, help="of all sizes; 1 is the full measurement"
    )
    parser.add_argument(
        "--n", type=int, default=3, choices=range(1, 100), metavar="N", help="samples a figure"
    )
    parser.add_argument(
        "--profile", choices=["engine", "delivery"], help="where the time goes, instead of figures"
    )
    parser.add_argument("--out", default=str(ROOT / "var" / "bench"), help="where the chart and the JSON go")
    return parser.parse_args(arguments)


def _rows(written: str) -> list[str]:
    names = [name.strip() for name in written.split(",") if name.strip()]
    for name in names:
        if name not in KEYS:
            raise argparse.ArgumentTypeError(f"there is no row {name!r}; there is {', '.join(KEYS)}")
    return names or list(KEYS)


def _positive(written: str) -> float:
    try:
        scale = float(written)
    except ValueError:
        scale = 0.0
    if not 0 < scale <= 100:
        raise argparse.ArgumentTypeError(f"{written!r} is no scale; write a number like 0.1")
    return scale


def _seed(people: int, console: Console) -> None:
    from tests.bench.journeys import MONDAY_NOON
    from tests.bench.people import seed

    began = time.monotonic()
    seed(people, MONDAY_NOON)
    console.print(
        f"{people:,} people with their orders made in {time.monotonic() - began:.0f} s", style="dim"
    )


def _measure(bench: Bench, names: Sequence[str], console: Console) -> list[Figure]:
    from tests.bench.rows import ROWS

    figures: list[Figure] = []
    for name in names:
        began = time.monotonic()
        found = list(ROWS[name](bench))
        if tuple(one.key for one in found) != KEYS[name]:
            raise AssertionError(f"the row {name} answered {[one.key for one in found]}, not {KEYS[name]}")
        figures += found
        console.print(f"{name} measured in {time.monotonic() - began:.0f} s", style="dim")
    return figures


def _tell(
    figures: Sequence[Figure], bench: Bench, facts: Mapping[str, Any], out: Path, console: Console
) -> None:
    from tests.bench import chart, report

    told = report.as_json(figures, facts, bench.scale)
    out.mkdir(parents=True, exist_ok=True)
    (out / "bench.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (out / "bench.svg").write_text(chart.draw(figures, _title(told, bench)), encoding="utf-8")
    report.show(figures, console)
    console.print(f"written: {out / 'bench.svg'}, {out / 'bench.json'}", style="dim", soft_wrap=True)
    print(json.dumps(told, ensure_ascii=False))


def _title(told: Mapping[str, Any], bench: Bench) -> str:
    facts = told["machine"]
    return f"make bench: {facts['cores']} cores, PostgreSQL {facts['postgresql']}, scale {bench.scale:g}"


if __name__ == "__main__":
    main(sys.argv[1:])

"""`python -m tests.erasure [--people 1000] [--without APP]`: the proof on PostgreSQL and Redis; prints one JSON line.

`--without`: a control. That app's handler is left out, and the search must find what it would have taken away. Ends with 1
where anything was found.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench.server import settled


def main() -> int:
    """Live, erase and look, in a database of its own that goes with the folder."""
    asked = argparse.ArgumentParser(prog="python -m tests.erasure")
    asked.add_argument("--people", type=int, default=1000)
    asked.add_argument("--without", default="", metavar="APP")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="erasure-") as name, settled(Path(name)):
        told = _prove(options.people, options.without, Path(name))
    print(json.dumps(told, ensure_ascii=False))
    return 1 if told["traces"] else 0


def _prove(people: int, without: str, folder: Path) -> dict[str, Any]:
    from orchestrator.customers import erasing
    from orchestrator.messaging import compose
    from orchestrator.messaging.content.render import InProcessRenderer
    from tests.erasure.canary import prove
    from tests.scenarios.world import World

    compose.renderer = lambda: InProcessRenderer({})  # type: ignore[assignment]
    if without:
        left = {app: one for app, one in erasing.registered().items() if app != without}
        erasing.registered = lambda: left
    began = time.monotonic()
    found = prove(World(), people, folder)
    return {
        "people": found.people,
        "without": without,
        "lines_with_canaries_before": found.before,
        "erased": found.erased,
        "traces": found.traces,
        "after": {where: len(lines) for where, lines in found.after.items()},
        "examples": [line for lines in found.after.values() for line in lines[:3]],
        "seconds": round(time.monotonic() - began, 1),
    }


if __name__ == "__main__":
    sys.exit(main())

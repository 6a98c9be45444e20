"""`make chaos`: a campaign whose workers are killed, and the proof that its outbox is exact.

python -m tests.chaos [--messages 100000] [--workers 8] [--kills 200] [--seed 1] [--controls]
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.chaos import places
from tests.chaos.campaign import HOT, Campaign


def main(arguments: Sequence[str]) -> int:
    """Make a database, run, judge, drop it; also where somebody ends us with SIGTERM."""
    asked = _read(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    server = places.server_url()
    folder = tempfile.TemporaryDirectory(prefix="chaos-")
    with folder as name, places.redis(Path(name)) as (port, broker):
        with places.database(server, f"chaos_{os.getpid()}") as url:
            places.settle(Path(name), url, port)
            _migrate()
            told = _campaign(asked, Path(name), url, port, broker)
            _close()
    print(json.dumps(told, ensure_ascii=False))
    return 1 if told["red"] else 0


def _campaign(asked: argparse.Namespace, folder: Path, url: str, port: int, broker: Any) -> dict[str, Any]:
    from tests.chaos.run import run

    hot = min(HOT, max(10, asked.messages // 200))
    # About half of what the hot would get.
    cap = max(3, round(asked.messages * 0.54 / hot / 2))
    campaign = Campaign(
        asked.messages, asked.workers, asked.kills, asked.seed, folder, url, port, cap, hot,
        terminations=max(1, asked.kills // 20), stops=max(1, asked.kills // 25),
    )  # fmt: skip
    return dict(run(campaign, broker))


def _read(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description="Kill workers; count what went wrong.")
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(arguments)


def _migrate() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    _close()


def _close() -> None:
    from django.db import connections

    connections.close_all()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

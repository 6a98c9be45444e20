"""`make chaos`: a campaign whose workers are killed, and the proof that its outbox is exact.

python -m tests.chaos [--messages 100000] [--workers 8] [--kills 200] [--seed 1] [--controls]
python -m tests.chaos --withdrawals 20000 --workers 8: people withdraw while workers have their messages in hand
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from tests.chaos import places, trial
from tests.chaos.campaign import HOT, Campaign
from tests.chaos.controls import CONTROLS

LARGE = 5000
NOT_RESTARTED = "PostgreSQL was not restarted: this server is not the campaign's own (OWN=1)"


def main(arguments: Sequence[str]) -> int:
    """Make a database, run, judge, drop it; also where somebody ends us with SIGTERM. 1 where anything is red."""
    asked = _read(arguments)
    signal.signal(signal.SIGTERM, _end)
    folder = tempfile.TemporaryDirectory(prefix="chaos-", dir=_short())
    with folder as name:
        if asked.controls:
            told = _controls(asked, Path(name))
            good = told["red"] == told["of"]
        else:
            told = _control(asked, Path(name)) if asked.control else _campaign(asked, Path(name))
            good = not told["red"]
    print(json.dumps(told, ensure_ascii=False))
    return 0 if good else 1


def _end(*_: object) -> None:
    # Once: `timeout` sends it twice, and the second would end the tidying up.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(143)


def _campaign(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    with places.redis(folder) as (port, broker), _database(asked) as url:
        _prepare(folder, url, port, migrated=bool(asked.template))
        from tests.chaos.run import run

        told = dict(run(_large(asked, folder, url, port), broker))
        return told if _restarts(asked) else told | {"not_done": NOT_RESTARTED}


def _restarts(asked: argparse.Namespace) -> int:
    """How often the server is restarted: never where it is not ours alone."""
    return max(2, asked.kills // 15) if places.is_own(_server(asked)) else 0


def _server(asked: argparse.Namespace) -> str:
    return places.server_url(asked.own)


def _large(asked: argparse.Namespace, folder: Path, url: str, port: int) -> Campaign:
    if asked.withdrawals:
        return _withdrawals(asked, folder, url, port)
    hot = min(HOT, max(10, asked.messages // 200))
    # About half of what the hot would get.
    cap = max(3, round(asked.messages * 0.54 / hot / 2))
    stops, terminations, flushes = asked.kills // 25, max(1, asked.kills // 20), 3
    # What is large lasts long enough for long leases; they are kept also where the machine has much else to do.
    speed, turn = (6.0, 80) if asked.messages >= LARGE else (15.0, 30)
    return Campaign(
        asked.messages, asked.workers, asked.kills, asked.seed, folder, url, port, cap, hot,
        stops=stops, terminations=terminations, flushes=flushes, speed=speed, turn=turn, restarts=_restarts(asked),
        poison=asked.poison,
    )  # fmt: skip


def _withdrawals(asked: argparse.Namespace, folder: Path, url: str, port: int) -> Campaign:
    """As many people as withdrawals, who get about four messages each; most of them withdraw from one."""
    return Campaign(
        asked.withdrawals * 4, asked.workers, max(asked.withdrawals // 500, 4), asked.seed, folder, url, port, 1000,
        hot=10, withdrawals=1 / 4, withdrawers=16, cold=asked.withdrawals, only=("digest", "coupon"), erasures=0.0,
        stops=0, terminations=2, flushes=1, speed=6.0, turn=40, pauses=1.0, control="withdrawal" if asked.unguarded else "",
    )  # fmt: skip


def _control(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    with _database(asked) as url:
        _prepare(folder, url, 0, migrated=bool(asked.template))
        from tests.chaos.run import run

        return dict(run(trial.small(asked.control, asked.seed, asked.keep, folder, url), None))


def _controls(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    with _database(asked) as url:
        _prepare(folder, url, 0)
        return trial.run_all(_name(), asked.seed)


def _database(asked: argparse.Namespace) -> AbstractContextManager[str]:
    return places.database(_server(asked), _name(), asked.template)


def _prepare(folder: Path, url: str, port: int, migrated: bool = False) -> None:
    places.settle(folder, url, port)
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    if not migrated:
        call_command("migrate", verbosity=0)
    connections.close_all()


def _name() -> str:
    return f"chaos_{os.getpid()}"


def _short() -> str | None:
    """Memory, where there is some: the name of a socket may have 107 characters only."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def _read(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description="Kill workers; count what went wrong.")
    parser.add_argument("--messages", type=_count, default=100_000, metavar="N")
    parser.add_argument("--workers", type=_count, default=8, metavar="N")
    parser.add_argument("--kills", type=int, default=200, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--poison", type=int, default=2, metavar="N", help="messages that kill their worker")
    parser.add_argument("--withdrawals", type=_count, default=0, metavar="N", help="so many race the workers")
    parser.add_argument("--unguarded", action="store_true", help="with them: the gate believes an old look")
    parser.add_argument(
        "--own", action="store_true", help="on a PostgreSQL of this campaign's own, restarted on the way"
    )
    parser.add_argument("--controls", action="store_true", help="take out one guard after the other instead")
    parser.add_argument(
        "--control", choices=sorted(CONTROLS), default="", metavar="NAME", help="only this guard"
    )
    parser.add_argument("--keep", action="store_true", help="a control's campaign, with its guard in")
    parser.add_argument("--template", default="", metavar="DATABASE", help="a migrated one to begin from")
    return parser.parse_args(arguments)


def _count(written: str) -> int:
    if not written.isdigit() or not 1 <= int(written) <= 10_000_000:
        raise argparse.ArgumentTypeError(f"{written!r} is no number from 1 to 10,000,000")
    return int(written)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

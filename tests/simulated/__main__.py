"""`make simulated`: engine, outbox and the world around them in one thread of fate, seed after seed.

python -m tests.simulated [--seeds 2000] [--from 0] [--jobs 2] [--twice] [--control GUARD,…|all] | --seed 17 --trace
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import multiprocessing
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.simulated.house import Ground
    from tests.simulated.run import Ending

CONTROLLED = 200  # seeds within which a guard that is gone must be missed
_ground: Ground | None = None


def main(arguments: Sequence[str]) -> int:
    """Run, and print; 1 if something that must never be has been seen."""
    asked = _read(arguments)
    with _settled(asked.migrated):
        if asked.seed is not None:
            return _one(asked)
        report = _many(asked)
        if asked.control:
            report["controls"] = _controls(asked)
    print(json.dumps(report, indent=2))
    wrong = report["violations"] or report["seeds whose traces differ"]
    return 1 if wrong or not all(report.get("controls", {}).values()) else 0


def _read(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulated", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="how many")
    parser.add_argument("--from", type=int, default=0, dest="first", metavar="SEED", help="the first of them")
    parser.add_argument("--jobs", type=int, default=2, help="processes at once")
    parser.add_argument("--twice", action="store_true", help="run every seed again and compare the traces")
    parser.add_argument(
        "--control",
        default="",
        metavar="GUARD,…",
        help="then take these guards out, each for 200 seeds; or `all`",
    )
    parser.add_argument("--migrated", help="a migrated SQLite database to begin with, which is only read")
    parser.add_argument("--without", default="", metavar="GUARD", help="with --seed: without this guard")
    parser.add_argument("--seed", type=int, help="this one alone")
    parser.add_argument("--trace", action="store_true", help="print its trace")
    return parser.parse_args(arguments)


@contextmanager
def _settled(migrated: str | None = None) -> Iterator[None]:
    """Django on a migrated database of our own, from which every process builds its town."""
    with tempfile.TemporaryDirectory(prefix="simulated-") as folder:
        here = Path(folder) / "migrated.sqlite3"
        os.environ |= {
            "VAR_DIR": folder,
            "DATABASE_URL": f"sqlite:///{here}",
            "DJANGO_SETTINGS_MODULE": "orchestrator.config.settings",
            "ORCHESTRATOR_PLUGINS": "",
            "SECRET_KEY": "of a world that is over soon",
            "REDIS_URL": "",
        }
        import django
        from django.core.management import call_command

        django.setup()
        logging.disable(logging.CRITICAL)
        if not migrated:
            call_command("migrate", verbosity=0)
        global _ground
        from tests.simulated import mutations, run  # noqa: F401  here, so that no process loads them for itself
        from tests.simulated.house import Ground

        _ground = Ground(Path(migrated or here))
        yield


def _one(asked: argparse.Namespace) -> int:
    ending = _run((asked.seed, asked.without))
    if asked.trace:
        print("\n".join(ending.trace))
    told = {"seed": ending.seed, "hash": ending.hash, "violations": ending.violations}
    print(json.dumps(told, indent=2))
    return 1 if ending.violations else 0


def _run(what: tuple[int, str]) -> Ending:
    from tests.simulated.mutations import without
    from tests.simulated.run import run

    assert _ground is not None
    seed, guard = what
    with without(guard):
        return run(_ground, seed)


def _brief(what: tuple[int, str]) -> tuple[int, str, list[tuple[str, str]], Counter[str]]:
    ending = _run(what)
    return ending.seed, ending.hash, ending.violations, ending.count


def _many(asked: argparse.Namespace) -> dict[str, Any]:
    """Every seed; what they came to together. Each process has a copy of the ground from before it was forked."""
    seeds = range(asked.first, asked.first + asked.seeds)
    tasks = [(seed, "") for seed in seeds for _ in range(2 if asked.twice else 1)]
    digest, total, hashes = hashlib.sha256(), Counter[str](), dict[int, str]()
    by_invariant: dict[str, list[str]] = {}
    ran, differ = 0, []
    with multiprocessing.get_context("fork").Pool(asked.jobs, maxtasksperchild=100) as pool:
        for seed, trace, violations, count in pool.imap(_brief, tasks, chunksize=4):
            if hashes.setdefault(seed, trace) != trace:
                differ.append(seed)
            ran += 1
            digest.update(trace.encode())
            total += count
            for invariant, what in violations:
                by_invariant.setdefault(invariant, []).append(f"seed {seed}: {what}")
    return {
        "seeds": len(hashes),
        "runs": ran,
        "violations": {
            name: {"times": len(found), "first": found[:3]} for name, found in sorted(by_invariant.items())
        },
        "seeds whose traces differ": differ,
        "exercised": dict(sorted(total.items())),
        "digest": digest.hexdigest(),
    }


def _controls(asked: argparse.Namespace) -> dict[str, str]:
    """Guard -> the first seed that shows that it is gone, and how; "" where none did."""
    from tests.simulated.mutations import GUARDS

    names = list(GUARDS) if asked.control == "all" else asked.control.split(",")
    return {name: _first_found(name, asked.jobs) for name in names}


def _first_found(guard: str, jobs: int) -> str:
    tasks = [(seed, guard) for seed in range(CONTROLLED)]
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        for seed, _, violations, _ in pool.imap(_brief, tasks):
            if violations:
                return f"seed {seed}: {violations[0][0]} {violations[0][1]}"
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

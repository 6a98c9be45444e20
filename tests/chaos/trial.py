"""The mutation controls, one after the other: each in a process and a database of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.chaos.campaign import Campaign
from tests.chaos.controls import CONTROLS
from tests.environment import ROOT

TRIES = 3  # seeds; what a missing guard lets through depends on who meets whom
LONGEST = 120.0
SMALL = {
    "messages": 400, "workers": 8, "kills": 6, "cap": 8, "hot": 10, "speed": 15.0, "stops": 0, "terminations": 0,
    "flushes": 0, "ending": 8.0, "turn": 20,
}  # fmt: skip


def small(control: str, seed: int, keep: bool, folder: Path, url: str) -> Campaign:
    """The campaign of a control: few people, many workers, a short end. `keep`: all of it, but with its guard in."""
    given: dict[str, Any] = SMALL | CONTROLS[control].special
    out = "" if keep else control
    return Campaign(seed=seed, folder=folder, database_url=url, redis_port=0, control=out, **given)


def run_all(template: str, seed: int) -> dict[str, Any]:
    """Each control until its invariant is red, at most so often; what was found, and how many of all it was."""
    found = {name: _try(name, template, seed) for name in CONTROLS}
    red = sum(one["red"] for one in found.values())
    print(f"{red} of {len(found)} red", file=sys.stderr)
    return {"red": red, "of": len(found), "controls": found}


def _try(name: str, template: str, seed: int) -> dict[str, Any]:
    control = CONTROLS[name]
    for tried in range(1, TRIES + 1):
        told = _run(name, template, seed + tried - 1)
        violations = told["violations"].get(control.invariant, 0)
        if violations:
            break
    mark = f"red ({violations} of {told['cases'].get(control.invariant, 0)})" if violations else "GREEN"
    print(f"{control.invariant:<18} {control.words:<48} {mark}", file=sys.stderr)
    return {
        "without": control.words, "invariant": control.invariant, "red": violations > 0, "violations": violations,
        "tries": tried, "others": [one for one in told["red"] if one != control.invariant],
    }  # fmt: skip


def _run(name: str, template: str, seed: int) -> dict[str, Any]:
    command = [
        sys.executable,
        "-m",
        "tests.chaos",
        "--control",
        name,
        "--template",
        template,
        "--seed",
        str(seed),
    ]
    done = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    lines = done.stdout.splitlines()
    if not lines:
        raise RuntimeError(f"the control {name} ended without a verdict:\n{done.stderr[-2000:]}")
    answer = json.loads(lines[-1])
    assert isinstance(answer, dict)
    return answer

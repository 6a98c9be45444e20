"""The program in docs/audit.md by which a stranger verifies an export: it says yes to ours, and no to a changed one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from orchestrator.workspace import audited
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.who import Who
from tests.environment import ROOT

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def log(tmp_path: Path) -> Path:
    for number in range(5):
        note(Action.CHANGED, Who("user", "7", "żaneta"), now=NOW, step=number, name=["<ą>", "\u2028"])
    file = tmp_path / "log.jsonl"
    call_command("audit", "export", str(file), stdout=StringIO())
    return file


def stranger(file: Path) -> subprocess.CompletedProcess[str]:
    """Run the program as it stands in the page, with nothing of ours on its path."""
    page = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    program = page.partition("```python\n")[2].partition("```")[0]
    assert len(program.splitlines()) <= 20
    command = [sys.executable, "-I", "-c", program, str(file)]
    return subprocess.run(command, cwd=file.parent, capture_output=True, text=True, check=False)


def test_a_stranger_reads_the_head_off_an_export(log: Path) -> None:
    done = stranger(log)
    before = next(entry for entry, _ in audited.stored() if entry.number == 6)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"5:{before.previous}\n", "")


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        (lambda lines: [*lines[:2], lines[2].replace(b'"step":2', b'"step":9'), *lines[3:]], "line 4 does not hold"),
        (lambda lines: [*lines[:2], *lines[3:]], "line 3 has the number 4"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "line 1 has the number 2"),
    ],
    ids=["changed", "missing", "reordered"],
)  # fmt: skip
def test_a_stranger_says_no(log: Path, tamper: Callable[[list[bytes]], list[bytes]], told: str) -> None:
    log.write_bytes(b"\n".join(tamper(log.read_bytes().splitlines())) + b"\n")
    done = stranger(log)
    assert done.returncode == 1
    assert told in done.stderr

"""A provider of somebody else: built as a wheel of its own, installed beside ours, found by entry point, sending."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
    import asyncio, json, sys
    from orchestrator import registry
    from orchestrator.sdk import Response
    from orchestrator.sdk.testing import FakeTransport, make_messages

    found = registry.load(enabled=json.loads(sys.argv[1]))
    report = {"found": sorted(registry.found()), "failed": found.failed, "providers": sorted(found.providers)}
    if "acme_sms" in found.providers:
        acme = found.providers["acme_sms"]
        messages = make_messages("sms", 2)
        answer = [{"id": message.key, "status": "queued"} for message in messages]
        transport = FakeTransport(Response(200, {}, json.dumps(answer).encode()))
        results = asyncio.run(acme.send(messages, transport))
        report |= {
            "from": acme.__class__.__module__,
            "chosen": found.choose_provider("sms"),
            "results": [type(result).__name__ for result in results],
            "calls": [(request.url, json.loads(request.body)[1]["to"]) for request in transport.requests],
        }
    print(json.dumps(report))
"""


def run(*command: str, **environment: str) -> str:
    done = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's wheel, built from a copy, since building leaves things behind; no network."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "acme_sms"
    shutil.copytree(ROOT / "examples" / "acme_sms", source, ignore=shutil.ignore_patterns("__pycache__"))
    uv = (sys.executable, "-m", "uv", "build", "--quiet", "--offline", "--no-build-isolation", "--wheel")
    run(*uv, "--python", sys.executable, "--out-dir", str(folder / "dist"), str(source))
    (built,) = (folder / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing but the installed wheel."""
    target = tmp_path_factory.mktemp("installed")
    uv = (sys.executable, "-m", "uv", "pip", "install", "--quiet", "--offline", "--no-deps")
    run(*uv, "--python", sys.executable, "--target", str(target), str(wheel))
    return target


def load(folder: Path, *enabled: str) -> dict[str, object]:
    """What the registry of a new process finds with `folder` on its path."""
    printed = run(
        sys.executable,
        "-c",
        dedent(PROGRAM),
        json.dumps(enabled),
        PYTHONPATH=os.pathsep.join([str(folder), str(ROOT), str(ROOT / "plugins")]),
        ACME_SMS_URL="https://sms.acme.example/messages",
        ACME_SMS_TOKEN="token",
    )
    report: dict[str, object] = json.loads(printed.splitlines()[-1])
    return report


def test_the_wheel_holds_one_module_and_its_entry_point(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        (points,) = [name for name in archive.namelist() if name.endswith("entry_points.txt")]
        declared = archive.read(points).decode()
    assert wheel.name == "acme_sms-1.0.0-py3-none-any.whl"
    assert names == {"acme_sms.py"}
    assert declared.split() == ["[journey_orchestrator.plugins]", "acme_sms", "=", "acme_sms"]


def test_installed_and_switched_on_it_sends(installed: Path):
    report = load(installed, "acme_sms")
    assert report["failed"] == {}
    assert report["providers"] == ["acme_sms"]
    assert report["from"] == "acme_sms"
    assert report["chosen"] == "acme_sms"
    assert report["results"] == ["Accepted", "Accepted"]
    assert report["calls"] == [["https://sms.acme.example/messages", "+48600000002"]]


def test_installed_is_not_switched_on(installed: Path):
    report = load(installed)
    assert "acme_sms" in report["found"]
    assert report["providers"] == []


def test_switched_on_and_not_installed_is_said(tmp_path: Path):
    report = load(tmp_path, "acme_sms")
    assert report["failed"] == {"acme_sms": "is switched on in ORCHESTRATOR_PLUGINS but not installed"}
    assert report["providers"] == []

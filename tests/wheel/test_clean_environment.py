"""Somebody else's plugin from wheel to delivery, in an environment with nothing of this checkout in it.

It installs all locked packages anew, so it stands outside the suite: `make test-wheel` runs it, and CI does.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.environment import ROOT, read_variables

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not os.environ.get("TEST_WHEEL"), reason="installs every package: run `make test-wheel`"
    ),
]
OURS = ("pyproject.toml", "README.md", "LICENSE", "orchestrator", "plugins")
TESTING = ("pytest", "pluggy", "iniconfig", "packaging", "pygments")
JOURNEY = """journey: hello
entry: {event: hello.wanted}
steps:
  - send: hello
    via: [sms]
    id: hello
"""
TEMPLATE = 'template: hello\nsms:\n  en: {text: "Hello {{ customer.first_name }}"}\n'
ANNA = """
import django; django.setup()
from datetime import UTC, datetime, timedelta
from orchestrator.consents.record import Statement, record
from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.events.record import NewEvent, record as record_events
from orchestrator.messaging.models import QuietHoursRule
now = datetime.now(UTC)
QuietHoursRule.objects.all().delete()  # this runs at any hour
anna = Person("anna", language="en", attributes={"first_name": "Anna"}, addresses={"sms": "+48 600 100 200"})
(customer,) = save([anna], now - timedelta(days=1)).ids
record([Statement(customer, "sms", "granted", "test")], now - timedelta(hours=1))
record_events([NewEvent(customer, "hello.wanted", now, "event-1", None, {})], now)
"""
FOUND = """
import django, json; django.setup()
import acme_sms, orchestrator
from orchestrator.messaging.models import Message
rows = list(Message.objects.values_list("step", "state", "provider"))
print(json.dumps([rows, [acme_sms.__file__, orchestrator.__file__]]))
"""


def run(*command: str, cwd: Path, **environment: str) -> str:
    """Run a command that sees nothing of the shell's Python and nothing of its installation."""
    hidden = {*read_variables(), "PYTHONPATH", "VIRTUAL_ENV", "DJANGO_SETTINGS_MODULE"}
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        command, cwd=cwd, env=kept | environment, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, f"{command}:\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def uv(*arguments: str, cwd: Path) -> str:
    return run(sys.executable, "-m", "uv", *arguments, cwd=cwd)


def wheel(source: Path, folder: Path, *names: str) -> Path:
    """A wheel of these parts of a folder, built from a copy, since building leaves things behind."""
    copy = folder / f"source-{source.name}"
    copy.mkdir()
    for name in names:
        if (source / name).is_dir():
            shutil.copytree(source / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source / name, copy / name)
    options = ("--quiet", "--offline", "--no-build-isolation", "--wheel", "--python", sys.executable)
    uv("build", *options, "--out-dir", str(folder / "dist" / source.name), str(copy), cwd=folder)
    (built,) = (folder / "dist" / source.name).glob("*.whl")
    return built


def locked(*names: str) -> str:
    """The lines of the development lock for these packages, hashes included."""
    text = (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8")
    blocks = re.findall(r"^([a-z0-9._-]+)(==.*(?:\n    .*)*)", text, re.MULTILINE)
    return "\n".join(name + rest for name, rest in blocks if name in names) + "\n"


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The interpreter of a new environment with our wheel, the example's, and what they need, as locked."""
    folder = tmp_path_factory.mktemp("clean")
    ours = wheel(ROOT, folder, *OURS)
    theirs = wheel(ROOT / "examples" / "acme_sms", folder, "pyproject.toml", "acme_sms.py")
    run(sys.executable, "-m", "venv", "--without-pip", str(folder / "venv"), cwd=folder)
    made = str(folder / "venv" / "bin" / "python")
    (folder / "testing.txt").write_text(locked(*TESTING), encoding="utf-8")
    install = ("pip", "install", "--quiet", "--python", made)
    locks = [str(ROOT / "requirements" / "runtime.txt"), str(folder / "testing.txt")]
    try:
        uv(*install, "--require-hashes", *(part for lock in locks for part in ("-r", lock)), cwd=folder)
    except AssertionError as error:
        if re.search(r"network|connect|dns|resolve host|timed out", str(error), re.IGNORECASE):
            pytest.skip("the locked packages cannot be had here: there is no network and no cache of them")
        raise
    # With no index at hand, whatever the wheels need and the lock has not brought would be an error.
    uv(*install, "--offline", "--no-index", str(ours), str(theirs), cwd=folder)
    return made


class Gateway(BaseHTTPRequestHandler):
    """Acme's side: it takes everything."""

    calls: list[tuple[str, list[dict[str, Any]]]]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.calls.append((self.headers["authorization"], body))
        answer = json.dumps([{"id": sms["id"], "status": "queued"} for sms in body]).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@pytest.fixture
def gateway() -> Iterator[tuple[str, list[Any]]]:
    """The address of a gateway on this machine, and what it is given."""
    handler = type("Recording", (Gateway,), {"calls": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/messages", handler.calls  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


def test_our_wheel_holds_every_file_that_git_keeps(tmp_path: Path):
    listed = subprocess.run(
        ["git", "ls-files", "orchestrator", "plugins"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("this is no git checkout, so nothing says which files belong to it")
    with zipfile.ZipFile(wheel(ROOT, tmp_path, *OURS)) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert {name.removeprefix("plugins/") for name in listed.stdout.split()} - held == set()


def test_switched_on_it_delivers(python: str, gateway: tuple[str, list[Any]], tmp_path: Path):
    url, calls = gateway
    (tmp_path / "hello" / "templates").mkdir(parents=True)
    (tmp_path / "hello" / "journey.yaml").write_text(JOURNEY, encoding="utf-8")
    (tmp_path / "hello" / "templates" / "hello.yaml").write_text(TEMPLATE, encoding="utf-8")
    installation = {
        "DJANGO_SETTINGS_MODULE": "orchestrator.config.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'own.sqlite3'}",
        "VAR_DIR": str(tmp_path / "var"),
        "JOURNEYS_DIR": str(tmp_path / "hello"),
        "ORCHESTRATOR_PLUGINS": "acme_sms",
        "ACME_SMS_URL": url,
        "ACME_SMS_TOKEN": "token-of-acme",
        "DELIVERY_ALLOWLIST": "*",
    }

    def manage(*arguments: str) -> str:
        return run(python, "-m", "django", *arguments, cwd=tmp_path, **installation)

    manage("migrate", "--verbosity", "0")
    assert "acme_sms: on (acme-sms 1.0.0)\n  providers of sms: acme_sms\n" in manage("plugins")
    manage("journeys", "publish", "--yes")
    run(python, "-c", ANNA, cwd=tmp_path, **installation)
    for _ in range(3):
        manage("work", "--once")
    rows, files = json.loads(run(python, "-c", FOUND, cwd=tmp_path, **installation).splitlines()[-1])
    assert rows == [["hello", "accepted", "acme_sms"]]
    assert all("site-packages" in file and str(ROOT) not in file for file in files)
    ((token, (sms,)),) = calls
    assert (token, sms["to"]) == ("Bearer token-of-acme", "+48600100200")
    assert sms["text"].startswith("Hello Anna")
    assert re.fullmatch(r"[0-9a-f]{32}", sms["id"])


def test_its_own_tests_say_that_it_conforms(python: str, tmp_path: Path):
    shutil.copytree(ROOT / "examples" / "acme_sms" / "tests", tmp_path / "tests")
    said = run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", cwd=tmp_path)
    assert "TestAcmeSms conforms: 26/26 (6 not applicable)" in said.splitlines()

"""What is committed works on any machine: no addresses in locks, no paths of one machine, no private files."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.environment import ROOT, read_variables

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
OF_ONE_MACHINE = re.compile(r"(?<![\w./-])/(?:home|Users|work|root)/\w")
PRIVATE = re.compile(r"(^|/)(\.env|secret_key|.*\.sqlite3(-wal|-shm)?|.*\.pem|.*\.pyc|\.DS_Store)$")
MADE = {".venv", "node_modules", "var"}
TEXT = {
    ".py",
    ".md",
    ".txt",
    ".toml",
    ".yml",
    ".yaml",
    ".json",
    ".html",
    ".css",
    ".js",
    ".sh",
    ".cfg",
    ".ini",
    "",
}


def tracked() -> list[Path]:
    """Every file that git keeps, or all of the tree where there is no git (an unpacked archive)."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        return [path for path in ROOT.rglob("*") if path.is_file() and not MADE & set(path.parts)]
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_address_and_hashes_everything(lock: Path):
    text = lock.read_text(encoding="utf-8")
    assert "make lock" in text.splitlines()[1]
    assert [line for line in text.splitlines() if re.search(r"://|--index|--find-links|file:|@ ", line)] == []
    pinned = re.findall(
        r"^([a-z0-9._-]+)==\S+(?: ; .+?)? \\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE
    )
    assert pinned == re.findall(r"^([A-Za-z0-9._-]+)[=@<> ]", text, re.MULTILINE)
    assert pinned


def test_the_locks_cover_what_the_project_asks_for_and_agree():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    runtime, development = versions("runtime.txt"), versions("dev.txt")
    assert {name_of(wish) for wish in project["dependencies"]} <= set(runtime)
    assert {name_of(wish) for wish in project["optional-dependencies"]["dev"]} <= set(development)
    assert runtime.items() <= development.items()


def test_no_tracked_file_names_a_path_of_one_machine():
    readable = [path for path in tracked() if path.suffix in TEXT and path != Path(__file__)]
    assert len(readable) > 50
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in readable
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if OF_ONE_MACHINE.search(line)
    ]
    assert found == []


def test_no_private_or_made_file_is_tracked():
    names = [str(path.relative_to(ROOT)) for path in tracked()]
    assert [name for name in names if PRIVATE.search(name)] == []


def test_what_make_makes_is_ignored():
    made = [
        ".venv/x",
        "var/x",
        "x.egg-info/x",
        ".mypy_cache/x",
        ".ruff_cache/x",
        ".pytest_cache/x",
        "build/x",
        "frontend/node_modules/x",
    ]
    command = ["git", "check-ignore", "--no-index", *made]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == made, done.stderr


def test_compose_starts_the_whole_house_and_knows_when_each_part_is_well():
    services = compose()["services"]
    assert set(services) == {"migrate", "web", "worker", "beat", "postgres", "redis", "mail"}
    assert {name for name, service in services.items() if "healthcheck" not in service} == {"migrate"}
    waits = {name: service.get("depends_on", {}) for name, service in services.items()}
    assert all("migrate" in waits[name] for name in ("web", "worker", "beat"))


def test_compose_sets_only_variables_that_something_reads():
    asked = set(compose()["services"]["web"]["environment"])
    assert {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DELIVERY_ALLOWLIST"} <= asked
    assert asked - set(read_variables()) == set()
    assert "EMAIL_URL" in (ROOT / "plugins" / "orchestrator_email" / "plugin.py").read_text(encoding="utf-8")


def test_the_lock_of_the_frontend_names_no_address_and_hashes_everything():
    text = (ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in text
    packages = {name: one for name, one in json.loads(text)["packages"].items() if name}
    assert [name for name, one in packages.items() if not one["integrity"].startswith("sha512-")] == []
    assert len(packages) > 20
    pinned = json.loads((ROOT / "frontend" / "package.json").read_text(encoding="utf-8"))
    wishes = pinned["dependencies"] | pinned["devDependencies"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wishes} == wishes
    assert set(pinned["engines"]) == {"node"}


def compose() -> Any:
    """What docker-compose.yml says, its merge keys resolved."""
    return YAML(typ="safe").load(ROOT / "docker-compose.yml")


def name_of(requirement: str) -> str:
    """The normal form of the name that a requirement begins with."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def versions(lock: str) -> dict[str, str]:
    """Name to version, as locked."""
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, re.MULTILINE))

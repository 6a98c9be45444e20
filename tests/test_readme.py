"""What the README promises exists: its commands, its settings, its links."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.environment import ROOT, read_variables

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "orchestrator").rglob("*.md")),
]


def section(title: str) -> str:
    """The README's text under a heading of the second level."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, f"the README has no section {title!r}"
    return found[1]


def first_column(title: str) -> list[str]:
    """The words in code marks that begin the rows of a section's table."""
    return re.findall(r"^\| `(.+?)` \|", section(title), re.MULTILINE)


def shell_lines(text: str) -> list[str]:
    """The command lines of a page's shell blocks."""
    blocks = re.findall(r"^```(?:sh|bash|console)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = (line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def make_targets() -> set[str]:
    """The targets that `make help` lists."""
    return set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def manage_commands() -> set[str]:
    """The commands that the house adds to manage.py."""
    found = (ROOT / "orchestrator").glob("*/management/commands/*.py")
    return {path.stem for path in found if not path.stem.startswith("_")}


def is_known(line: str) -> bool:
    """Whether a command line names a make target or a command of manage.py that exists."""
    words = [word for word in shlex.split(line, comments=True) if not re.fullmatch(r"[A-Z_]+=.*", word)]
    if words[0] == "make":
        return set(words[1:]) <= make_targets()
    if "manage.py" in words:
        from django.core.management import get_commands

        return words[words.index("manage.py") + 1] in get_commands()
    if words[:2] == ["docker", "compose"]:
        return (ROOT / "docker-compose.yml").is_file()
    return words[0] in ("git", "cd", "curl", "pip", "python", "export")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_in_a_shell_block_exists(page: Path):
    assert [line for line in shell_lines(page.read_text(encoding="utf-8")) if not is_known(line)] == []


def test_the_readme_shows_how_to_try_and_how_to_test_it():
    assert {"make demo", "make test"} <= set(shell_lines(README))


@pytest.mark.parametrize("line", ["make tea", "python manage.py brew", "make demo tea", "brew tea"])
def test_a_command_that_does_not_exist_is_seen(line: str):
    assert not is_known(line)


def test_the_table_of_settings_is_what_the_settings_read():
    assert sorted(first_column("Settings")) == sorted(read_variables())


def test_the_settings_of_the_plugins_are_named():
    """A plugin reads its own, so they stand below the table."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "plugins").rglob("*.py")]
    read = {name for source in sources for name in re.findall(r'environ(?:\.get\(|\[)\s*"([A-Z_]+)"', source)}
    assert {"EMAIL_URL", "WEBHOOK_SECRETS"} <= read
    assert sorted(name for name in read if f"`{name}`" not in section("Settings")) == []


def test_the_table_of_commands_is_what_manage_py_has():
    """A new command needs its row in the README; a row needs its command."""
    assert sorted({name.split()[1] for name in first_column("Commands")}) == sorted(manage_commands())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_inside_the_repository_leads_somewhere(page: Path):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    inner = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in inner if not (page.parent / link).exists()] == []


def test_make_help_lists_the_doors_others_hold_on_to():
    assert {"demo", "test", "lint", "types", "format", "lock", "clean", "work", "run"} <= make_targets()

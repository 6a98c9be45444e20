"""`manage.py startplugin`: what it writes works as it stands, and it writes nothing where it should not."""

from __future__ import annotations

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from types import ModuleType

import pytest
from django.core.management import CommandError, call_command

from orchestrator import registry
from orchestrator.sdk import Channel, SmsContent, hookimpl
from orchestrator.sdk.start import KINDS, package_of
from orchestrator.sdk.testing import conformance
from tests.environment import ROOT

SHELL = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "plugins")])}
CONFORMS = {
    "provider": "TestGreenTea conforms: 27/27 (5 not applicable)",
    "step": "TestGreenTea conforms: 21/21 (11 not applicable)",
    "condition": "TestGreenTea conforms: 10/10",
    "filter": "TestGreenTea conforms: 11/11",
    "recommender": "TestGreenTea conforms: 13/13",
    "source": "TestGreenTea conforms: 19/19 (1 not applicable)",
}
HOOKS = {
    "source": "sources",
    "recommender": "recommenders",
    "filter": "filters",
    "condition": "conditions",
    "step": "steps",
}


class Fax:
    """A plugin with a channel of its own."""

    @hookimpl
    def register_channels(self) -> list[Channel]:
        return [Channel("fax", "Fax", SmsContent, str)]


@pytest.fixture(autouse=True)
def fresh_registry():
    registry.reset(registry.load([]))
    yield
    registry.reset()


def start(folder: Path, name: str = "green_tea", *options: str) -> str:
    out = StringIO()
    call_command("startplugin", name, "--into", str(folder), *options, stdout=out)
    return out.getvalue()


def run(folder: Path, *command: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, env=SHELL, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def executed(source: str, name: str) -> ModuleType:
    """The text run as a module of that name."""
    module = ModuleType(name)
    exec(compile(source, name, "exec"), module.__dict__)
    return module


def refusal(folder: Path, name: str = "green_tea", *options: str) -> str:
    before = sorted(folder.rglob("*"))
    with pytest.raises(CommandError) as refused:
        start(folder, name, *options)
    assert sorted(folder.rglob("*")) == before
    return str(refused.value)


@pytest.mark.parametrize("kind", KINDS)
def test_what_it_writes_passes_its_own_tests(tmp_path: Path, kind: str):
    start(tmp_path, "green_tea", "--kind", kind)
    made = tmp_path / "green_tea"
    code, said = run(made, "pytest", "-q", "-p", "no:django", "-p", "no:cacheprovider")
    assert (code, [line for line in said.splitlines() if "conforms" in line]) == (0, [CONFORMS[kind]]), said


def test_what_it_writes_is_in_style(tmp_path: Path):
    for kind in KINDS:
        start(tmp_path, f"green_{kind}", "--kind", kind)
    for channel in ("email", "push"):
        start(tmp_path, f"green_{channel}", "--channel", channel)
    for style in (("check",), ("format", "--check")):
        code, said = run(
            tmp_path, "ruff", *style, "--no-cache", "--config", str(ROOT / "pyproject.toml"), "."
        )
        assert code == 0, said


@pytest.mark.parametrize("channel", ["email", "push"])
def test_a_provider_of_another_channel_keeps_the_contract_as_well(
    channel: str, monkeypatch: pytest.MonkeyPatch
):
    content = {"email": "EmailContent", "push": "PushContent"}[channel]
    texts = package_of("green_tea", "provider", channel, content)
    monkeypatch.setitem(sys.modules, "green_tea", executed(texts["green_tea.py"], "green_tea"))
    found = conformance(executed(texts["tests/test_green_tea.py"], "tests").TestGreenTea)
    assert (found.broken, len(found.kept)) == ({}, 27)
    assert sys.modules["green_tea"].GreenTea.channel == channel


@pytest.mark.parametrize("kind", HOOKS)
def test_what_it_writes_can_be_switched_on(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch):
    name = f"green_{kind}"
    start(tmp_path, name, "--kind", kind)
    monkeypatch.syspath_prepend(str(tmp_path / name))
    loaded = registry.load([], {name: __import__(name)})
    assert loaded.failed == {}
    assert name in getattr(loaded, HOOKS[kind])


def test_it_says_what_it_wrote_and_what_to_do_next(tmp_path: Path):
    folder = tmp_path / "green_tea"
    assert start(tmp_path).splitlines() == [
        *(
            f"{folder / each}"
            for each in ("pyproject.toml", "README.md", "green_tea.py", "tests/test_green_tea.py")
        ),
        "",
        f"Prove it:      cd {folder} && python -m pytest",
        f"Install it:    python -m pip install --editable {folder}",
        "Switch it on:  add green_tea to ORCHESTRATOR_PLUGINS",
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_no_mark_of_a_template_is_left(tmp_path: Path, kind: str):
    start(tmp_path, "green_tea", "--kind", kind)
    texts = [
        path.read_text(encoding="utf-8") for path in (tmp_path / "green_tea").rglob("*") if path.is_file()
    ]
    assert len(texts) == 4
    assert [text for text in texts if "my_plugin" in text.lower() or "my-plugin" in text or "$" in text] == []


@pytest.mark.parametrize(
    "name",
    ["Green", "green tea", "green-tea", "1tea", "_tea", "tea_", "green__tea", "", "../tea", "tęa", "a/b"],
)
def test_a_bad_name_is_refused(tmp_path: Path, name: str):
    assert refusal(tmp_path, name) == (
        f"“{name}” is no name for a plugin: use small letters, digits and single _, a letter first."
    )


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("class", (), "“class” is a word of Python's own."),
        ("json", (), "“json” is a word of Python's own."),
        ("t" * 41, (), f"“{'t' * 41}” is longer than 40 letters."),
        (
            "orchestrator_email",
            (),
            "A plugin “orchestrator_email” is installed already. Choose another name.",
        ),
        ("wait", ("--kind", "step"), "There is a step “wait” already. Choose another name."),
        ("segment", ("--kind", "condition"), "There is a condition “segment” already. Choose another name."),
        ("pluggy", (), "Python knows a module “pluggy” already. Choose another name."),
        ("tea", ("--channel", "fax"), "There is no channel “fax”. There are: email, push, sms, webhook."),
    ],
)
def test_a_name_that_is_taken_is_refused(tmp_path: Path, name: str, options: tuple[str, ...], words: str):
    assert refusal(tmp_path, name, *options) == words


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path):
    (tmp_path / "green_tea").mkdir()
    (tmp_path / "green_tea" / "mine.txt").write_text("mine")
    words = f"{tmp_path / 'green_tea'} is there already. Choose another name, or another folder with --into."
    assert refusal(tmp_path) == words


def test_a_folder_that_is_not_there_is_said(tmp_path: Path):
    missing = tmp_path / "nowhere"
    with pytest.raises(CommandError) as refused:
        start(missing)
    assert (
        str(refused.value) == f"There is no folder {missing}. Make it first, or choose another with --into."
    )
    assert not missing.exists()


def test_a_channel_of_a_plugin_is_known(tmp_path: Path):
    registry.reset(registry.load([], {"fax": Fax()}))
    start(tmp_path, "green_tea", "--channel", "fax")
    assert 'channel = "fax"' in (tmp_path / "green_tea" / "green_tea.py").read_text(encoding="utf-8")

"""Plugins that are broken: each is named with what is wrong, and the others work."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from orchestrator import registry
from orchestrator.config.lists import stripped
from orchestrator.sdk import PluginError, hookimpl
from tests.environment import ROOT

SHAPE = "its answer is no list of things with names, nor names with things"
BUILT_IN = [
    "send", "wait", "wait_until", "wait_for_window", "choose", "split", "repeat", "update", "award", "emit", "call", "start",
    "exit",
]  # fmt: skip


def plugin(hook: str, answer: Any) -> Any:
    """A plugin whose one hook answers this, or raises it."""

    def implementation(self: Any) -> Any:
        if isinstance(answer, BaseException):
            raise answer
        return answer

    implementation.__name__ = hook
    return type("Plugin", (), {hook: hookimpl(implementation)})()


class Stranger:
    """A plugin whose second hook asks for what nobody gives."""

    @hookimpl
    def register_template_filters(self) -> dict[str, Any]:
        return {"half": str}

    @hookimpl
    def review_messages(self, nonsense: Any) -> None: ...


def ends() -> Any:
    sys.exit(3)


def slips() -> Any:
    exec("def (")


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Install these, and a sound one after them, and load all."""

    def load(**plugins: Any) -> registry.Registry:
        every = {**plugins, "sound": plugin("register_template_filters", {"shout": str.upper})}
        points = {
            name: SimpleNamespace(name=name, load=one if callable(one) else lambda one=one: one)
            for name, one in every.items()
        }
        monkeypatch.setattr(registry, "found", lambda: points)
        return registry.load(list(every))

    yield load
    registry.reset()


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (slips, "SyntaxError: invalid syntax (<string>, line 1)"),
        (ends, "SystemExit: 3"),
        (plugin("register_channels", ValueError("no token")), "register_channels: no token"),
        (plugin("register_steps", SystemExit(2)), "register_steps: 2"),
        (plugin("register_channels", 5), f"register_channels: {SHAPE}"),
        (plugin("register_channels", "abc"), f"register_channels: {SHAPE}"),
        (plugin("register_providers", [1]), f"register_providers: {SHAPE}"),
        (plugin("register_steps", [SimpleNamespace(name="fine"), object()]), f"register_steps: {SHAPE}"),
        (plugin("register_template_filters", {1: str}), f"register_template_filters: {SHAPE}"),
    ],
)
def test_a_broken_plugin_is_named_and_nothing_of_it_is_taken(install: Any, broken: Any, said: str) -> None:
    known = install(broken=broken)
    assert known.failed == {"broken": said}
    assert (list(known.steps), list(known.channels)) == (BUILT_IN, ["email", "sms", "push", "webhook"])
    assert (list(known.filters)[-1], known.owners["filter", "shout"]) == ("shout", "sound")


def test_a_plugin_with_a_hook_of_another_shape_is_not_half_heard(install: Any) -> None:
    known = install(broken=Stranger())
    assert list(known.failed) == ["broken"]
    assert (
        "Argument(s) {'nonsense'} are declared in the hookimpl but can not be found" in known.failed["broken"]
    )
    assert "half" not in known.filters
    assert list(known.hook_each("review_messages", messages=[], now=None)) == []


@pytest.mark.parametrize(
    ("rival", "said"),
    [
        (
            plugin("register_template_filters", {"shout": str}),
            "sound: the filter “shout” is registered by rival and by sound. Switch one of them off.",
        ),
        (
            plugin("register_steps", [SimpleNamespace(name="send")]),
            "rival: the step “send” is registered by journeys and by rival. Switch one of them off.",
        ),
        (
            plugin("register_steps", [SimpleNamespace(name="a"), SimpleNamespace(name="a")]),
            "rival: it registers the step “a” twice. Give one of the two another name.",
        ),
    ],
)
def test_a_name_given_twice_refuses_to_start(install: Any, rival: Any, said: str) -> None:
    with pytest.raises(PluginError) as caught:
        install(rival=rival)
    assert str(caught.value) == said


def test_a_plugin_named_twice_is_on_once(install: Any) -> None:
    install()
    known = registry.load(["sound", "sound"])
    assert (known.failed, known.owners["filter", "shout"]) == ({}, "sound")


def test_spaces_around_names_and_empty_names_are_no_plugins() -> None:
    assert stripped(["acme", " acme_sms ", "", " "]) == ["acme", "acme_sms"]


def test_a_command_ends_with_one_sentence_where_plugins_quarrel(tmp_path: Path) -> None:
    code = (
        "import manage, orchestrator.registry as r; from orchestrator.sdk import PluginError\n"
        "def load(names): raise PluginError('rival', 'the step “send” is taken.', 'Switch it off.')\n"
        "r.load = load; import sys; sys.argv = ['manage.py', 'journeys', 'validate']; manage.main()"
    )
    environment = {**os.environ, "VAR_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite3"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == (
        "The plugins cannot be switched on together: rival: the step “send” is taken. Switch it off.\n"
    )

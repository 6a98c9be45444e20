"""The fixture with which authors test their journeys: the page's own examples, and what it refuses."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.domain.definition import DefinitionError
from orchestrator.journeys.trial.shop import Got, Trial
from tests.environment import ROOT

PAGE = (ROOT / "docs" / "testing-journeys.md").read_text(encoding="utf-8")
EXAMPLES = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
JOURNEY = """
journey: one
purpose: marketing
entry: {event: order.placed}
steps:
  - send: hello
    via: [email]
    id: hello
  - wait_until: {event: message.clicked, of: hello}
    at_most: 2 days
    id: looks
    otherwise:
      - send: hello
        via: [email]
        id: again
"""
TEMPLATE = """
template: hello
email:
  en: {subject: "Hi {{ customer.first_name|default('you') }}", html: "<p>Hi</p>"}
"""


def test_the_pages_examples_hold(tmp_path: Path) -> None:
    (tmp_path / "test_examples.py").write_text(EXAMPLES, encoding="utf-8")
    paths = os.pathsep.join(map(str, (ROOT, ROOT / "plugins")))
    ours = {"PYTHONPATH": paths, "DJANGO_SETTINGS_MODULE": "orchestrator.config.settings"}
    ours |= {"DATABASE_URL": f"sqlite:///{tmp_path / 'trial.sqlite3'}", "VAR_DIR": str(tmp_path / "var")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_examples.py"],
        cwd=tmp_path,
        env={**os.environ, **ours},
        capture_output=True,
        text=True,
    )
    assert "2 passed" in done.stdout, done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "journey.yaml").write_text(JOURNEY, encoding="utf-8")
    (tmp_path / "templates" / "hello.yaml").write_text(TEMPLATE, encoding="utf-8")
    return tmp_path


def test_a_click_is_seen_and_nothing_else_happens(trial: Trial, folder: Path) -> None:
    assert trial.journey(folder) == "one"
    anna, bea = trial.person("anna", first_name="Anna"), trial.person("bea")
    assert trial.stands(anna) == ""
    trial.does(anna, "order.placed", "49.90", sku="A-1")
    trial.does(bea, "order.placed")
    trial.passes("1 hour")
    assert trial.got(anna) == [Got("2026-03-02 13:00", "hello", "email", "", "Hi Anna")]
    assert trial.stands(anna) == "looks"
    trial.clicks(anna, "hello")
    trial.until("2026-03-05 13:00")
    assert [trial.stands(one) for one in (anna, bea)] == ["completed", "completed"]
    assert [one.step for one in trial.messages(anna)] == ["hello"]
    assert [(one.at, one.step) for one in trial.got(bea)] == [
        ("2026-03-02 13:00", "hello"),
        ("2026-03-04 13:00", "again"),
    ]


def test_whoever_withdraws_gets_no_more(trial: Trial, folder: Path) -> None:
    trial.journey(folder)
    anna = trial.person("anna")
    trial.does(anna, "order.placed")
    trial.passes("1 minute")
    trial.withdraws(anna)
    trial.passes("3 days")
    assert trial.messages(anna) == [
        Got("2026-03-02 13:00", "hello", "email", "", "Hi you"),
        Got("2026-03-04 13:00", "again", "email", "consent_withdrawn"),
    ]


def test_what_cannot_be_is_said(trial: Trial, folder: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere holds 0 journeys; name the folder of one"):
        trial.journey("nowhere")
    with pytest.raises(ValueError, match="2026-03-02 12:59 is over: it is 2026-03-02 13:00"):
        trial.until("2026-03-02 12:59")
    with pytest.raises(ValueError, match="is not a duration"):
        trial.passes("soon")
    (folder / "journey.yaml").write_text(JOURNEY.replace("at_most", "at_mots"), encoding="utf-8")
    with pytest.raises(DefinitionError):
        trial.journey(folder)
    anna = trial.person("anna")
    with pytest.raises(AssertionError, match="nothing of step 'hello' was sent to them"):
        trial.clicks(anna, "hello")

"""The floors and the manners of the house. Each rule is also shown an offence, so that none passes by blindness."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests import house_rules as rules
from tests.environment import ROOT

Rule = Callable[[ast.AST], Iterator[str]]
HOUSE = ROOT / "orchestrator"
PLUGINS = ROOT / "plugins"
LONGEST = 350


def modules(*folders: Path) -> list[Path]:
    """Every module under `folders` but migrations, which Django writes."""
    found = (path for folder in folders for path in sorted(folder.rglob("*.py")))
    return [path for path in found if "migrations" not in path.parts]


def engine() -> list[Path]:
    """The modules of messaging and journeys that run in batches: all but the pages and the commands."""
    outside = ("admin", "views", "forms", "urls", "management", "templatetags")
    return [
        path
        for path in modules(HOUSE / "messaging", HOUSE / "journeys")
        if not any(part.removesuffix(".py").startswith(outside) for part in path.relative_to(HOUSE).parts)
    ]


def offences(rule: Rule, paths: Iterable[Path]) -> list[str]:
    """What `rule` finds in `paths`, each with the file's name before it."""
    return [
        f"{path.relative_to(ROOT)}:{offence}"
        for path in paths
        for offence in rule(ast.parse(path.read_text(encoding="utf-8"), str(path)))
    ]


def test_imports_only_point_down():
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(PLUGINS)])}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


def test_nothing_listens_to_signals():
    assert offences(rules.find_signals, modules(HOUSE, PLUGINS)) == []


def test_time_is_a_column_and_never_a_broker_delay():
    assert offences(rules.find_delays, modules(HOUSE, PLUGINS)) == []


def test_the_engine_writes_in_batches():
    assert offences(rules.find_row_by_row, engine()) == []


def test_the_pure_middle_is_pure():
    assert offences(rules.find_impurities, modules(HOUSE / "domain")) == []


def test_plugins_import_the_sdk_and_nothing_else_of_ours():
    assert offences(rules.find_inner_imports, modules(PLUGINS)) == []


def test_every_module_fits_on_a_few_screens():
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules(HOUSE, PLUGINS)}
    assert {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > LONGEST} == {}


def test_the_rules_really_look_at_the_house():
    assert len(modules(HOUSE)) > 50
    assert HOUSE / "sdk" / "hookspecs.py" in modules(HOUSE)
    assert any(path.parts[-2:] == ("journeys", "apps.py") for path in engine())


@pytest.mark.parametrize(
    ("rule", "source", "expected"),
    [
        (
            rules.find_signals,
            "from django.db.models.signals import post_save",
            ["1: imports django.db.models.signals.post_save"],
        ),
        (rules.find_signals, "from django.dispatch import receiver", ["1: imports django.dispatch.receiver"]),
        (rules.find_delays, "ring.apply_async((1,), countdown=5)", ["1: passes countdown="]),
        (
            rules.find_delays,
            "@shared_task(autoretry_for=(OSError,))\ndef ring(): ...",
            ["1: passes autoretry_for="],
        ),
        (
            rules.find_delays,
            "def ring(self):\n    raise self.retry(eta=later)",
            ["2: passes eta=", "2: calls self.retry()"],
        ),
        (rules.find_row_by_row, "Message.objects.bulk_update(rows, ['state'])", ["1: calls bulk_update()"]),
        (
            rules.find_row_by_row,
            "for row in rows:\n    if row.due:\n        row.save()",
            ["3: calls save() in a loop"],
        ),
        (
            rules.find_row_by_row,
            "[Message.objects.create(key=k) for k in keys]",
            ["1: calls create() in a loop"],
        ),
        (rules.find_row_by_row, "while True:\n    rows[0].delete()", ["2: calls delete() in a loop"]),
        (rules.find_impurities, "from django.utils import timezone", ["1: imports django.utils.timezone"]),
        (rules.find_impurities, "import random", ["1: imports random"]),
        (
            rules.find_impurities,
            "from orchestrator.store import bulk",
            ["1: imports orchestrator.store.bulk"],
        ),
        (
            rules.find_impurities,
            "from datetime import datetime\nat = datetime.now()",
            ["2: reads a clock, now()"],
        ),
        (
            rules.find_inner_imports,
            "from orchestrator.messaging import gate",
            ["1: imports orchestrator.messaging.gate"],
        ),
        (rules.find_inner_imports, "import orchestrator.sdkless", ["1: imports orchestrator.sdkless"]),
    ],
)
def test_each_rule_sees_its_offence(rule: Rule, source: str, expected: list[str]):
    assert list(rule(ast.parse(source))) == expected


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (rules.find_signals, "from orchestrator.registry import on_erasure"),
        (rules.find_delays, "ring.delay(1)\nresponse.retry_after = 5\nprovider.retry(1)"),
        (
            rules.find_row_by_row,
            "journey.save()\nfor part in parts:\n    Message.objects.filter(id__in=part).delete()",
        ),
        (
            rules.find_impurities,
            "from datetime import datetime\nimport pydantic\nfrom orchestrator.sdk import Send",
        ),
        (
            rules.find_inner_imports,
            "import orchestrator.sdk\nfrom orchestrator.sdk.testing import ProviderContract",
        ),
    ],
)
def test_each_rule_lets_good_manners_pass(rule: Rule, source: str):
    assert list(rule(ast.parse(source))) == []

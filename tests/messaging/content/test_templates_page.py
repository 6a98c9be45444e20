"""docs/templates.md: its example can be published, and what it lists is what there is."""

from __future__ import annotations

import re

import pytest

from orchestrator.journeys.check import CONTEXT_ROOTS
from orchestrator.journeys.yaml import read
from orchestrator.messaging.content.blocks import Words, put_in
from orchestrator.messaging.content.filters import FILTERS
from orchestrator.messaging.content.lint import lint
from orchestrator.messaging.content.source import read_template
from tests.environment import ROOT

PAGE = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
def test_the_examples_have_nothing_to_mend(example: str) -> None:
    whole, problems = put_in(read_template(read(example)), {"footer": Words({"en": "<p>Bye</p>"})})
    report = lint(whole, roots=CONTEXT_ROOTS)
    assert (problems, report.errors, report.warnings) == ([], (), ())


def test_mjml_has_an_example_among_them() -> None:
    assert [example.count("mjml: |") for example in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)] == [
        0,
        1,
    ]


def test_every_variable_stands_in_the_table() -> None:
    rows = re.findall(r"^\| (`[^|]*) \|", PAGE, re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == set(CONTEXT_ROOTS)


def test_every_filter_is_listed() -> None:
    listed = PAGE.partition("Filters: ")[2].partition("Plugins")[0]
    assert set(re.findall(r"`(\w+)`", listed)) == set(FILTERS)

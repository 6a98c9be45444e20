"""For pytest: after the tests, one line for each contract says how many of its rules are kept.

It is loaded by the entry point `pytest11`, so an author of a plugin installs nothing else and writes no conftest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator

import pytest

PROPERTY = "plugin_contract"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Write the contract's class on the report, which also crosses between the processes of xdist."""
    report = yield
    owner = getattr(item, "cls", None)
    if owner is not None and _is_contract(owner):
        report.user_properties.append((PROPERTY, owner.__name__))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print `TestAcmeSms conforms: 27/27`, and what did not apply."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(outcome, []):
            name = dict(getattr(report, "user_properties", ())).get(PROPERTY)
            if name is not None and (report.when == "call" or outcome in {"error", "skipped"}):
                counts[str(name)][outcome] += 1
    if not counts:
        return
    terminalreporter.section("plugin contracts")
    for name, count in sorted(counts.items()):
        total = count["passed"] + count["failed"] + count["error"]
        aside = f" ({count['skipped']} not applicable)" if count["skipped"] else ""
        terminalreporter.write_line(f"{name} conforms: {count['passed']}/{total}{aside}")


def _is_contract(owner: type) -> bool:
    """By name, so that pytest does not import the sdk for projects that have no plugin."""
    return any(
        base.__module__ == "orchestrator.sdk.testing.base" and base.__name__ == "Contract"
        for base in owner.__mro__
    )

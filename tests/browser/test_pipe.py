"""The browser starts whatever descriptors this process holds: its pipe's ends are never written over one another."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.browser.screenshots import browser

pytestmark = pytest.mark.skipif(
    shutil.which("chromium") is None, reason="no Chromium: Debian's package is chromium"
)


@pytest.fixture(params=[25, 26, 27, 28])
def crowded(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every descriptor up to a number is taken, so that the next pipes get the ones after it."""
    held = []
    while (one := os.open(os.devnull, os.O_RDONLY)) <= request.param:
        held.append(one)
    os.close(one)
    yield
    for one in held:
        os.close(one)


@pytest.mark.usefixtures("crowded")
def test_a_browser_starts_and_answers() -> None:
    with browser() as one:
        assert one.script("6 * 7") == 42

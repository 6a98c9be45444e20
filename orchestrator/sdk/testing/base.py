"""What every contract stands on: a beginning and an end around each rule."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


class Contract:
    """Rules as tests to inherit. pytest runs them, and so does `conformance`; each has an instance of its own."""

    @pytest.fixture(autouse=True)
    def _contract(self) -> Iterator[None]:
        self.begin()
        yield
        self.end()

    def begin(self) -> None:
        """Before each test. An override calls this one too."""

    def end(self) -> None:
        """After each test, whatever came of it."""

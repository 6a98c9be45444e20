"""Lists in variables of the environment, as people write them."""

from __future__ import annotations

from collections.abc import Iterable


def stripped(written: Iterable[str]) -> list[str]:
    """The words without the spaces around them; none that is empty."""
    return [word.strip() for word in written if word.strip()]

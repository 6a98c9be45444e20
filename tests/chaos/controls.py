"""Guards, each taken out of the workers of a small campaign by its name, and the invariant that must turn red."""

from __future__ import annotations


def remove(control: str) -> None:
    """Take this guard out of this process; "" leaves all in."""
    if control:
        raise NotImplementedError(control)

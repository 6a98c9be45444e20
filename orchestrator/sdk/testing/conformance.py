"""The contract without pytest's runner: one call answers which rules a plugin's part keeps and which it breaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pytest

from orchestrator.sdk.testing.base import Contract


@dataclass(frozen=True, slots=True)
class Conformance:
    """What a contract found: rules kept, rules broken with words, rules that do not apply with the reason."""

    kept: tuple[str, ...]
    broken: Mapping[str, str]
    not_applicable: Mapping[str, str]

    def __str__(self) -> str:
        return f"conforms: {len(self.kept)}/{len(self.kept) + len(self.broken)}"


def conformance(contract: type[Contract], rules: Iterable[str] | None = None) -> Conformance:
    """Run every rule of `contract`, or those named in `rules`, each with a new instance."""
    kept: list[str] = []
    broken: dict[str, str] = {}
    not_applicable: dict[str, str] = {}
    for rule in sorted(rules or (name for name in dir(contract) if name.startswith("test_"))):
        instance = contract()
        instance.begin()
        try:
            getattr(instance, rule)()
            kept.append(rule)
        except pytest.skip.Exception as skipped:
            not_applicable[rule] = str(skipped)
        except Exception as error:
            broken[rule] = str(error) or type(error).__name__
        finally:
            instance.end()
    return Conformance(tuple(kept), broken, not_applicable)

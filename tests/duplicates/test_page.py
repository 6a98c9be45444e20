"""docs/duplicates.md says of signs and weights what the code does."""

from __future__ import annotations

import re

from orchestrator.domain.duplicate_keys import MOST, Kind
from orchestrator.domain.duplicates import AGAINST, CODES, LIKELY, POSSIBLE, SIGNS
from orchestrator.duplicates.models import DuplicateKey, LikelyDuplicate
from orchestrator.duplicates.words import SHORT, WORDS
from tests.environment import ROOT

PAGE = (ROOT / "docs" / "duplicates.md").read_text(encoding="utf-8")


def table() -> dict[str, int]:
    """Each code of the page's tables with its number."""
    return {code: int(number) for code, number in re.findall(r"^\| `(\w+)` \| (\d+) \|", PAGE, re.MULTILINE)}


def test_the_tables_are_the_weights() -> None:
    assert table() == {**{str(one): weight for one, weight in (*SIGNS.items(), *AGAINST.items())}}


def test_the_bounds_are_named() -> None:
    assert f"From {LIKELY} a\npair is *likely*, from {POSSIBLE} *possible*" in PAGE
    assert f"more than {MOST} rows share" in PAGE


def test_each_code_has_words_and_the_longest_evidence_fits() -> None:
    assert set(WORDS) == set(CODES)
    assert set(SHORT) <= set(SIGNS)
    assert len(" ".join(CODES)) + 2 <= LikelyDuplicate._meta.get_field("evidence").max_length


def test_the_kinds_of_keys_are_those_of_the_database() -> None:
    assert {one.name: one.value for one in Kind} == {one.name: one.value for one in DuplicateKey.Kind}

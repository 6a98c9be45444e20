"""From a tree to a rule about a score: a name or word that there is not is refused with the nearest that there is."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Any, Literal, cast

from orchestrator.domain.definition.comparison_parser import BOUNDS, comparisons
from orchestrator.domain.definition.comparisons import OPERATORS, Comparison
from orchestrator.domain.definition.problems import listed, nearest, shown
from orchestrator.domain.definition.reading import Spot
from orchestrator.domain.definition.rules import AllOf, Rule
from orchestrator.domain.definition.score_rules import ScoreIs, ScoreRanked
from orchestrator.domain.scores.names import KNOWN, RANKED, Known

ENDS = ("top", "bottom")
_EQUALS = ("is", "is_not", "in", "not_in", "exists")
OPERATORS_OF: dict[str, Collection[str]] = {
    "text": (*_EQUALS, "contains"),
    "number": (*_EQUALS, *BOUNDS),
    "amount": (*_EQUALS, *BOUNDS),
    "days": (*BOUNDS, "exists"),
    "date": ("before", "after", "exists"),
}
_SHARE = re.compile(r"([1-9][0-9]?)\s?%", re.ASCII)


def read_score(spot: Spot) -> Rule | None:
    """`{score: p_alive, below: 0.3}`, `{score: clv, top: 10%}`; None with problems noted."""
    tests = {key: child for key, child in spot.node.value.items() if key != "score"}  # type: ignore[union-attr]
    inner = spot.child("score")
    name = inner.node.value if inner else None
    if inner is None or not isinstance(name, str) or name not in KNOWN:
        mend = nearest(str(name), KNOWN) or f"Use {listed(KNOWN)}."
        (inner or spot).refuse("unknown_score", f"there is no score {shown(name)}", mend)
        return None
    if any(end in tests for end in ENDS):
        return _ranked(spot, name, tests)
    found = comparisons(Spot(replace(spot.node, value=tests), spot.path, spot.problems), name)
    good = [one for one in found if _fits(spot, one, KNOWN[name])]
    if not good or len(good) < len(tests):
        return None
    return ScoreIs(good[0]) if len(good) == 1 else AllOf(tuple(map(ScoreIs, good)))


def _ranked(spot: Spot, name: str, tests: dict[str, Any]) -> Rule | None:
    if len(tests) > 1:
        spot.refuse(
            "two_rules",
            f"{listed(tests)} together say two things of one score",
            "Put them in a list under `all`.",
        )
        return None
    ((end, node),) = tests.items()
    inner = spot.child(end) or spot
    if name not in RANKED:
        inner.refuse(
            "not_ranked", f"`{name}` has no {end}", f"`{end}` may be asked of {listed(RANKED)}.", key=True
        )
        return None
    share = _SHARE.fullmatch(node.value) if isinstance(node.value, str) else None
    if share is None:
        inner.refuse(
            "bad_share", f"{shown(node.value)} is not a share", "Write whole percent, from `1%` to `99%`."
        )
        return None
    return ScoreRanked(name, cast(Literal["top", "bottom"], end), int(share[1]))


def _fits(spot: Spot, one: Comparison, known: Known) -> bool:
    """Whether the comparison has a meaning for this score."""
    inner = spot.child(one.op) or spot
    if one.op not in OPERATORS_OF[known.kind]:
        what = f"`{one.op}` has no meaning for the score `{one.name}`"
        offered = [op for op in OPERATORS if op in OPERATORS_OF[known.kind]]
        inner.refuse("wrong_operator", what, f"Use {listed(offered)}.", key=True)
        return False
    if one.op != "exists" and one.kind != known.compared_as:
        what = f"the score `{one.name}` is a {known.compared_as}, and this is none"
        inner.refuse("wrong_kind", what, f"Write a {known.compared_as}.")
        return False
    return _is_word(inner, one, known)


def _is_word(spot: Spot, one: Comparison, known: Known) -> bool:
    if not known.words or one.op in ("exists", "contains"):
        return True
    terms = one.value if isinstance(one.value, tuple) else (one.value,)
    for term in terms:
        if term not in known.words:
            mend = nearest(str(term), known.words) or f"Use {listed(known.words)}."
            spot.refuse("unknown_word", f"the score `{one.name}` is never {shown(term)}", mend)
            return False
    return True

"""What pydantic has against a step's params, said in the author's words at the author's line."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from orchestrator.domain.definition.fields import Refused
from orchestrator.domain.definition.problems import listed, nearest, shown
from orchestrator.domain.definition.reading import Spot
from orchestrator.sdk import Path, StepKind


def note_param_problems(error: ValidationError, spot: Spot, kind: StepKind[Any]) -> None:
    """Note every error at the field it is about."""
    for detail in error.errors(include_url=False):
        _note(detail, spot, kind)


def _note(detail: ErrorDetails, spot: Spot, kind: StepKind[Any]) -> None:
    loc = detail["loc"]
    field = str(loc[-1]) if loc else kind.name
    place = _place(loc, spot, kind)
    match detail["type"]:
        case "missing":
            name = kind.name if field == kind.head and len(loc) == 1 else field
            mend = "Write its value after the colon." if name == kind.name else f"Add `{name}`."
            place.refuse("missing_field", f"`{kind.name}` needs `{name}`", mend, key=place.path != spot.path)
        case "extra_forbidden":
            known = [*(name for name in kind.Params.model_fields if name != kind.head), "id"]
            mend = (nearest(field, known) or f"Known here: {listed(known)}.") if len(loc) == 1 else ""
            what = f"{shown(field)} is not a field of `{kind.name}`"
            place.refuse("unknown_field", what, mend, key=True)
        case "value_error":
            _note_refused(detail["ctx"]["error"], place)
        case _:
            words = detail["msg"].replace("Input should be", "must be")
            name = kind.name if field == kind.head else field
            place.refuse("bad_value", f"`{name}` {words}, not {shown(detail['input'])}")


def _note_refused(error: Exception, place: Spot) -> None:
    if isinstance(error, Refused):
        below = Spot(place.node.at(error.path), (*place.path, *error.path), place.problems)
        below.refuse("bad_value", error.what, error.mend)
        return
    what, _, mend = str(error).partition("; ")
    place.refuse("bad_value", what, mend[:1].upper() + mend[1:])


def _place(loc: Path, spot: Spot, kind: StepKind[Any]) -> Spot:
    """Follow a location into the tree; the tags pydantic adds for unions are stepped over."""
    for index, key in enumerate(loc):
        key = kind.name if index == 0 and key == kind.head else key
        spot = spot.child(key) or spot
    return spot

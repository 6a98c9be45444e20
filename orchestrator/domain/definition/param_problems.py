"""What pydantic has against a step's params, said in the author's words at the author's line."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from orchestrator.domain.definition.fields import Refused
from orchestrator.domain.definition.problems import listed, nearest, shown
from orchestrator.domain.definition.reading import Spot
from orchestrator.sdk import Path, StepKind

WORDS = {
    **dict.fromkeys(("list_type", "tuple_type", "set_type", "frozen_set_type"), "must be a list"),
    **dict.fromkeys(
        ("dict_type", "model_type", "model_attributes_type", "mapping_type"), "must be a mapping"
    ),
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "bool_type": "must be `true` or `false`",
}


def note_param_problems(error: ValidationError, spot: Spot, kind: StepKind[Any]) -> None:
    """Note every error at the field it is about."""
    for detail in error.errors(include_url=False):
        _note(detail, spot, kind)


def _note(detail: ErrorDetails, spot: Spot, kind: StepKind[Any]) -> None:
    loc = detail["loc"]
    place = _place(loc, spot, kind)
    match detail["type"]:
        case "missing":
            _note_missing(str(loc[-1]), len(loc) == 1, place, spot, kind)
        case "extra_forbidden":
            known = [*(name for name in kind.Params.model_fields if name != kind.head), "id"]
            mend = (nearest(str(loc[-1]), known) or f"Known here: {listed(known)}.") if len(loc) == 1 else ""
            owner = _name(place.path[:-1], spot, kind)
            place.refuse("unknown_field", f"{shown(loc[-1])} is not a field of `{owner}`", mend, key=True)
        case "value_error":
            _note_refused(detail["ctx"]["error"], place)
        case "too_short" | "too_long":
            size, name = detail["ctx"]["actual_length"], _name(place.path, spot, kind)
            least, most = detail["ctx"].get("min_length"), detail["ctx"].get("max_length")
            mend = f"Write at least {least}." if least is not None else f"Write at most {most}."
            place.refuse("bad_list", f"`{name}` has {size} items", mend)
        case error_type:
            words = WORDS.get(error_type) or detail["msg"].replace("Input should be", "must be")
            what = f"`{_name(place.path, spot, kind)}` {words}, not {shown(detail['input'])}"
            place.refuse("bad_value", what)


def _note_missing(field: str, top: bool, place: Spot, spot: Spot, kind: StepKind[Any]) -> None:
    """A field that is not there; the head is there always, but may have no value."""
    if top and field == kind.head:
        head = spot.child(kind.name) or spot
        head.refuse("missing_field", f"`{kind.name}` has no value", "Write it after the colon.", key=True)
        return
    what = f"`{_name(place.path, spot, kind)}` needs `{field}`"
    place.refuse("missing_field", what, f"Add `{field}`.", key=not top)


def _name(path: Path, spot: Spot, kind: StepKind[Any]) -> str:
    """What an author calls the value at a path: its nearest key in the step, else the step's kind."""
    below = path[len(spot.path) :]
    return next((part for part in reversed(below) if isinstance(part, str)), kind.name)


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

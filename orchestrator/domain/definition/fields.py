"""Field types for the parameters of steps: read, checked and described in the JSON Schema in one place."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Any

from pydantic import AfterValidator, PlainValidator, WithJsonSchema

from orchestrator.domain import durations
from orchestrator.domain.definition.comparison_parser import where
from orchestrator.domain.definition.problems import Problems, shown
from orchestrator.domain.definition.reading import (
    EVENT_MEND,
    KEY_MEND,
    Spot,
    clock,
    duration_words,
    event_name,
    key_of,
    percent,
)
from orchestrator.domain.definition.tree import from_plain
from orchestrator.domain.durations import Duration
from orchestrator.sdk import Path

DURATION_PATTERN = "^ *[0-9]{1,10} +([Ss]econd|[Mm]inute|[Hh]our|[Dd]ay|[Ww]eek|[Mm]onth|[Yy]ear)s? *$"
KEY_PATTERN = "^[a-z][a-z0-9_]{0,62}$"
EVENT_PATTERN = r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$"
CLOCK_PATTERN = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
PERCENT_PATTERN = r"^[0-9]{1,3}(\.[0-9]{1,2})? ?%$"
NESTED = "x-orchestrator"


class Refused(ValueError):
    """A value cannot be used: what is wrong, how to mend it, and where below the field."""

    def __init__(self, what: str, mend: str = "", path: Path = ()) -> None:
        super().__init__(f"{what}. {mend}".strip())
        self.what, self.mend, self.path = what, mend, path


def _duration(value: object) -> Duration:
    if isinstance(value, Duration):
        return value
    try:
        return durations.parse(value)
    except ValueError:
        raise Refused(*duration_words(value)) from None


def _from_reader(reader: Any, value: object, *more: str) -> Any:
    """Use a reader of trees on a plain value; its first problem becomes the refusal."""
    problems = Problems()
    try:
        answer = reader(Spot(from_plain(value), (), problems), *more)
    except TypeError as error:
        raise Refused(str(error)) from None
    if problems.found:
        first = problems.found[0]
        raise Refused(first.what, first.mend, first.path)
    return answer


def _clock(value: object) -> time:
    answer: time = value if isinstance(value, time) else _from_reader(clock, value)
    return answer


def _key(value: object) -> str:
    return str(_from_reader(key_of, value, "a name here"))


def _event(value: object) -> str:
    return str(_from_reader(event_name, value))


def _percent(value: object) -> int:
    points = percent(value)
    if points is None:
        raise Refused(f"{shown(value)} is not a share", "Write it like `50%` or `12.5%`, at most `100%`.")
    return points


def _where(value: dict[str, Any]) -> dict[str, Any]:
    _from_reader(where, value)
    return value


def _described(pattern: str, words: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "description": words})


DurationField = Annotated[
    Duration,
    PlainValidator(_duration),
    _described(DURATION_PATTERN, "A duration, such as `2 days` or `48 hours`."),
]
ClockField = Annotated[
    time, PlainValidator(_clock), _described(CLOCK_PATTERN, 'A local time of day: "09:00".')
]
KeyField = Annotated[str, PlainValidator(_key), _described(KEY_PATTERN, KEY_MEND)]
EventField = Annotated[str, PlainValidator(_event), _described(EVENT_PATTERN, EVENT_MEND)]
ShareField = Annotated[int, PlainValidator(_percent), _described(PERCENT_PATTERN, "A share, such as `50%`.")]
WhereField = Annotated[dict[str, Any], AfterValidator(_where), WithJsonSchema({NESTED: "where"})]
StepsField = Annotated[list[Any], WithJsonSchema({NESTED: "steps"})]
RuleField = Annotated[dict[str, Any], WithJsonSchema({NESTED: "rule"})]

"""TELLING: what the schema says of a door's operation. Every one has a sentence, its answers and an example."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from orchestrator.api.once import HEADER, LONGEST
from orchestrator.api.params import Param
from orchestrator.api.problems import MEDIA_TYPE
from orchestrator.api.shapes import Problem

F = TypeVar("F", bound=Callable[..., Any])
_ALWAYS = {
    400: "The call cannot be read: `errors` says what is wrong, and where.",
    401: "Nobody is known by what was shown.",
    403: "The key lacks a scope, or the account a right.",
    429: "Too many calls in this minute: `Retry-After` says when to come again.",
}
_WRITES = {
    409: "It cannot be done as things stand, or a call with this Idempotency-Key is under way.",
    413: "The body is larger than 1 MB.",
    415: "The body is not said to be JSON.",
    422: "This Idempotency-Key came with another body.",
}
_MISSING = {404: "There is no such thing."}


def told(
    name: str,
    summary: str,
    *,
    tag: str,
    answers: Any,
    example: Any,
    status: int = 200,
    params: Sequence[Param] = (),
    body: Any = None,
    sent: Any = None,
    missing: bool = False,
    writes: bool = False,
    also: Mapping[int, Any] | None = None,
) -> Callable[[F], F]:
    """Say what an operation does; `name` is its own among all. `sent` is an example of the body, `example` one of the answer."""
    refusals = {**_ALWAYS, **(_WRITES if writes else {}), **(_MISSING if missing else {})}
    responses: dict[Any, Any] = {
        status: OpenApiResponse(answers, description="Done."),
        **{code: OpenApiResponse(shape, description="Done.") for code, shape in (also or {}).items()},
        **{
            (code, MEDIA_TYPE): OpenApiResponse(Problem, description=words)
            for code, words in refusals.items()
        },
    }
    examples = [
        OpenApiExample(
            "answer", value=example, response_only=True, status_codes=[str(status), *map(str, also or {})]
        )
    ]
    if sent is not None:
        examples.append(OpenApiExample("body", value=sent, request_only=True))
    parameters = [_parameter(one) for one in params]
    if writes:
        parameters.append(_IDEMPOTENCY)
    return extend_schema(
        operation_id=name,
        summary=summary,
        tags=[tag],
        parameters=parameters,
        request=body,
        responses=responses,
        examples=examples,
    )


_IDEMPOTENCY = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="The same key with the same body is done once, and answered the same for a day.",
)


def _parameter(one: Param) -> OpenApiParameter:
    shape: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 300}
    if one.whole:
        shape = {"type": "integer", "minimum": one.whole[0], "maximum": one.whole[1]}
        if one.default is not None:
            shape["default"] = one.default
    elif one.choices:
        shape = {"type": "string", "enum": list(one.choices)}
    beside = f" Beside one of: {', '.join(one.needs)}." if one.needs else ""
    return OpenApiParameter(one.name, shape, description=one.about + beside, required=one.required)

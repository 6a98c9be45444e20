"""PROBLEMS: how every refusal of the API looks (RFC 9457, `application/problem+json`).

`type`, `title`, `status` and `detail` are the standard's; `code` is one word for programs, which stays when the words
change; `errors` names each part that is wrong, by a JSON pointer (RFC 6901) into the body or by a parameter's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

MEDIA_TYPE = "application/problem+json"
Fault = Mapping[str, Any]  # pointer or parameter, code, detail
MOST_FAULTS = 100  # of one answer: a body with ten thousand faults needs no ten thousand lines


class Refused(Exception):
    """This call is not done; `code` for programs, the words for people, and what exactly is wrong."""

    def __init__(
        self,
        code: str,
        detail: str,
        status: int = 400,
        errors: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code, self.status, self.errors, self.headers = code, status, errors, headers


def problem(
    code: str,
    detail: str,
    status: int,
    errors: Sequence[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer that says so."""
    told: dict[str, Any] = {
        "type": f"/api/docs/#problem-{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if errors:
        told["errors"] = list(errors[:MOST_FAULTS])
    return Response(told, status, headers=headers, content_type=MEDIA_TYPE)


def answer(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """What is answered to whatever a door raises; None for what nobody foresaw, which is ours and a 500."""
    if isinstance(error, Refused):
        return problem(error.code, str(error), error.status, error.errors, error.headers)
    if isinstance(error, RequestDataTooBig):
        return problem("too_large", "The body is larger than 1 MB.", 413)
    if isinstance(error, SuspiciousOperation):
        return problem("bad_request", "This request cannot be read.", 400)
    if isinstance(error, Http404):
        return problem("not_found", "There is nothing at this address.", 404)
    if isinstance(error, PermissionDenied):
        return problem("permission_denied", str(error) or "You may not do this.", 403)
    usual = exception_handler(error, dict(context))
    if usual is None or not isinstance(error, APIException):
        return None
    kept = {name: usual[name] for name in ("WWW-Authenticate", "Retry-After") if usual.has_header(name)}
    if isinstance(error, ValidationError):
        return invalid(list(faults(error.detail)), kept)
    return problem(_code(error), _words(error), error.status_code, headers=kept)


def invalid(errors: Sequence[Fault], headers: Mapping[str, str] | None = None) -> Response:
    """What was sent has the wrong shape."""
    return problem("invalid", said(errors), 400, errors, headers)


def said(errors: Sequence[Fault]) -> str:
    """The first faults in words."""
    words = [f"{one.get('pointer', one.get('parameter', ''))}: {one['detail']}" for one in errors[:3]]
    more = f" And {len(errors) - 3} more." if len(errors) > 3 else ""
    return " ".join(words) + more


def faults(detail: Any, pointer: str = "") -> Iterator[Fault]:
    """A serializer's errors, each with where it is."""
    if isinstance(detail, Mapping):
        for name, below in detail.items():
            here = pointer if name == "non_field_errors" else f"{pointer}/{escaped(str(name))}"
            yield from faults(below, here)
    elif isinstance(detail, list):
        for number, below in enumerate(detail):
            plain = isinstance(below, ErrorDetail)
            yield from faults(below, pointer if plain else f"{pointer}/{number}")
    elif detail:
        yield {"pointer": pointer, "code": getattr(detail, "code", "invalid"), "detail": str(detail)}


def escaped(name: str) -> str:
    """A name as one step of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def _code(error: APIException) -> str:
    codes = error.get_codes()
    return codes if isinstance(codes, str) else "refused"


def _words(error: APIException) -> str:
    return str(error.detail)

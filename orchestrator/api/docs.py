"""`/api/docs/`: the schema as a page to read. It loads nothing from elsewhere and runs no script."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from orchestrator.api.known_problems import PROBLEMS

_METHODS = ("get", "post", "put", "patch", "delete")


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The same for everybody, written once a process."""
    return HttpResponse(_page())


@cache
def _page() -> str:
    schema = SchemaGenerator().get_schema(public=True)
    rooms: dict[str, list[dict[str, Any]]] = {}
    for one in _operations(schema):
        rooms.setdefault(one["room"], []).append(one)
    context = {"rooms": rooms.items(), "problems": PROBLEMS.items()}
    return render_to_string("api/docs.html", context)


def _operations(schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path, ways in schema["paths"].items():
        for method in _METHODS:
            if (said := ways.get(method)) is not None:
                yield {
                    "room": said["tags"][0],
                    "name": said["operationId"],
                    "method": method.upper(),
                    "path": path,
                    "summary": said["summary"],
                    "text": said.get("description", ""),
                    "parameters": said.get("parameters", []),
                    "body": _example(said.get("requestBody", {})),
                    "answers": list(_answers(said["responses"])),
                }


def _answers(responses: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for status, said in sorted(responses.items()):
        yield {"status": status, "text": said["description"], "example": _example(said)}


def _example(content: Mapping[str, Any]) -> str:
    """The first example of a body or an answer, as JSON; "" where there is none."""
    examples = content.get("content", {}).get("application/json", {}).get("examples", {})
    first = next(iter(examples.values()), None)
    return json.dumps(first["value"], indent=2, ensure_ascii=False) if first else ""

"""The schema: whole, the same as the committed one, and true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver

from orchestrator.api.known_problems import PROBLEMS
from tests.environment import ROOT

COMMITTED = ROOT / "docs" / "openapi.yaml"


@pytest.fixture(scope="module")
def schema() -> Any:
    return yaml.safe_load(COMMITTED.read_text(encoding="utf-8"))


def operations(schema: Any) -> list[tuple[str, str, Any]]:
    methods = ("get", "post", "patch", "put", "delete")
    return [
        (path, method, said)
        for path, ways in schema["paths"].items()
        for method, said in ways.items()
        if method in methods
    ]


def test_the_committed_schema_is_the_one_that_is_generated(tmp_path: Path) -> None:
    made = tmp_path / "openapi.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(made))
    assert made.read_text(encoding="utf-8") == COMMITTED.read_text(encoding="utf-8"), (
        "write it anew: python manage.py spectacular --file docs/openapi.yaml"
    )


def test_everybody_may_read_it(db: None) -> None:
    answer = Client().get("/api/schema/")
    assert (answer.status_code, yaml.safe_load(answer.content)["openapi"]) == (200, "3.0.3")
    assert Client().get("/api/schema/?format=json").json()["info"]["title"] == "Journeys"


def test_every_operation_has_a_name_a_sentence_and_examples(schema: Any) -> None:
    names = [said["operationId"] for _path, _method, said in operations(schema)]
    assert len(names) == len(set(names))
    for path, method, said in operations(schema):
        assert said["summary"], (path, method)
        good = [content for code, content in said["responses"].items() if code < "300"]
        assert all(one["content"]["application/json"]["examples"] for one in good), (path, method)
        if "requestBody" in said:
            assert said["requestBody"]["content"]["application/json"]["examples"], (path, method)


def test_every_door_stands_in_it(schema: Any) -> None:
    [api] = [one for one in get_resolver().url_patterns if str(one.pattern) == "api/v1/"]
    doors = {one.name for one in api.url_patterns} - {"api_nowhere"}
    assert len(schema["paths"]) == len(doors)


def test_every_refusal_is_a_problem(schema: Any) -> None:
    for path, method, said in operations(schema):
        for code, content in said["responses"].items():
            kinds = set(content["content"])
            assert kinds == ({"application/problem+json"} if code >= "400" else {"application/json"}), (
                path,
                method,
            )


def test_the_page_shows_every_operation_and_every_problem_and_loads_nothing_from_elsewhere(
    db: None, schema: Any
) -> None:
    answer = Client().get("/api/docs/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert re.findall(r"<script|style=|https?://(?!shop\.example)", page) == []
    for _path, _method, said in operations(schema):
        assert f'id="{said["operationId"]}"' in page
    for code in PROBLEMS:
        assert f'id="problem-{code}"' in page


def test_every_code_that_the_api_gives_has_words() -> None:
    source = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "orchestrator" / "api").glob("*.py")
    )
    source += (ROOT / "orchestrator" / "journeys" / "enter.py").read_text(encoding="utf-8")
    given = set(re.findall(r'(?:Refused|refused|problem|BadRequest|EnterError)\(\s*"([a-z_]+)"', source))
    assert len(given) > 20
    assert given - set(PROBLEMS) == set()

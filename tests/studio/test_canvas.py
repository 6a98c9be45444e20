"""The canvas asks and is answered: the draft drawn, edited in its text, checked, and saved unless another was faster."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from orchestrator.journeys.models import Journey
from orchestrator.workspace.models import Brand

TEXT = """journey: canvas
entry: {event: a.b}
steps:
  - send: hello   # greets
    via: [email]
    id: hello
"""


@pytest.fixture
def journey(db: None) -> Journey:
    brand, _ = Brand.objects.get_or_create(key="default", defaults={"name": "Shop"})
    return Journey.objects.create(key="canvas", title="Canvas", brand=brand, draft=TEXT)


def url(journey: Journey, name: str) -> str:
    return reverse(f"admin:journeys_journey_{name}", args=[journey.pk])


def post(client: Client, journey: Journey, name: str, body: Any) -> Any:
    sent = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(url(journey, name), sent, content_type="application/json")


def edit(client: Client, journey: Journey, text: str, **edit: Any) -> Any:
    return post(client, journey, "canvas_edit", {"text": text, "edit": edit})


@pytest.mark.parametrize("language", ["en", "pl"])
def test_the_page_opens_with_the_draft(marketer: Client, journey: Journey, language: str) -> None:
    answer = marketer.get(url(journey, "canvas"), headers={"Accept-Language": language})
    assert answer.status_code == 200
    data = answer.context["data"]
    assert data["draft"]["text"] == TEXT
    assert {"send", "split", "wait_until"} <= {kind["name"] for kind in data["kinds"]}


def test_a_step_goes_into_the_text_and_out_again(marketer: Client, journey: Journey) -> None:
    kind = {"do": "insert", "into": ["steps"], "index": 1, "value": {"wait": "2 days"}}
    told = edit(marketer, journey, TEXT, **kind).json()
    assert told["text"] == TEXT + "  - wait: 2 days\n    id: wait_2_days\n"
    assert told["chosen"] == ["steps", 1]
    assert [step["id"] for step in told["steps"]] == ["hello", "wait_2_days"]
    assert told["problems"] == []
    assert edit(marketer, journey, told["text"], do="delete", path=["steps", 1]).json()["text"] == TEXT
    doubled = edit(marketer, journey, TEXT, do="duplicate", path=["steps", 0]).json()
    assert [step["id"] for step in doubled["steps"]] == ["hello", "hello_2"]
    assert doubled["text"].count("# greets") == 2
    changed = edit(marketer, journey, TEXT, do="change", path=["steps", 0], written={"via": "[sms, push]"})
    assert changed.json()["text"] == TEXT.replace("[email]", "[sms, push]")
    assert Journey.objects.get().draft == TEXT


def test_a_problem_says_its_line_and_its_step(marketer: Client, journey: Journey) -> None:
    wrong = TEXT + "  - wait_until: {event: order.placed}\n    id: paid\n"
    [problem] = post(marketer, journey, "canvas_check", {"text": wrong}).json()["problems"]
    assert (problem["line"], problem["path"], problem["id"]) == (7, ["steps", 1], "paid")
    unreadable = post(marketer, journey, "canvas_check", {"text": "steps: ["}).json()
    assert unreadable["steps"] is None
    assert len(unreadable["problems"]) == 1


def test_of_two_who_save_the_later_is_told(marketer: Client, journey: Journey) -> None:
    begun = marketer.get(url(journey, "canvas_read")).json()["revision"]
    first = post(marketer, journey, "canvas_save", {"text": TEXT + "# mine\n", "revision": begun})
    assert first.status_code == 200
    late = post(marketer, journey, "canvas_save", {"text": TEXT + "# late\n", "revision": begun})
    assert late.status_code == 409
    assert late.json()["who"] == "ola"
    assert late.json()["text"] == TEXT + "# mine\n"
    assert Journey.objects.get().draft == TEXT + "# mine\n"
    again = {"text": TEXT + "# late\n", "revision": late.json()["revision"]}
    assert post(marketer, journey, "canvas_save", again).status_code == 200
    assert Journey.objects.get().draft == TEXT + "# late\n"


RUBBISH: list[Any] = [
    b"\xff", "", "[]", "null", '{"text": 7}', '{"text": "a\\u0000b"}', '{"text": "\\ud800"}', "[" * 100_000,
    {"text": TEXT}, {"text": TEXT, "edit": 7}, {"text": TEXT, "edit": {"do": "dance"}},
    {"text": TEXT, "edit": {"do": "delete", "path": []}}, {"text": TEXT, "edit": {"do": "delete", "path": ["steps", 9]}},
    {"text": TEXT, "edit": {"do": "delete", "path": [{}]}}, {"text": TEXT, "edit": {"do": "delete", "path": ["steps", True]}},
    {"text": TEXT, "edit": {"do": "insert", "into": ["steps"], "index": -1, "value": {}}},
    {"text": TEXT, "edit": {"do": "insert", "into": [], "index": 0, "value": {"wait": "1 day"}}},
    {"text": TEXT, "edit": {"do": "insert", "into": ["journey"], "index": 0, "value": 7}},
    {"text": TEXT, "edit": {"do": "move", "path": ["steps", 0], "into": ["steps", 0, "then"], "index": 0}},
    {"text": TEXT, "edit": {"do": "move", "path": ["journey"], "into": ["steps"], "index": 0}},
    {"text": TEXT, "edit": {"do": "duplicate", "path": []}}, {"text": TEXT, "edit": {"do": "duplicate", "path": ["entry"]}},
    {"text": TEXT, "edit": {"do": "change", "path": ["steps"], "fields": {"a": 1}}},
    {"text": TEXT, "edit": {"do": "change", "path": ["steps", 0], "written": {"via": "["}}},
    {"text": "steps: [", "edit": {"do": "delete", "path": ["steps", 0]}},
]  # fmt: skip


@pytest.mark.parametrize("body", RUBBISH, ids=range(len(RUBBISH)))
def test_rubbish_is_refused_in_words(marketer: Client, journey: Journey, body: Any) -> None:
    answer = post(marketer, journey, "canvas_edit", body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert Journey.objects.get().draft == TEXT


def test_only_who_may_change_journeys_draws(journey: Journey) -> None:
    reader = User.objects.create_user("reader", password="x", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_journey"))
    client = Client()
    client.force_login(reader)
    assert client.get(url(journey, "canvas")).status_code == 403
    assert post(client, journey, "canvas_save", {"text": "", "revision": ""}).status_code == 403
    assert Client().get(url(journey, "canvas")).status_code == 302
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_superuser("boss"))
    assert post(strict, journey, "canvas_save", {"text": "", "revision": ""}).status_code == 403


def test_a_journey_is_paused_resumed_and_stopped_from_the_canvas(marketer: Client, journey: Journey) -> None:
    data = marketer.get(url(journey, "canvas")).context["data"]
    assert (data["published"], data["status"]["code"]) == (False, "draft")
    Journey.objects.update(status="live")
    for verb, status in (("pause", "paused"), ("resume", "live"), ("stop", "stopped")):
        answer = marketer.post(data["urls"][verb], {"back": "canvas"})
        assert (answer.status_code, answer["Location"]) == (302, url(journey, "canvas"))
        assert Journey.objects.get().status == status
    assert marketer.post(data["urls"]["pause"], {"back": "//evil.example"})["Location"] == (
        reverse("admin:journeys_journey_change", args=[journey.pk])
    )

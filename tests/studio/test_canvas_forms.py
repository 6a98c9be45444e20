"""Forms of the canvas: a form and the text it stands for say the same, rubbish is refused, problems are at their field."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.journeys.models import Journey
from orchestrator.studio.panel.values import KINDS, from_form, to_form
from orchestrator.workspace.models import Brand, Topic
from tests.generated import clocks, durations, events, keys, limits, rates, rules_of

TEXT = """# What we say first.
journey: forms
title: Forms
purpose: marketing
entry: {event: a.b}  # the way in
exit_when:
  - {event: account.closed}
steps:
  - choose:
      - when: {consent: email}  # why
        then: []
    id: chosen
"""
where = st.dictionaries(keys, st.integers(0, 9) | keys | st.just({"at_least": 5}), min_size=1, max_size=2)
leaves = st.one_of(
    st.builds(lambda key, value: {"attribute": key, "is": value}, keys, st.integers(-9, 9) | keys | st.booleans()),
    st.builds(lambda name, within: {"event": name, "within": within}, events, durations),
    st.builds(lambda name: {"event": name, "since": "entry"}, events),
    st.builds(lambda key: {"segment": key}, keys),
    st.builds(lambda key: {"consent": key}, keys),
    st.builds(lambda key: {"strange": {"of": [key, None, 1.5, True]}}, keys),
)  # fmt: skip
rules = rules_of(leaves)


def told(needed: dict[str, Any], **optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(needed, optional=optional)


def _way(word: str, about: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(lambda one: {word: one}, about)


ways = st.one_of(
    _way("event", events | told({"name": events}, where=where)),
    _way("inactive", told({"event": events, "for": durations})),
    _way("segment", told({"enters": keys}) | told({"leaves": keys})),
    _way("date", told({"attribute": keys}, at=clocks, leap=st.just("mar1"), offset=st.just("-7 days"))),
    _way("milestone", told({"event": events, "count": st.just([1, 5])}, rearm=st.just("per month"))),
    _way(
        "audience",
        told(
            {"segment": keys, "at": st.just("2026-03-09 10:00")},
            zone=st.just("customer"),
            who=rules,
            pace=st.just({"waves": ["10%", "90%"], "every": "1 hour"}),
        ),
    ),
    _way(
        "schedule",
        told({"every": st.just("week"), "on": st.sampled_from([["monday"], "monday", [1]])}, at=clocks),
    ),
    _way("api", keys | told({"name": keys}, requires=st.just(["order_id"]))),
    _way("replenishment", told({"event": events}, by=keys, before=st.just("3 days"))),
    _way("event", st.none() | st.integers(-9, 9) | st.just("")),
    _way("inactive", st.none() | st.integers(-9, 9) | keys),
    _way("strange", keys),
)
around = told(
    {},
    only_if=rules,
    again=st.sampled_from(["never", "after exit", "after 180 days", "per cart_id", "always", "rubbish", 7]),
    grace=durations,
    limit=limits | rates,
    typo=st.none() | st.text(max_size=5),
)


def _entry(way: dict[str, Any], others: dict[str, Any], first: bool) -> dict[str, Any]:
    return way | others if first else others | way


several = st.builds(lambda one: {"any_of": one}, st.lists(ways, max_size=3))
entries = st.builds(_entry, ways | several | st.just({}), around, st.booleans()).filter(bool)
values = st.one_of(
    st.tuples(st.just("entry"), entries),
    st.tuples(st.just("rule"), rules),
    st.tuples(st.just("rules"), st.lists(rules, min_size=1, max_size=3)),
    st.tuples(st.just("goal"), told({"event": events}, within=durations, where=where, typo=st.none())),
    st.tuples(st.sampled_from(KINDS), st.integers(-9, 9) | st.lists(keys, max_size=2) | keys),
)


@settings(max_examples=800, deadline=None)
@given(values)
def test_a_form_says_what_the_text_says_in_its_order(one: tuple[str, Any]) -> None:
    kind, value = one
    form, places = to_form(kind, copy.deepcopy(value))
    sent = json.loads(json.dumps(form))
    again, there = from_form(sent)
    assert json.dumps(again) == json.dumps(value)
    assert {(place.id, place.path) for place in there} == {(place.id, place.path) for place in places}


@pytest.fixture
def journey(db: None) -> Journey:
    brand, _ = Brand.objects.get_or_create(key="default", defaults={"name": "Shop"})
    return Journey.objects.create(key="forms", title="Forms", brand=brand, draft=TEXT)


def ask(client: Client, journey: Journey, body: Any) -> Any:
    url = reverse("admin:journeys_journey_canvas_form", args=[journey.pk])
    sent = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(url, sent, content_type="application/json")


def of(name: str, kind: str, path: list[str | int], **more: Any) -> dict[str, Any]:
    return {"text": TEXT, "name": name, "kind": kind, "path": path, **more}


def test_a_rule_is_opened_changed_and_told_in_its_place(marketer: Client, journey: Journey) -> None:
    there = ["steps", 0, "choose", 0]
    begun = ask(marketer, journey, of("when", "rule", there)).json()
    assert begun["written"] == "{consent: email}"
    assert begun["problems"] == []
    form = begun["form"]
    [leaf] = form["tree"]["rules"]
    assert leaf == {"id": "r.0", "field": "consent", "operator": "is", "value": {"consent": "email"}}
    assert set(begun["said"]) == {"r.0"}
    form["tree"]["rules"][0]["value"] = {"event": "order.placed", "within": "soon"}
    form["tree"]["rules"][0]["field"] = "event"
    told = ask(marketer, journey, of("when", "rule", there, form=form)).json()
    assert told["written"] == "{event: order.placed, within: soon}"
    [problem] = told["problems"]
    assert (problem["id"], problem["field"]) == ("r.0", "within")
    assert "soon" in problem["words"]
    form["tree"]["rules"] = []
    emptied = ask(marketer, journey, of("when", "rule", there, form=form)).json()
    assert emptied["written"] is None
    assert Journey.objects.get().draft == TEXT


def test_who_leaves_is_a_list_one_of_which_is_enough(marketer: Client, journey: Journey) -> None:
    form = ask(marketer, journey, of("exit_when", "rules", [])).json()["form"]
    assert form["tree"]["combinator"] == "any"
    form["tree"]["rules"].append(
        {"id": "x", "field": "consent", "operator": "not", "value": {"consent": "Email"}}
    )
    told = ask(marketer, journey, of("exit_when", "rules", [], form=form)).json()
    assert told["written"] == "[{event: account.closed}, {not: {consent: Email}}]"
    assert [one["id"] for one in told["problems"]] == ["x"]
    form["tree"]["combinator"] = "all"
    both = ask(marketer, journey, of("exit_when", "rules", [], form=form)).json()
    assert both["written"] == "[{all: [{event: account.closed}, {not: {consent: Email}}]}]"
    assert [one["id"] for one in both["problems"]] == ["x"]


def test_a_way_in_that_is_wrong_is_so_at_its_field(marketer: Client, journey: Journey) -> None:
    begun = ask(marketer, journey, of("entry", "entry", [])).json()
    form = begun["form"]
    assert (form["many"], form["ways"][0]["kind"], form["ways"][0]["value"]) == (
        False,
        "event",
        {"name": "a.b"},
    )
    form["ways"][0]["value"]["name"] = "Not an event"
    told = ask(marketer, journey, of("entry", "entry", [], form=form)).json()
    assert [(one["id"], one["field"]) for one in told["problems"]] == [("w0", "name")]
    form["ways"] = [{"id": "w0", "kind": "inactive", "value": {"event": "order.placed", "for": "long"}}]
    told = ask(marketer, journey, of("entry", "entry", [], form=form)).json()
    assert told["written"] == "{inactive: {event: order.placed, for: long}}"
    assert [(one["id"], one["field"]) for one in told["problems"]] == [("w0", "for")]
    form["ways"][0]["value"]["for"] = "90 days"
    form["value"]["again"] = "per key"
    told = ask(marketer, journey, of("entry", "entry", [], form=form)).json()
    assert [(one["id"], one["field"]) for one in told["problems"]] == [("entry", "again")]
    form["value"]["again"] = "after 180 days"
    form["only_if"]["rules"] = [
        {"id": "y", "field": "segment", "operator": "not", "value": {"segment": "vip"}}
    ]
    form["texts"]["limit"] = "{entries: 5 per day}"
    told = ask(marketer, journey, of("entry", "entry", [], form=form)).json()
    assert told["written"] == (
        "{inactive: {event: order.placed, for: 90 days}, limit: {entries: 5 per day}, "
        "again: after 180 days, only_if: {not: {segment: vip}}}"
    )
    assert told["problems"] == []
    assert told["whole"]


@pytest.mark.parametrize(
    ("kind", "value", "field"),
    [
        ("segment", {}, "enters"),
        ("audience", {"segment": "club"}, "at"),
        ("inactive", {"event": "a.b"}, "for"),
        ("schedule", {"every": "week"}, "on"),
        ("api", {}, "name"),
    ],
)
def test_what_is_not_filled_in_is_said_at_its_field(
    marketer: Client, journey: Journey, kind: str, value: dict[str, Any], field: str
) -> None:
    form = ask(marketer, journey, of("entry", "entry", [])).json()["form"]
    for many in (False, True):
        form |= {"many": many, "ways": [{"id": "w0", "kind": kind, "bare": kind == "api", "value": value}]}
        told = ask(marketer, journey, of("entry", "entry", [], form=form)).json()
        assert told["problems"] == [{"words": "Fill this in.", "id": "w0", "field": field}]


def test_a_goal_needs_an_event(marketer: Client, journey: Journey) -> None:
    form = ask(marketer, journey, of("goal", "goal", [])).json()["form"]
    assert form == {"as": "goal", "value": {}, "texts": {}, "order": []}
    form["value"] = {"within": "14 days"}
    told = ask(marketer, journey, of("goal", "goal", [], form=form)).json()
    assert told["problems"] == [{"words": "Fill this in.", "id": "goal", "field": "event"}]
    form["value"]["event"] = "order.placed"
    told = ask(marketer, journey, of("goal", "goal", [], form=form)).json()
    assert (told["written"], told["problems"]) == ("{within: 14 days, event: order.placed}", [])


def test_a_field_s_text_that_cannot_be_read_is_named(marketer: Client, journey: Journey) -> None:
    form = ask(marketer, journey, of("entry", "entry", [])).json()["form"]
    form["texts"]["limit"] = "{entries: ["
    answer = ask(marketer, journey, of("entry", "entry", [], form=form))
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("What is written at “limit” cannot be read: ")


DEEP: dict[str, Any] = {"combinator": "all", "rules": []}
for _ in range(60):
    DEEP = {"combinator": "all", "rules": [DEEP]}
WAY: dict[str, Any] = {
    "as": "entry",
    "many": False,
    "only_if": {"combinator": "all", "rules": []},
    "order": [],
}


@pytest.mark.parametrize(
    "body",
    [
        "", "[]", "{", b"\xff", "{}", '{"text": 1}',
        of("entry", "entry", ["nowhere"]),
        of("entry", "entry", ["steps", 9]),
        of("entry", "entry", [{}]),
        of("entry", "nothing", []),
        of("entry", ["entry"], []),  # type: ignore[arg-type]
        of(7, "entry", []),  # type: ignore[arg-type]
        of("entry", "entry", []) | {"text": "steps: ["},
        of("entry", "entry", []) | {"text": "just words"},
        *(of("entry", "entry", [], form=form) for form in (
            None, [], "x", {"as": "nothing"}, {"as": ["rule"]}, {"as": "rule"}, {"as": "rule", "tree": DEEP},
            {"as": "rules", "tree": 5}, {"as": "text", "text": 5}, {"as": "text", "text": "a: ["},
            {"as": "goal", "value": []}, {"as": "goal", "texts": {"a": 5}}, {"as": "goal", "order": [1]},
            {"as": "goal", "value": {"event": float("1e999")}},
            {"as": "entry"}, WAY | {"ways": [7]}, WAY | {"ways": [{"kind": "strange"}]},
            WAY | {"ways": [{"kind": ["event"]}]}, WAY | {"ways": [{"kind": "yaml", "text": "words"}]},
            WAY | {"ways": [{"kind": "event"}, {"kind": "api"}]}, WAY | {"ways": [], "only_if": None},
            WAY | {"ways": [], "order": 5}, WAY | {"ways": [], "many": 1},
        )),
    ],
)  # fmt: skip
def test_rubbish_is_refused_in_words(marketer: Client, journey: Journey, body: Any) -> None:
    sent = json.dumps(body).replace("Infinity", "1e999") if isinstance(body, dict) else body
    answer = ask(marketer, journey, sent)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert Journey.objects.get().draft == TEXT


def test_only_who_may_change_the_journey_is_answered(
    client: Client, marketer: Client, journey: Journey
) -> None:
    names = reverse("admin:journeys_journey_canvas_names", args=[journey.pk])
    assert client.get(names).status_code == 302
    assert ask(client, journey, of("entry", "entry", [])).status_code == 302
    client.force_login(User.objects.create_user("guest", is_staff=True))
    assert client.get(names).status_code == 403
    assert ask(client, journey, of("entry", "entry", [])).status_code == 403
    told = marketer.get(names).json()
    assert {"texts", "operators", "known", "ways", "again", "weekdays"} == set(told)
    assert marketer.post(names).status_code == 405


def test_the_journey_s_own_fields_offer_what_there_is(marketer: Client, journey: Journey) -> None:
    Topic.objects.create(key="forms_club", title={"en": "The club"})
    page = marketer.get(reverse("admin:journeys_journey_canvas", args=[journey.pk]))
    fields = {one["name"]: one for one in page.context["data"]["header"]}
    assert fields["title"]["languages"] == [("pl", "Polish"), ("en", "English")]
    assert fields["topic"]["called"]["forms_club"] == "The club"
    assert "default" in fields["brand"]["choices"]
    assert {name: one["form"] for name, one in fields.items() if "form" in one} == {
        "entry": "entry",
        "goal": "goal",
        "exit_when": "rules",
    }
    kinds = {one["name"]: one["inputs"] for one in page.context["data"]["kinds"]}
    built = {
        (kind, one["name"]) for kind, inputs in kinds.items() for one in inputs if one.get("form") == "rule"
    }
    assert built == {("wait_until", "wait_until"), ("repeat", "until")}

"""The builder asks and is answered: a rule looked at, counted, asked about one customer, and kept unless another was faster."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orchestrator import registry
from orchestrator.customers.models import Customer
from orchestrator.customers.save import Person, save
from orchestrator.events.record import NewEvent, record
from orchestrator.journeys.models import Journey, JourneyVersion
from orchestrator.journeys.yaml import read
from orchestrator.journeys.yaml_reader import LARGEST
from orchestrator.segments.define import define, read_segment_rule
from orchestrator.segments.models import Membership, Segment
from orchestrator.studio.builder import counting
from orchestrator.workspace.models import Brand, Workspace
from tests.dummy_plugin.dummy_plugin import Regular

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEXT = """# Whom we call.
all:
  - {attribute: tier, is: gold}   # ours
  - not: {consent: sms}
"""


@pytest.fixture
def segment(db: None) -> Segment:
    """A segment, and nine people of whom three are gold."""
    Brand.objects.get_or_create(key="default", defaults={"name": "Shop"})
    people = [
        Person(
            external_id=f"p{n}",
            attributes={"tier": "basic" if n % 3 else "gold", "first_name": f"Anna{n}"},
            addresses={"email": f"p{n}@shop.example"},
        )
        for n in range(9)
    ]
    save(people, NOW)
    return made("call", "Whom to call", TEXT)


def made(key: str, title: str, text: str) -> Segment:
    define(key, title, text, read_segment_rule(read(text), key), NOW)
    return Segment.objects.get(key=key)


def post(client: Client, name: str, body: Any) -> Any:
    sent = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(
        reverse(f"admin:segments_segment_builder_{name}"), sent, content_type="application/json"
    )


def opened(client: Client, segment: Segment, language: str = "en") -> dict[str, Any]:
    url = reverse("admin:segments_segment_builder", args=[segment.pk])
    answer = client.get(url, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return dict(answer.context["data"])


def wish(segment: Segment, data: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": segment.pk, "key": segment.key, "title": data["title"], "text": data["draft"]["text"],
        "revision": data["revision"], **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "tier is gold"), ("pl", "tier to gold")],
)
def test_the_page_opens_with_the_rule(marketer: Client, segment: Segment, language: str, said: str) -> None:
    data = opened(marketer, segment, language)
    assert data["draft"]["text"] == TEXT
    assert data["draft"]["problems"] == []
    assert data["draft"]["said"]["r.0"] == said
    first, second = data["draft"]["tree"]["rules"]
    assert first == {
        "id": "r.0",
        "field": "attribute",
        "operator": "is",
        "value": {"attribute": "tier", "is": "gold"},
    }
    assert second == {"id": "r.1", "field": "consent", "operator": "not", "value": {"consent": "sms"}}
    assert data["known"]["attributes"]["tier"] == {"kind": "text", "values": ["basic", "gold"]}


def test_the_tree_and_the_text_follow_each_other(marketer: Client, segment: Segment) -> None:
    tree = opened(marketer, segment)["draft"]["tree"]
    tree["rules"][0]["value"]["is"] = "basic"
    tree["rules"].append(
        {"id": "mine", "field": "event", "operator": "is", "value": {"event": "order.placed"}}
    )
    told = post(marketer, "look", {"tree": tree, "text": TEXT, "key": "call"}).json()
    assert told["text"] == TEXT.replace("gold", "basic") + "  - event: order.placed\n"
    assert told["said"]["mine"] == "order.placed happened"
    assert told["whole"] == "Tier is basic and not (consent to SMS is given) and order.placed happened"
    assert "tree" not in told
    back = post(marketer, "look", {"text": told["text"], "key": "call"}).json()
    assert [one["id"] for one in back["tree"]["rules"]] == ["r.0", "r.1", "r.2"]
    empty = post(marketer, "look", {"text": "# nothing yet\n", "key": ""}).json()
    assert (empty["tree"]["rules"], empty["problems"]) == ([], [])


def test_segments_and_journeys_are_said_by_their_titles(marketer: Client, segment: Segment) -> None:
    Journey.objects.create(key="calls", title="Calls", brand=Brand.objects.get())
    text = "any:\n  - {segment: call}\n  - {received: {journey: calls}}\n  - {attribute: segment, is: call}\n"
    told = post(marketer, "look", {"text": text, "key": ""}).json()
    assert list(told["said"].values()) == [
        "they are in “Whom to call”", "they received a message of “Calls”", "segment is call",
    ]  # fmt: skip
    assert told["text"] == text
    gone = post(marketer, "look", {"text": "segment: gone\n", "key": ""}).json()
    assert gone["said"]["r.0"] == "they are in “gone”"


def test_a_problem_stands_at_its_part(marketer: Client, segment: Segment) -> None:
    wrong = TEXT.replace("is: gold", "above: gold")
    [problem] = post(marketer, "look", {"text": wrong, "key": "call"}).json()["problems"]
    assert (problem["line"], problem["id"]) == (3, "r.0")
    assert "not a number" in problem["words"]
    unknown = TEXT.replace("{consent: sms}", "{segment: nobody}")
    [problem] = post(marketer, "look", {"text": unknown, "key": "call"}).json()["problems"]
    assert problem["id"] == "r.1"
    unreadable = post(marketer, "look", {"text": "all: [", "key": "call"}).json()
    assert "tree" not in unreadable
    assert len(unreadable["problems"]) == 1


def test_a_way_back_to_itself_is_refused_in_words(marketer: Client, segment: Segment) -> None:
    made("inner", "Inner", "segment: call\n")
    circle = {"text": "segment: inner\n", "key": "call"}
    [problem] = post(marketer, "look", circle).json()["problems"]
    assert (
        problem["words"] == "The rule leads back to this segment itself, by way of a segment that it names."
    )
    data = opened(marketer, segment)
    assert post(marketer, "save", wish(segment, data, **circle)).status_code == 400
    assert Segment.objects.get(key="call").source == TEXT


def test_it_is_counted_exactly_part_by_part_and_nothing_is_written(
    marketer: Client, segment: Segment
) -> None:
    before = (Customer.objects.count(), Membership.objects.count(), LogEntry.objects.count())
    with CaptureQueriesContext(connection) as asked:
        told = post(marketer, "count", {"text": TEXT, "key": "call"}).json()
    assert told["headline"] == "3 of 9 customers"
    assert told["parts"] == {
        "r.0": {"words": "alone 3, 33.3% of all; without it 9", "percent": 33.3},
        "r.1": {"words": "alone 9, 100.0% of all; without it 3", "percent": 100},
    }
    assert [one["id"] for one in told["people"]] == ["p6", "p3", "p0"]
    writes = [one["sql"] for one in asked if one["sql"].split(" ", 1)[0] in {"INSERT", "UPDATE", "DELETE"}]
    assert writes == []
    assert (Customer.objects.count(), Membership.objects.count(), LogEntry.objects.count()) == before
    half = post(marketer, "count", {"text": TEXT.replace("is: gold", "is: {}"), "key": "call"}).json()
    assert half["headline"] == ""
    assert list(half["parts"]) == ["r.1"]


def test_of_many_a_sample_is_counted_and_says_so(
    marketer: Client, segment: Segment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MOST", 3)
    told = post(marketer, "count", {"text": "attribute: tier\nexists: true\n", "key": ""}).json()
    assert told["headline"] == "about 9 of about 9 customers"
    assert told["detail"] == (
        "Between 3 and 9, in 95 cases of 100: 3 customers were looked at, drawn by lot."
    )
    none = post(marketer, "count", {"text": "attribute: tier\nis: lead\n", "key": ""}).json()
    assert none["headline"] == "nobody among 3 looked at, of about 9 customers"
    assert none["detail"] == "There may be up to 5."


def test_what_is_too_slow_says_so(
    marketer: Client, segment: Segment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: Any, **__: Any) -> None:
        raise counting.TooSlow

    monkeypatch.setattr(counting, "tally", slow)
    told = post(marketer, "count", {"text": TEXT, "key": "call"}).json()
    assert told == {
        "slow": "Too slow to count while you write. The segment itself finds everybody after saving."
    }


def test_of_one_customer_each_part_is_told(marketer: Client, segment: Segment) -> None:
    yes = post(marketer, "ask", {"text": TEXT, "key": "call", "who": "p3"}).json()
    assert (yes["said"], yes["whole"]) == ("Anna3 fulfils the rule.", True)
    assert yes["parts"] == {"r.0": True, "r.1": True}
    no = post(marketer, "ask", {"text": TEXT, "key": "call", "who": " P4@shop.example "}).json()
    assert (no["said"], no["whole"]) == ("Anna4 does not fulfil the rule.", False)
    assert no["parts"] == {"r.0": False, "r.1": True}
    nobody = post(marketer, "ask", {"text": TEXT, "key": "call", "who": "p99"}).json()
    assert nobody == {"nobody": "Nobody has this external id or address."}


def test_it_is_kept_and_journalled(marketer: Client, segment: Segment) -> None:
    data = opened(marketer, segment)
    answer = post(marketer, "save", wish(segment, data, text=TEXT.replace("gold", "basic"), title="Others"))
    assert answer.status_code == 200
    segment.refresh_from_db()
    assert (segment.title, segment.source) == ("Others", TEXT.replace("gold", "basic"))
    assert segment.rule["all"][0] == {"attribute": "tier", "is": "basic"}
    assert not segment.settled
    [entry] = LogEntry.objects.filter(object_id=str(segment.pk))
    assert entry.action_flag == CHANGE
    assert answer.json()["revision"] == opened(marketer, segment)["revision"]


def test_a_new_one_is_made_once(marketer: Client, segment: Segment) -> None:
    page = marketer.get(reverse("admin:segments_segment_add"))
    assert page.context["data"]["id"] is None
    new = {"id": None, "key": "gold", "title": "Gold", "text": "attribute: tier\nis: gold\n", "revision": ""}
    assert post(marketer, "save", new).status_code == 200
    made = Segment.objects.get(key="gold")
    assert (made.title, made.rule) == ("Gold", {"attribute": "tier", "is": "gold"})
    assert LogEntry.objects.get(object_id=str(made.pk)).action_flag == ADDITION
    again = post(marketer, "save", new)
    assert again.status_code == 400
    assert again.json()["error"] == "There is a segment with the key “gold” already: choose another."
    assert Segment.objects.count() == 2


def test_of_two_who_save_the_later_is_told(marketer: Client, segment: Segment) -> None:
    data = opened(marketer, segment)
    assert post(marketer, "save", wish(segment, data, title="First")).status_code == 200
    late = post(marketer, "save", wish(segment, data, title="Late"))
    assert late.status_code == 409
    assert late.json()["error"].startswith("ola has changed this segment")
    assert late.json()["title"] == "First"
    assert Segment.objects.get(pk=segment.pk).title == "First"
    mine = wish(segment, data, title="Late", revision=late.json()["revision"])
    assert post(marketer, "save", mine).status_code == 200
    assert Segment.objects.get(pk=segment.pk).title == "Late"


def test_where_it_is_used_stands_below(marketer: Client, segment: Segment) -> None:
    made("inner", "Inner", "not: {segment: call}\n")
    Workspace.get()
    Workspace.objects.update(test_segment="call")
    definition = {
        "title": "Calls",
        "entry": {"segment": {"enters": "call"}, "only_if": {"segment": "call"}},
        "exit_when": [{"not": {"segment": "call"}}],
        "steps": [{"choose": [{"when": {"segment": "call"}, "then": []}], "id": "by_club"}],
    }
    journey = Journey.objects.create(key="calls", title="Calls", brand=Brand.objects.get())
    version = JourneyVersion.objects.create(
        journey=journey,
        number=1,
        source="",
        definition=definition,
        templates={},
        digest="x",
        published_at=NOW,
    )
    Journey.objects.update(current=version, status=Journey.Status.LIVE)
    page = marketer.get(reverse("admin:segments_segment_builder", args=[segment.pk]))
    assert [(use.title, use.what) for use in page.context["uses"]] == [
        ("Calls", "who enters, who may enter, who leaves early, step “by_club”"),
        ("Inner", "a part of this segment's rule"),
        ("Settings", "who gets test messages"),
    ]
    inner = marketer.get(
        reverse("admin:segments_segment_builder", args=[Segment.objects.get(key="inner").pk])
    )
    assert inner.context["uses"] == []


TREE = {"combinator": "all", "rules": [{"field": "segment", "operator": "is", "value": {"segment": "call"}}]}
RUBBISH: list[Any] = [
    b"\xff", "", "[]", "null", '{"text": 7}', '{"text": "a\\u0000b"}', '{"text": "\\ud800"}', "[" * 100_000,
    '{"text": NaN}', {"text": "a", "key": 7}, {"text": "a", "key": "k" * 101}, {"text": "a" * (LARGEST + 1)},
    {"text": TEXT, "tree": None}, {"text": TEXT, "tree": {"rules": 7}}, {"text": TEXT, "tree": [TREE]},
    {"text": TEXT, "tree": {"combinator": "all", "rules": [{"field": "yaml", "operator": "is", "value": "a: ["}]}},
]  # fmt: skip


@pytest.mark.parametrize("verb", ["look", "count", "ask", "save"])
@pytest.mark.parametrize("body", RUBBISH, ids=range(len(RUBBISH)))
def test_rubbish_is_refused_in_words(marketer: Client, segment: Segment, verb: str, body: Any) -> None:
    answer = post(marketer, verb, body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert Segment.objects.get().source == TEXT


SAVED: list[dict[str, Any]] = [
    {"id": "1"}, {"id": True}, {"title": ""}, {"title": "x" * 201}, {"title": 7}, {"text": ""}, {"text": "all: []"},
    {"revision": 7}, {"id": None, "key": "Call!"}, {"id": None, "key": ""}, {"id": None}, {"id": 99_999},
    {"text": "event: a.b\nsince: entry\n"},
]  # fmt: skip


@pytest.mark.parametrize("change", SAVED, ids=range(len(SAVED)))
def test_what_cannot_be_kept_is_refused_in_words(
    marketer: Client, segment: Segment, change: dict[str, Any]
) -> None:
    answer = post(marketer, "save", wish(segment, opened(marketer, segment)) | change)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert Segment.objects.get().source == TEXT


def test_a_trees_text_of_any_kind_is_looked_at(marketer: Client, segment: Segment) -> None:
    for text in (
        "7\n",
        "[1, 2]\n",
        "segment: [call]\n",
        "all: {a: b}\n",
        "not: 5\n",
        "event: {name: x}\nwhere: 7\n",
    ):
        told = post(marketer, "look", {"text": text, "key": "call"})
        assert told.status_code == 200
        assert told.json()["problems"]
        again = post(marketer, "look", {"tree": told.json()["tree"], "text": text, "key": "call"}).json()
        assert again["text"] == text
        counted = post(marketer, "count", {"text": text, "key": "call"}).json()
        assert counted["headline"] == ""


def test_a_plugins_condition_is_drawn_as_its_text_and_counted(
    marketer: Client, segment: Segment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry.current().conditions, "dummy_regular", Regular())
    ordered = Customer.objects.get(external_id="p0").pk
    record([NewEvent(ordered, "order.placed", NOW, f"o{n}") for n in range(2)], NOW)
    text = "all:\n  - dummy_regular: 2   # a habit\n  - {attribute: tier, is: gold}\n"
    told = post(marketer, "look", {"text": text, "key": ""}).json()
    leaf = {"id": "r.0", "field": "yaml", "operator": "is", "value": "{dummy_regular: 2}"}
    assert told["tree"]["rules"][0] == leaf
    assert told["problems"] == []
    counted = post(marketer, "count", {"tree": told["tree"], "text": text, "key": ""}).json()
    assert counted["headline"] == "1 of 9 customers"
    assert counted["parts"]["r.0"]["words"] == "alone 1, 11.1% of all; without it 3"
    told["tree"]["rules"][1]["value"]["is"] = "basic"
    again = post(marketer, "look", {"tree": told["tree"], "text": text, "key": ""}).json()
    assert again["text"] == text.replace("gold", "basic")


def test_a_long_rule_is_counted_and_one_too_long_is_refused(marketer: Client, segment: Segment) -> None:
    leaves = [{"id": str(n), "field": "attribute", "operator": "is", "value": {"attribute": "tier", "is": f"t{n}"}}
              for n in range(600)]  # fmt: skip
    leaves[7]["value"] = {"attribute": "tier", "is": "gold"}
    long = {"tree": {"combinator": "any", "rules": leaves[:300]}, "text": "", "key": ""}
    told = post(marketer, "count", long).json()
    assert told["headline"] == "3 of 9 customers"
    assert len(told["parts"]) == 300
    too_long = {"tree": {"combinator": "any", "rules": leaves}, "text": "", "key": ""}
    [problem] = post(marketer, "look", too_long).json()["problems"]
    assert "500 parts" in problem["words"]


def test_only_who_may_change_segments_builds(segment: Segment) -> None:
    reader = User.objects.create_user("reader", password="x", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_segment"))
    client = Client()
    client.force_login(reader)
    page = reverse("admin:segments_segment_builder", args=[segment.pk])
    assert client.get(page).status_code == 403
    for verb in ("look", "count", "ask", "save"):
        assert post(client, verb, {"text": TEXT, "key": "call"}).status_code == 403
        assert post(Client(), verb, {"text": TEXT, "key": "call"}).status_code == 302
    assert client.get(reverse("admin:segments_segment_add")).status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_superuser("boss"))
    assert post(strict, "save", {"text": TEXT}).status_code == 403


def test_names_are_for_those_who_may_see_customers(segment: Segment) -> None:
    writer = User.objects.create_user("writer", password="x", is_staff=True)
    writer.user_permissions.add(Permission.objects.get(codename="change_segment"))
    client = Client()
    client.force_login(writer)
    told = post(client, "count", {"text": TEXT, "key": "call"}).json()
    assert (told["headline"], told["people"]) == ("<5 of 9 customers", [])
    assert post(client, "ask", {"text": TEXT, "key": "call", "who": "p3"}).status_code == 403
    assert post(client, "save", {"id": None, "key": "n", "title": "N", "text": TEXT}).status_code == 403


def test_the_page_asks_no_more_with_more_customers(marketer: Client, segment: Segment) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            opened(marketer, segment)
        return len(queries)

    asked()
    few = asked()
    save([Person(external_id=f"q{n}") for n in range(50)], NOW)
    for number in range(5):
        made(f"more_{number}", "More", TEXT)
    assert asked() == few

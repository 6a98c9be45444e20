"""The template editor: shown as a customer would get it, kept unless another was faster, and rubbish refused."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orchestrator.customers.addresses import digest
from orchestrator.customers.models import Address, Customer
from orchestrator.domain.definition import DefinitionError, read_rule
from orchestrator.journeys.folders import Text
from orchestrator.journeys.models import Enrollment, Journey, JourneyVersion
from orchestrator.journeys.proposal import marks
from orchestrator.journeys.publish import publish as publish_journey
from orchestrator.journeys.simulation.drafted import drafted
from orchestrator.messaging.models import Block, Message, Price, Template, TemplateVersion
from orchestrator.segments.define import define
from orchestrator.segments.models import Membership, Segment
from orchestrator.workspace.models import Brand, Workspace

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
TEXT = """\
# What we say first.
template: hello
email:
  en:
    subject: "Hello, {{ customer.first_name }}"   # short
    html: |
      <h1>Hello {{ customer.first_name }}</h1>
      <p>Good to see you.</p>
sms:
  en: "Hi {{ customer.first_name }}, STOP ends this"
push:
  en: {title: "Hi", body: "There you are"}
"""


@pytest.fixture
def template(db: None) -> Template:
    workspace = Workspace.get()
    workspace.languages = ["en", "pl"]
    workspace.save()
    brand, _ = Brand.objects.get_or_create(key="default", defaults={"name": "Shop"})
    made = Template.objects.create(key="hello", brand=brand, draft=TEXT)
    customer("Anna", "a-1", "anna@shop.example")
    customer("Łucja", "b-2", "lucja@shop.example")
    return made


def customer(name: str, external_id: str, address: str) -> Customer:
    made = Customer.objects.create(
        external_id=external_id,
        language="en",
        country="PL",
        attributes={"first_name": name, "favourite_tea": "green"},
        created_at=NOW,
        updated_at=NOW,
    )
    Address.objects.create(
        customer=made, channel="email", value=address, digest=digest("email", address), created_at=NOW
    )
    return made


def url(template: Template, name: str) -> str:
    return reverse(f"admin:messaging_template_{name}", args=[template.pk])


def post(client: Client, template: Template, name: str, body: Any) -> Any:
    sent = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(url(template, name), sent, content_type="application/json")


def opened(client: Client, template: Template) -> dict[str, Any]:
    draft: dict[str, Any] = client.get(url(template, "editor")).context["data"]["draft"]
    return draft


def look(client: Client, template: Template, parts: Any, customer: int | None = None) -> dict[str, Any]:
    answer = post(client, template, "editor_look", {"parts": parts, "customer": customer})
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def parts_with(client: Client, template: Template, channel: str, field: str, value: Any) -> Any:
    parts = deepcopy(opened(client, template)["parts"])
    parts[channel]["en"][field] = value
    return parts


@pytest.mark.parametrize("language", ["en", "pl"])
def test_the_page_opens_with_the_draft(marketer: Client, template: Template, language: str) -> None:
    Segment.objects.create(key="vip", title="Vip", source="", rule={}, changed_at=NOW)
    answer = marketer.get(url(template, "editor"), headers={"Accept-Language": language})
    assert answer.status_code == 200
    data = answer.context["data"]
    assert data["draft"]["parts"]["sms"] == {
        "en": {"text": "Hi {{ customer.first_name }}, STOP ends this", "transliterate": False}
    }
    assert [one["id"] for one in data["parts"]] == ["subject", "html", "mjml", "text", "sms", "push"]
    assert data["known"]["properties"]["customer"] == ["country", "favourite_tea", "first_name", "language"]
    assert {"customer", "brand", "event"} <= set(data["known"]["roots"])
    assert {"money", "default"} <= set(data["known"]["filters"])
    assert data["known"]["segments"] == ["vip"]


def test_messages_are_shown_as_the_newest_customer_gets_them(marketer: Client, template: Template) -> None:
    Price.objects.create(channel="sms", amount="0.08", per="part")
    told = look(marketer, template, opened(marketer, template)["parts"])
    newest = Customer.objects.get(external_id="b-2")
    assert told["as"] == {"id": newest.pk, "name": "Łucja", "about": f"#{newest.pk} · English · b-2"}
    email = told["shown"]["email"]["en"]
    assert email["subject"] == "Hello, Łucja"
    assert "Hello Łucja</h1>" in email["document"]
    assert told["shown"]["sms"]["en"] == {
        "written": "en",
        "text": "Hi Łucja, STOP ends this",
        "sender": "",
        "size": "1 part · 46 more characters fit in",
        "cost": "0.08 PLN for this one message",
        "letters": "",
    }
    assert told["shown"]["push"]["en"]["title"] == "Hi"
    # What is written in English only is what Polish customers get.
    assert told["languages"] == ["en", "pl"]
    assert told["shown"]["email"]["pl"] == {**email, "written": "en"}
    assert told["marks"] == []
    assert not Message.objects.exists()


def test_messages_are_shown_as_somebody_chosen(marketer: Client, template: Template) -> None:
    anna = Customer.objects.get(external_id="a-1")
    told = look(marketer, template, opened(marketer, template)["parts"], anna.pk)
    assert told["as"]["name"] == "Anna"
    assert told["shown"]["sms"]["pl"]["text"] == "Hi Anna, STOP ends this"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("a-1", ["Anna"]), ("Ann", ["Anna"]), ("łuc", ["Łucja"]), ("anna@shop.example", ["Anna"]),
        ("ANNA@SHOP.EXAMPLE", ["Anna"]), ("lucja@", ["Łucja"]), ("nobody", []), ("", []), ("\0", []), (7, []),
        ("'; drop table", []), ("9" * 40, []),
    ],
)  # fmt: skip
def test_a_customer_is_found(marketer: Client, template: Template, words: Any, found: list[str]) -> None:
    answer = post(marketer, template, "editor_people", {"words": words})
    assert [one["name"] for one in answer.json()["people"]] == found


def test_the_letter_that_costs_is_named(marketer: Client, template: Template) -> None:
    parts = parts_with(marketer, template, "sms", "text", "Zielona herbata czeka na półce. " * 3)
    told = look(marketer, template, parts)["shown"]["sms"]["en"]
    assert told["letters"] == "ó, ł make it 2 parts; without them 1."
    parts["sms"]["en"]["transliterate"] = True
    plainer = look(marketer, template, parts)["shown"]["sms"]["en"]
    assert plainer["letters"] == ""
    assert plainer["text"].startswith("Zielona herbata czeka na polce.")


def test_a_fault_stands_on_its_line_and_leaves_the_others_shown(marketer: Client, template: Template) -> None:
    parts = parts_with(
        marketer, template, "email", "html", "<p>a</p>\n<p>{{ customer.first_name | nope }}</p>"
    )
    told = look(marketer, template, parts)
    [mark] = told["marks"]
    assert (mark["channel"], mark["language"], mark["field"], mark["line"]) == ("email", "en", "html", 2)
    assert mark["severity"] == "error"
    assert "nope" in mark["words"]
    assert "wrong" in told["shown"]["email"]["en"]
    assert told["shown"]["sms"]["en"]["text"] == "Hi Łucja, STOP ends this"


def test_words_for_a_segment_are_shown_as_the_chosen_customer_gets_them(
    marketer: Client, template: Template
) -> None:
    words = '{% if segment("vip") %}gold{% else %}plain{% endif %}, STOP ends this'
    parts = parts_with(marketer, template, "sms", "text", words)
    [mark] = [one for one in look(marketer, template, parts)["marks"] if one["channel"] == "sms"]
    assert (mark["line"], mark["severity"]) == (1, "error")
    assert mark["words"] == "There is no segment “vip”. Make the segment first."
    vip = Segment.objects.create(key="vip", title="Vip", source="", rule={}, changed_at=NOW)
    member, other = Customer.objects.order_by("id")
    Membership.objects.create(segment=vip, customer=member, since=NOW)
    for customer, said in ((member, "gold"), (other, "plain")):
        told = look(marketer, template, parts, customer.pk)
        assert told["shown"]["sms"]["en"]["text"] == f"{said}, STOP ends this"
        assert [one for one in told["marks"] if one["channel"] == "sms"] == []


MJML = "<mjml><mj-body><mj-section><mj-column>\n<mj-text>%s</mj-text>\n</mj-column></mj-section></mj-body></mjml>"


def test_mjml_is_shown_as_what_it_becomes(marketer: Client, template: Template) -> None:
    parts = parts_with(marketer, template, "email", "html", "")
    parts["email"]["en"]["mjml"] = MJML % "Hi {{ customer.first_name }}"
    told = look(marketer, template, parts)
    assert told["marks"] == []
    email = told["shown"]["email"]["en"]
    assert "Hi Łucja" in email["document"]
    assert "mj-text" not in email["document"]
    assert email["text"].startswith("Hi Łucja\n")


def test_what_is_to_mend_in_mjml_is_told_there(marketer: Client, template: Template) -> None:
    parts = parts_with(marketer, template, "email", "html", "")
    parts["email"]["en"]["mjml"] = MJML % "{{ customer.shoe_size }}"
    marks = look(marketer, template, parts)["marks"]
    assert [(mark["field"], mark["line"], mark["severity"]) for mark in marks] == [
        ("mjml", 2, "warning"),
        ("mjml", 2, "person"),
    ]
    parts["email"]["en"]["mjml"] = MJML % "x</mj-text><mj-txt></mj-txt><mj-text>"
    mark = look(marketer, template, parts)["marks"][0]
    assert (mark["field"], mark["line"], mark["severity"]) == ("mjml", 2, "error")
    assert mark["words"].startswith("There is no <mj-txt> in MJML. ")


def test_what_one_customer_lacks_is_told_with_its_line(marketer: Client, template: Template) -> None:
    parts = parts_with(marketer, template, "email", "html", "<p>a</p>\n\n<p>{{ customer.shoe_size }}</p>")
    told = look(marketer, template, parts)
    lacking, mark = told["marks"]
    assert (mark["field"], mark["line"], mark["severity"]) == ("html", 3, "person")
    assert mark["words"].startswith("Not sent to Łucja: customer.shoe_size is missing")
    assert (lacking["field"], lacking["line"], lacking["severity"]) == ("html", 3, "warning")
    assert lacking["words"] == (
        "customer.shoe_size is missing for 2 of the newest 2 customers, who would not get this. "
        'Write {{ customer.shoe_size|default("…") }}, or put it behind an {% if %}.'
    )


def test_scripts_are_named_and_stay_inert(marketer: Client, template: Template) -> None:
    parts = parts_with(marketer, template, "email", "html", "<p>x</p><script>parent.alert(1)</script>")
    told = look(marketer, template, parts)
    assert [mark["severity"] for mark in told["marks"]] == ["error"]
    parts["email"]["en"]["html"] = "</script><script>alert(1)</script>"
    assert (
        post(
            marketer,
            template,
            "editor_save",
            {"parts": parts, "revision": opened(marketer, template)["revision"]},
        ).status_code
        == 200
    )
    assert "<script>alert(1)" not in marketer.get(url(template, "editor")).text


def test_values_are_escaped_in_the_frame(marketer: Client, template: Template) -> None:
    Customer.objects.filter(external_id="b-2").update(attributes={"first_name": "<img src=x onerror=y>"})
    told = look(marketer, template, opened(marketer, template)["parts"])
    assert "<img" not in told["shown"]["email"]["en"]["document"]


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}", "{{ customer.__init__ }}", "{{ self }}", "{% include 'x' %}",
        "{% import 'os' as o %}", "{{ cycler.__init__.__globals__ }}", "{{ lipsum() }}", "{{ 9**9**9 }}",
        "{{ customer['__class__'] }}", "{% for a in range(10) recursive %}{{ loop(a) }}{% endfor %}",
    ],
)  # fmt: skip
def test_escapes_are_refused(marketer: Client, template: Template, text: str) -> None:
    told = look(marketer, template, parts_with(marketer, template, "sms", "text", f"STOP {text}"))
    assert "wrong" in told["shown"]["sms"]["en"]
    assert {mark["channel"] for mark in told["marks"]} == {"sms"}


def test_a_text_that_takes_too_long_says_so(marketer: Client, template: Template) -> None:
    inner = "{% for b in range(1000) %}{% for c in range(1000) %}{% set x = b * c %}{% endfor %}{% endfor %}"
    text = "{% for a in range(1000) %}" + inner + "{% endfor %}x"
    told = look(marketer, template, parts_with(marketer, template, "sms", "text", text))
    assert told["shown"]["sms"]["en"]["wrong"].startswith("this takes too long to fill in")
    assert told["shown"]["email"]["en"]["subject"] == "Hello, Łucja"


def test_saving_keeps_comments_and_all_else(marketer: Client, template: Template) -> None:
    draft = opened(marketer, template)
    parts = parts_with(marketer, template, "email", "html", "<h1>Welcome</h1>\n<p>Good to see you.</p>\n")
    answer = post(marketer, template, "editor_save", {"parts": parts, "revision": draft["revision"]})
    assert answer.json()["drafted"] is True
    template.refresh_from_db()
    assert template.draft == TEXT.replace("Hello {{ customer.first_name }}</h1>", "Welcome</h1>")
    assert opened(marketer, template)["revision"] == answer.json()["revision"]
    [entry] = LogEntry.objects.all()
    assert entry.object_id == str(template.pk)
    # Nothing changed, nothing written, nothing in the journal.
    post(marketer, template, "editor_save", {"parts": parts, "revision": answer.json()["revision"]})
    assert LogEntry.objects.count() == 1


def test_of_two_who_save_the_later_is_told(marketer: Client, template: Template) -> None:
    draft = opened(marketer, template)
    mine = parts_with(marketer, template, "sms", "text", "Mine")
    late = parts_with(marketer, template, "sms", "text", "Late")
    assert post(marketer, template, "editor_save", {"parts": mine, **_since(draft)}).status_code == 200
    refused = post(marketer, template, "editor_save", {"parts": late, **_since(draft)})
    assert refused.status_code == 409
    assert refused.json()["who"] == "ola"
    assert refused.json()["parts"] == mine
    assert opened(marketer, template)["parts"] == mine
    again = post(marketer, template, "editor_save", {"parts": late, **_since(refused.json())})
    assert again.status_code == 200
    assert opened(marketer, template)["parts"] == late


def _since(draft: dict[str, Any]) -> dict[str, str]:
    return {"revision": draft["revision"]}


def test_a_draft_is_thrown_away(marketer: Client, template: Template) -> None:
    assert post(marketer, template, "editor_discard", {}).status_code == 400
    version = TemplateVersion.objects.create(
        template=template, digest="d" * 64, source=TEXT, prepared={}, published_at=NOW
    )
    Template.objects.update(latest=version, draft=TEXT + "# more\n")
    told = post(marketer, template, "editor_discard", {}).json()
    assert told["drafted"] is False
    template.refresh_from_db()
    assert template.draft == ""
    assert opened(marketer, template) == told


GOOD = {"email": {}, "sms": {"en": {"text": "Hi"}}, "push": {}}
RUBBISH: list[Any] = [
    b"\xff", "", "[]", "null", '{"parts": 7}', '{"parts": {"sms": {"en": {"text": "a\\u0000b"}}}}',
    '{"parts": {"sms": {"en": {"text": "\\ud800"}}}}', "[" * 100_000, '{"parts": {"sms": NaN}}',
    {"parts": {"fax": {}}}, {"parts": {"sms": []}}, {"parts": {"sms": {"en": "x"}}},
    {"parts": {"sms": {"en": {"text": 7}}}}, {"parts": {"sms": {"en": {"nope": "x"}}}},
    {"parts": {"sms": {"en": {"text": "x", "transliterate": "yes"}}}}, {"parts": {"sms": {"../x": {"text": "x"}}}},
    {"parts": {"sms": {"en": {"text": "x" * 200_001}}}}, {"parts": {"sms": {f"a{chr(97 + n)}": {} for n in range(21)}}},
    {"parts": {"email": {"en": {"html": "ł" * 150_000}, "pl": {"html": "ł" * 199_000}, "de": {"html": "x" * 190_000},
               "fr": {"html": "ł" * 190_000}, "cs": {"html": "ł" * 190_000}, "sk": {"html": "ł" * 190_000}}}},
]  # fmt: skip


@pytest.mark.parametrize("body", RUBBISH, ids=range(len(RUBBISH)))
@pytest.mark.parametrize("name", ["editor_look", "editor_save"])
def test_rubbish_is_refused_in_words(marketer: Client, template: Template, name: str, body: Any) -> None:
    answer = post(marketer, template, name, body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    template.refresh_from_db()
    assert template.draft == TEXT


@pytest.mark.parametrize("customer", ["1", -1, 2**63, True, 1.5, [1]])
def test_a_customer_that_is_no_number_is_refused(marketer: Client, template: Template, customer: Any) -> None:
    assert post(marketer, template, "editor_look", {"parts": GOOD, "customer": customer}).status_code == 400


def test_only_who_may_change_templates_writes_them(template: Template) -> None:
    reader = User.objects.create_user("reader", password="x", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_template"))
    client = Client()
    client.force_login(reader)
    assert client.get(url(template, "editor")).status_code == 403
    for name in (
        "editor_look",
        "editor_save",
        "editor_people",
        "editor_discard",
        "editor_publish",
        "editor_test",
    ):
        assert post(client, template, name, {"parts": GOOD, "revision": ""}).status_code == 403
    assert Client().get(url(template, "editor")).status_code == 302
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_superuser("boss"))
    assert post(strict, template, "editor_save", {"parts": GOOD, "revision": ""}).status_code == 403


def test_who_may_not_look_at_customers_sees_nobodys_data(template: Template) -> None:
    writer = User.objects.create_user("writer", password="x", is_staff=True)
    writer.user_permissions.add(Permission.objects.get(codename="change_template"))
    client = Client()
    client.force_login(writer)
    anna = Customer.objects.get(external_id="a-1")
    told = look(client, template, GOOD, anna.pk)
    assert told["as"] == {"id": 0, "name": "nobody in particular", "about": ""}
    assert post(client, template, "editor_people", {"words": "Anna"}).status_code == 403
    parts = deepcopy(GOOD)
    parts["sms"]["en"]["text"] = "Hi {{ customer.first_name }}"
    assert "is missing" in look(client, template, parts, anna.pk)["shown"]["sms"]["en"]["wrong"]


def test_the_body_of_a_call_is_not_written_here(marketer: Client, template: Template) -> None:
    Template.objects.update(key="call/step")
    assert marketer.get(url(template, "editor")).status_code == 404
    assert marketer.get(reverse("admin:messaging_template_editor", args=[99_999])).status_code == 404


def publish(client: Client, template: Template, since: str = "") -> Any:
    kept = since or opened(client, template)["revision"]
    return post(client, template, "editor_publish", {"revision": kept})


def test_a_shared_template_is_begun_written_and_published(marketer: Client, template: Template) -> None:
    add = reverse("admin:messaging_template_add")
    answer = marketer.post(add, {"key": "news", "brand": template.brand_id})
    begun = Template.objects.get(key="news")
    assert answer.headers["Location"] == url(begun, "editor")
    assert (begun.journey, begun.draft, begun.latest) == ("", "template: news\n", None)
    again = marketer.post(add, {"key": "news", "brand": template.brand_id})
    assert "There is such a template of this brand already." in again.text
    parts = opened(marketer, begun)["parts"]
    assert parts == {"email": {}, "sms": {}, "push": {}}
    refused = publish(marketer, begun)
    assert refused.status_code == 400
    assert refused.json()["error"].startswith("Not published: Line 1: The template says nothing.")
    parts["sms"] = {"en": {"text": "News!", "transliterate": False}}
    kept = post(marketer, begun, "editor_save", {"parts": parts, **_since(opened(marketer, begun))})
    told = publish(marketer, begun, kept.json()["revision"])
    assert told.json()["drafted"] is False
    begun.refresh_from_db()
    assert begun.latest is not None
    assert (begun.draft, begun.latest.source) == ("", 'template: news\nsms:\n  en:\n    text: "News!"\n')
    assert begun.latest.prepared["sms"]["en"]["text"] == "News!"
    assert begun.versions.count() == 1
    assert [str(entry) for entry in LogEntry.objects.order_by("-pk")[:1]] == [
        f"Changed “news” — Published: {begun.latest.digest[:12]}"
    ]
    assert publish(marketer, begun).json()["error"] == "There is nothing new to publish."


def test_what_is_published_is_not_changed_by_a_later_version(marketer: Client, template: Template) -> None:
    assert publish(marketer, template).status_code == 200
    first = TemplateVersion.objects.get()
    parts = parts_with(marketer, template, "sms", "text", "Other")
    kept = post(marketer, template, "editor_save", {"parts": parts, **_since(opened(marketer, template))})
    assert publish(marketer, template, kept.json()["revision"]).status_code == 200
    assert TemplateVersion.objects.get(pk=first.pk).prepared == first.prepared
    template.refresh_from_db()
    assert template.latest_id != first.pk
    # Back to what it was: the version that says so is the newest again, and no other is made.
    parts["sms"]["en"]["text"] = "Hi {{ customer.first_name }}, STOP ends this"
    kept = post(marketer, template, "editor_save", {"parts": parts, **_since(opened(marketer, template))})
    assert publish(marketer, template, kept.json()["revision"]).status_code == 200
    template.refresh_from_db()
    assert template.latest_id == first.pk
    assert TemplateVersion.objects.count() == 2


def test_only_the_draft_that_was_seen_is_published(marketer: Client, template: Template) -> None:
    seen = opened(marketer, template)["revision"]
    Template.objects.update(draft=TEXT + "# other\n")
    assert publish(marketer, template, seen).status_code == 409
    assert not TemplateVersion.objects.exists()


def test_a_draft_with_a_fault_is_not_published(marketer: Client, template: Template) -> None:
    Template.objects.update(draft=TEXT.replace("<h1>", "<script>"))
    assert publish(marketer, template).status_code == 400
    template.refresh_from_db()
    assert (template.latest, TemplateVersion.objects.count()) == (None, 0)


def test_a_journeys_template_is_published_with_the_journey(marketer: Client, template: Template) -> None:
    Template.objects.update(journey="greeting")
    answer = publish(marketer, template)
    assert answer.json()["error"] == "This template belongs to a journey and is published with it."
    assert not TemplateVersion.objects.exists()
    journey = (
        "journey: greeting\nentry: {event: a.b}\nsteps:\n  - send: hello\n    via: [sms]\n    id: hello\n"
    )
    row = Journey.objects.create(key="greeting", title="Greeting", brand=template.brand, draft=journey)
    text, files = drafted(row)
    assert files == (Text("templates/hello.yaml", TEXT),)
    publish_journey(text, files, NOW)
    template.refresh_from_db()
    assert template.latest is not None
    assert (template.draft, template.draft_at, template.latest.source) == ("", None, TEXT)


def test_a_draft_outlives_the_publishing_of_a_file(marketer: Client, template: Template) -> None:
    draft = TEXT.replace("Good to see you", "Welcome")
    Template.objects.update(journey="greeting", draft=draft)
    journey = (
        "journey: greeting\nentry: {event: a.b}\nsteps:\n  - send: hello\n    via: [sms]\n    id: hello\n"
    )
    publish_journey(Text("journey.yaml", journey), [Text("templates/hello.yaml", TEXT)], NOW)
    template.refresh_from_db()
    assert template.latest is not None
    assert (template.draft, template.latest.source) == (draft, TEXT)


def test_who_lacks_what_is_counted_as_messages_find_it(marketer: Client, template: Template) -> None:
    for attributes, shared in (
        ({"tea": None}, "full"),
        ({"tea": "x"}, "none"),
        ({"tea": {"kind": 1}}, "full"),
    ):
        made = customer(
            "Cezary", f"c-{shared}-{len(attributes)}{attributes}"[:40], f"{shared}{attributes}@x.example"[:60]
        )
        Customer.objects.filter(pk=made.pk).update(attributes=attributes, personalization=shared)
    Customer.objects.filter(external_id="a-1").update(erased_at=NOW)
    text = "STOP {{ customer.tea }}\n{{ customer.language }}{{ customer.a.b|default('') }}"
    words = [
        mark["words"]
        for mark in look(marketer, template, parts_with(marketer, template, "sms", "text", text))["marks"]
        if mark["severity"] == "warning" and mark["channel"] == "sms"
    ]
    assert len(words) == 1
    assert words[0].startswith(
        "customer.tea is missing for 3 of the newest 4 customers, who would not get this."
    )


@pytest.mark.parametrize("name", ["a__gt", "a__contains", "pk", "0", "x" * 500])
def test_a_name_is_a_key_and_nothing_else(marketer: Client, template: Template, name: str) -> None:
    text = f"STOP {{{{ customer['{name}'] }}}}"
    told = look(marketer, template, parts_with(marketer, template, "sms", "text", text))
    [words] = [mark["words"] for mark in told["marks"] if mark["severity"] == "warning"]
    assert f"customer.{name} is missing for 2 of the newest 2 customers" in words


def test_an_email_that_gmail_would_clip_is_told(marketer: Client, template: Template) -> None:
    long = "<p>" + "word " * 30_000 + "</p>"
    told = look(marketer, template, parts_with(marketer, template, "email", "html", long))
    [mark] = told["marks"]
    assert mark["severity"] == "warning"
    assert "Gmail shows the first 102 kB" in mark["words"]


def send_test(client: Client, template: Template, **more: Any) -> Any:
    return post(client, template, "editor_test", {**_since(opened(client, template)), **more})


def test_a_test_is_sent_to_ones_own_people(marketer: Client, template: Template) -> None:
    assert send_test(marketer, template, channel="email").json()["error"].startswith("no test list is set")
    define("team", "Team", "", read_rule({"attribute": "first_name", "is": "Anna"}), NOW)
    Workspace.objects.update(test_segment="team")
    anna = Customer.objects.get(external_id="a-1")
    Membership.objects.create(segment=Segment.objects.get(), customer=anna, since=NOW)
    answer = send_test(
        marketer, template, channel="email", customer=Customer.objects.get(external_id="b-2").pk
    )
    assert answer.json() == {"told": "Tests on their way: 1."}
    [message] = Message.objects.all()
    assert (message.customer_id, message.channel, message.test, message.purpose) == (
        anna.pk,
        "email",
        True,
        "transactional",
    )
    assert str(LogEntry.objects.latest("pk")) == "Changed “hello” — Sent as a test: email"
    assert send_test(marketer, template, channel="sms").json()["error"] == (
        "Nobody on the test list can be reached by this channel."
    )
    page = marketer.get(reverse("admin:messaging_template_change", args=[template.pk])).text
    assert TemplateVersion.objects.get().digest[:12] not in page


@pytest.mark.parametrize(
    "more", [{}, {"channel": "fax"}, {"channel": 7}, {"channel": "email", "customer": "x"}]
)
def test_a_test_of_rubbish_is_refused(marketer: Client, template: Template, more: Any) -> None:
    assert send_test(marketer, template, **more).json()["error"] == "This is not what the editor sends."
    late = post(marketer, template, "editor_test", {"revision": "other", "channel": "email"})
    assert late.status_code == 409
    assert not Message.objects.exists()


def test_an_empty_template_says_that_it_is(marketer: Client, template: Template) -> None:
    told = look(marketer, template, {"email": {}, "sms": {}, "push": {}})
    assert told["shown"] == {}
    assert [(mark["severity"], mark["words"]) for mark in told["marks"]] == [
        ("error", "Nothing is written yet. Choose a channel, and begin.")
    ]


def block(template: Template, **words: Any) -> Block:
    return Block.objects.create(key="footer", brand=template.brand, title="Footer", **words)


def test_a_block_is_shown_and_pinned(marketer: Client, template: Template) -> None:
    footer = block(template, html={"en": "<p>Bye, {{ customer.first_name }}</p>"})
    parts = parts_with(marketer, template, "email", "html", '<p>Hi</p>\n{% include "block:footer" %}')
    assert "Bye, Łucja</p>" in look(marketer, template, parts)["shown"]["email"]["en"]["document"]
    kept = post(marketer, template, "editor_save", {"parts": parts, **_since(opened(marketer, template))})
    assert publish(marketer, template, kept.json()["revision"]).status_code == 200
    first = TemplateVersion.objects.get()
    assert '{% include "block:footer" %}' in first.source
    assert "Bye, {{ customer.first_name }}" in first.prepared["email"]["en"]["html"]
    # Another word in the block: what is published stays; what is published next has it.
    Block.objects.filter(pk=footer.pk).update(html={"en": "<p>So long</p>"})
    assert TemplateVersion.objects.get(pk=first.pk).prepared == first.prepared
    assert "So long" in look(marketer, template, parts)["shown"]["email"]["en"]["document"]
    assert opened(marketer, template)["drafted"] is False
    assert publish(marketer, template).status_code == 200
    template.refresh_from_db()
    assert template.latest is not None
    assert "So long" in template.latest.prepared["email"]["en"]["html"]
    assert publish(marketer, template).json()["error"] == "There is nothing new to publish."


def test_a_block_that_is_not_there_is_named(marketer: Client, template: Template) -> None:
    block(template, html={"en": "<p>Bye</p>"})
    Brand.objects.create(key="other", name="Other")
    Block.objects.create(key="elsewhere", brand=Brand.objects.get(key="other"), title="x", html={"en": "x"})
    parts = parts_with(marketer, template, "email", "html", '<p>Hi</p>\n{% include "block:elsewhere" %}')
    [mark] = look(marketer, template, parts)["marks"]
    assert (mark["line"], mark["severity"]) == (2, "error")
    assert mark["words"] == "There is no block “elsewhere”. Make it under Content, Blocks."
    assert marketer.get(url(template, "editor")).context["data"]["known"]["blocks"] == ["footer"]


def test_a_journey_pins_the_words_of_its_brands_blocks(marketer: Client, template: Template) -> None:
    footer = block(template, text={"en": "STOP"})
    journey = "journey: greeting\nentry: {event: a.b}\nsteps:\n  - send: hi\n    via: [sms]\n    id: hi\n"
    files = [Text("templates/hi.yaml", "template: hi\nsms:\n  en: 'Hi {% include \"block:footer\" %}'\n")]
    first = publish_journey(Text("journey.yaml", journey), files, NOW)
    version = TemplateVersion.objects.get(template__key="hi")
    assert version.prepared["sms"]["en"]["text"] == "Hi STOP"
    assert publish_journey(Text("journey.yaml", journey), files, NOW).unchanged
    Block.objects.filter(pk=footer.pk).update(text={"en": "BYE"})
    second = publish_journey(Text("journey.yaml", journey), files, NOW)
    assert (second.unchanged, second.number) == (False, first.number + 1)
    assert TemplateVersion.objects.get(pk=version.pk).prepared == version.prepared
    Block.objects.all().delete()
    with pytest.raises(DefinitionError, match="there is no block “footer”"):
        publish_journey(Text("journey.yaml", journey), files, NOW)


def test_an_event_is_that_of_whoever_entered_last(marketer: Client, template: Template) -> None:
    anna, lucja = Customer.objects.order_by("pk")
    text = "STOP {{ event.tea }} {{ entry.value|default('-') }}"
    journey = (
        "journey: greeting\nentry: {event: a.b}\nsteps:\n  - send: hello\n    via: [sms]\n    id: hello\n"
    )
    publish_journey(Text("journey.yaml", journey), [Text("templates/hello.yaml", TEXT)], NOW)
    version = JourneyVersion.objects.get()
    passage = {
        "journey": version.journey,
        "version": version,
        "status": "active",
        "entered_at": NOW,
        "expires_at": NOW,
    }
    for tea, key in (("black", "order_1"), ("green", "order_5")):
        Enrollment.objects.create(customer=anna, entry_key=key, entry_properties={"tea": tea}, **passage)
    own = Template.objects.get(journey="greeting")
    told = look(marketer, own, parts_with(marketer, own, "sms", "text", text))
    assert told["as"]["name"] == "Anna"
    assert told["shown"]["sms"]["en"]["text"] == "STOP green 5"
    other = look(marketer, own, parts_with(marketer, own, "sms", "text", text), lucja.pk)
    assert other["shown"]["sms"]["en"]["wrong"] == (
        "event.tea is missing: they have not come into the journey so. Show it as somebody who has."
    )


@pytest.mark.parametrize("name", ["editor", "editor_look"])
def test_it_asks_as_often_however_many_there_are(marketer: Client, template: Template, name: str) -> None:
    parts = parts_with(marketer, template, "sms", "text", "STOP {{ customer.tea }} {{ customer.cup }}")

    def ask() -> int:
        with CaptureQueriesContext(connection) as asked:
            if name == "editor":
                marketer.get(url(template, name))
            else:
                look(marketer, template, parts)
        return len(asked)

    few = ask()
    for at in range(30):
        customer(f"N{at}", f"n-{at}", f"n{at}@shop.example")
    assert ask() == few
    assert few <= 14


def test_a_block_that_changed_is_a_change_of_what_was_looked_at(template: Template) -> None:
    footer = block(template, text={"en": "STOP"})
    journey = "journey: {0}\nentry: {{event: a.b}}\nsteps:\n  - send: hi\n    via: [sms]\n    id: hi\n"
    for key, words in (("with", '{% include "block:footer" %}'), ("without", "Hi")):
        files = [Text("templates/hi.yaml", f"template: hi\nsms:\n  en: 'Hi {words}'\n")]
        publish_journey(Text("journey.yaml", journey.format(f"{key}_blocks")), files, NOW)
    Template.objects.create(
        key="other", brand=template.brand, journey="drafted_blocks", draft='x: {% include "block:footer" %}\n'
    )
    Journey.objects.create(key="drafted_blocks", title="x", brand=template.brand, draft="x")
    rows = list(Journey.objects.select_related("current").order_by("key"))
    before = marks(rows)
    assert marks(rows) == before
    footer.text = {"en": "BYE"}
    footer.save()
    after = marks(rows)
    assert [row.key for row in rows if after[row.pk] != before[row.pk]] == ["drafted_blocks", "with_blocks"]

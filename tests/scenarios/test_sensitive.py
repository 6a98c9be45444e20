"""What says something of health, intimacy or a child stands on no locked screen, and is not told of a person in the studio."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from orchestrator.domain.definition import DefinitionError, read_rule
from orchestrator.journeys.models import Enrollment
from orchestrator.journeys.yaml import read
from orchestrator.messaging.content.lint import lint
from orchestrator.messaging.content.sensitive import NOTHING, Sensitive
from orchestrator.messaging.content.source import read_template
from orchestrator.messaging.models import Decision
from orchestrator.segments.define import define
from orchestrator.segments.models import Segment
from orchestrator.studio.discreet import hidden, say_discreetly
from orchestrator.studio.passage import trace
from orchestrator.workspace.models import Workspace
from tests.scenarios.journeys import one_send, with_steps
from tests.scenarios.world import World

DECLARED = Sensitive(
    attributes=frozenset({"diagnosis", "family.child"}),
    segments=frozenset({"pregnant"}),
    events=frozenset({"test.ordered"}),
    topics=frozenset({"clinic"}),
)
EMAIL = """template: note
topic: {topic}
email:
  en:
    subject: "Hello {subject}"
    preheader: "Read on {preheader}"
    html: "<p>For you {body}</p>"
sms:
  en: {{text: "Hi {sms}"}}
push:
  en: {{title: "Hi {push}", body: "there", url: "https://shop.example/{url}"}}
"""
CHECKUP = "{{ customer.diagnosis|default('') }}"


def found(declared: Sensitive = DECLARED, topic: str = "news", **written: str) -> list[tuple[str, int]]:
    """Where a template with these words in it says too much: places and lines."""
    places = dict.fromkeys(("subject", "preheader", "body", "sms", "push", "url"), "") | written
    source = read_template(read(EMAIL.format(topic=topic, **places)))
    errors = lint(source, "transactional", sensitive=declared).errors
    assert {one.code for one in errors} <= {"sensitive"}
    assert all(one.mend for one in errors)
    return [(".".join(map(str, one.path)), one.line) for one in errors]


@pytest.mark.parametrize(
    ("place", "path", "line"),
    [
        ("subject", "email.en.subject", 5),
        ("preheader", "email.en.preheader", 6),
        ("sms", "sms.en", 9),
        ("push", "push.en.title", 11),
        ("url", "push.en.url", 11),
    ],
)
def test_what_is_shown_on_a_locked_screen_does_not_say_it(place: str, path: str, line: int) -> None:
    assert found(**{place: CHECKUP}) == [(path, line)]
    assert found(NOTHING, **{place: CHECKUP}) == []


@pytest.mark.parametrize(
    "written",
    [
        "{% if customer.diagnosis == 'x' %}now{% endif %}",
        "{{ customer['diagnosis'] }}",
        "{{ customer.family.child.name }}",
        "{{ customer['diag' ~ 'nosis'] }}",
        "{% for name in customer %}{{ name }}{% endfor %}",
        "{% set one = customer %}{{ one.diagnosis }}",
        "{% if segment('pregnant') %}now{% endif %}",
    ],
)
def test_no_way_round(written: str) -> None:
    assert found(subject=written) == [("email.en.subject", 5)]


@pytest.mark.parametrize(
    "written",
    [
        "{{ customer.first_name|default('you') }}",
        "{{ customer.diagnosis_day|default('') }}",
        "{% if segment('vip') %}now{% endif %}",
        "{{ event.title|default('') }}",
    ],
)
def test_all_else_may_be_said(written: str) -> None:
    assert found(subject=written, sms=written) == []


def test_the_body_of_an_email_may_say_it() -> None:
    assert found(body=CHECKUP + "{% if segment('pregnant') %}now{% endif %}") == []


def test_of_a_sensitive_topic_an_event_is_not_told_on_a_locked_screen() -> None:
    assert found(topic="clinic", sms="{{ event.title|default('') }}") == [("sms.en", 9)]
    assert found(topic="clinic", body="{{ event.title|default('') }}") == []


SAYS_EVENT = 'email:\n  en: {subject: "For {{ event.title }}", html: "<p>note</p>"}\n'


def test_a_journey_that_a_sensitive_event_opens_is_not_published_with_its_words_in_a_subject(world: World):
    world.workspace(sensitive_events=["test.ordered"])
    journey = one_send("note", entry="{event: test.ordered}")
    with pytest.raises(DefinitionError) as refused:
        world.publish(journey, note=SAYS_EVENT)
    (problem,) = refused.value.problems
    assert (problem.code, problem.file, problem.line) == ("sensitive", "note.yaml", 3)
    assert problem.what == (
        "event.title is of something declared sensitive, and this text is shown on locked screens."
    )
    world.publish(one_send("note"), note=SAYS_EVENT)  # another event's


def test_what_is_told_of_a_person_names_nothing_sensitive(world: World):
    steps = """
- choose:
    - when: {attribute: diagnosis, is: asthma}
      then: [{send: note, id: note}]
  id: which
"""
    world.publish(with_steps("care", steps), note="")
    anna = world.person(attributes={"diagnosis": "asthma"})
    world.event(anna, "care.wanted")
    world.run(hours=1)

    def told() -> str:
        return " ".join(f"{one.text} {one.told}" for one in trace(Enrollment.objects.get()).visits)

    assert "asthma" in told()
    world.workspace(sensitive_attributes=["diagnosis"])
    assert "asthma" not in told()
    assert "diagnosis" not in told()
    assert "a sensitive attribute" in told()


def test_rules_are_told_by_their_kind_alone(world: World):
    world.workspace(
        sensitive_attributes=["diagnosis"], sensitive_segments=["pregnant"], sensitive_events=["test.ordered"]
    )
    rule = {
        "all": [
            {"attribute": "diagnosis", "is": "asthma"},
            {"not": {"segment": "pregnant"}},
            {"event": "test.ordered", "within": "3 days"},
            {"attribute": "city", "is": "Gdynia"},
        ]
    }
    assert say_discreetly(rule, Workspace.get()) == (
        "a sensitive attribute and not (a sensitive segment) and a sensitive event and city is Gdynia"
    )
    assert hidden(rule, NOTHING) == rule


def test_a_sensitive_guard_is_not_named_in_the_evidence(world: World):
    define("pregnant", "Pregnant", "", read_rule({"attribute": "city", "is": "Gdynia"}), world.now)
    Segment.objects.update(guard=True)
    world.workspace(sensitive_segments=["pregnant"])
    world.publish(one_send("note"), note="")
    world.event(world.person(attributes={"city": "Gdynia"}), "note.wanted")
    world.run(hours=1)
    assert world.messages() == [("note", "skipped", "guarded")]
    assert Decision.objects.get().evidence == {"segments": [""], "check": 8}


def test_it_is_declared_in_the_settings(world: World):
    Workspace.get()
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(User.objects.create_superuser("ola"))
    page = reverse("admin:workspace_workspace_change", args=[1])
    given = {
        "name": "Shop", "time_zone": "Europe/Warsaw", "country": "PL", "languages": "en", "currency": "PLN",
        "holdout": "0", "minimum_gap_minutes": "240", "utm": "utm_source={brand}", "most_journeys": "0",
        "approval_days": "3", "second_factor": "nobody",
    }  # fmt: skip
    answer = client.post(page, given | {"sensitive_attributes": "diagnosis, family.child"})
    assert answer.status_code == 302, answer.context["errors"]
    assert Workspace.get().sensitive_attributes == ["diagnosis", "family.child"]
    answer = client.post(page, given | {"sensitive_segments": "nobody"})
    assert answer.status_code == 200
    assert "There is no segment “nobody”." in answer.content.decode()
    assert Workspace.get().sensitive_segments == []

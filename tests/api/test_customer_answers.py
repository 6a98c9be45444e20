"""What the studio says of a customer, by HTTP: the same sentences, with codes, in the caller's language."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from orchestrator.customers.merge import Pair, merge
from orchestrator.messaging.models import Message
from tests.api.test_enrollments import account
from tests.scenarios.world import EMAIL, World
from tests.studio.test_why import ENTRY, SEND, ask, enter

RIGHTS = ("view_customer", "view_enrollment", "view_message")
WAITS = ENTRY + (
    "steps:\n  - send: welcome\n    id: hello\n  - wait_until: {event: message.clicked, of: hello}\n    id: click\n"
    "    at_most: 3 days\n    otherwise:\n      - send: tips\n        via: [sms, email]\n        id: tips\n"
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(db: None) -> dict[str, str]:
    return account(*RIGHTS)


def get(headers: dict[str, str], path: str, language: str = "en") -> tuple[int, Any]:
    answer = Client().get(f"/api/v1/customers/{path}", headers={**headers, "Accept-Language": language})
    return answer.status_code, answer.json()


def test_the_timeline_is_paged_and_asked_by_kind(world: World, agent: dict[str, str]):
    world.publish(ENTRY + SEND, welcome="")
    anna = world.person("anna")
    world.event(anna, "customer.signed_up")
    world.now += timedelta(seconds=1)
    world.run(minutes=1)
    code, first = get(agent, "anna/timeline/?limit=2")
    assert (code, first["customer"]) == (200, {"id": anna, "external_id": "anna", "name": "Anna"})
    assert [one["text"] for one in first["items"]] == [
        "Completed “Welcome”",
        "Email message accepted by the provider · Welcome · hello",
    ]
    seen, place = first["items"], first["next"]
    while place:
        _code, page = get(agent, f"anna/timeline/?limit=2&before={place.replace('+', '%2B')}")
        seen, place = seen + page["items"], page["next"]
    assert seen == get(agent, "anna/timeline/")[1]["items"]
    assert [one["kind"] for one in seen] == ["enrollments", "messages", "enrollments", "events", "consents"]
    decisions = get(agent, "anna/timeline/?kind=decisions")[1]["items"]
    assert [(one["text"], one["outcome"], one["reason"]) for one in decisions] == [
        ("Allowed: every check said yes · email · Welcome · hello", "allow", "allowed")
    ]


def test_why_is_what_the_terminal_says_with_every_check(world: World, agent: dict[str, str]):
    enter(world, consents=())
    for language in ("en", "pl"):
        code, answer = get(agent, "anna/why/?journey=onboarding", language)
        assert code == 200
        assert answer["text"] == ask("anna", "onboarding", "--language", language).splitlines()[0]
    (letter,) = answer["passages"][0]["steps"][0]["messages"]
    checks = [(one["number"], one["check"], one["said"]) for one in letter["decisions"][0]["checks"]]
    assert checks[6:10] == [
        (7, "suppression", "yes"), (8, "consent", "no"), (9, "holdout", "not_asked"), (10, "quiet_hours", "not_asked"),
    ]  # fmt: skip
    assert len(checks) == 16


def test_next_says_both_arms_and_the_channel_as_of_now_and_writes_nothing(
    world: World, agent: dict[str, str]
):
    sms = "sms:\n  en: {text: tips}\n"
    world.publish(WAITS, welcome="", tips=EMAIL.format(key="tips") + sms)
    world.event(world.person("anna"), "customer.signed_up")
    world.run(minutes=1)
    messages = Message.objects.count()
    code, answer = get(agent, "anna/next/")
    (stands,) = answer["passages"]
    assert (code, stands["journey"], stands["step"], stands["awaits"]) == (
        200,
        "onboarding",
        "click",
        ["message.clicked"],
    )
    then, otherwise = stands["cases"]
    assert then["text"] == "If it happens: the journey ends."
    assert (then["arm"], then["ends"], then["message"]) == ("then", True, None)
    assert otherwise["text"] == (
        "If it has not happened by March 5, 2026, 1 p.m.: Send “tips” by SMS → email. "
        "As of now it would leave by email: every check says yes. "
        "Not by SMS: consent for SMS was never given."
    )
    assert (otherwise["message"]["channel"], otherwise["message"]["closed"]) == (
        "email",
        {"sms": "no_consent"},
    )
    assert Message.objects.count() == messages == 1


def test_the_id_of_somebody_merged_answers_for_who_stands_for_them(world: World, agent: dict[str, str]):
    anna, bela = enter(world), world.person("bela")
    merge([Pair(bela, anna)], world.now)
    assert get(agent, "anna/next/")[1]["customer"]["external_id"] == "bela"


def test_strangers_and_accounts_without_the_rights_are_told_nothing(world: World):
    enter(world)
    half = account("view_customer")
    for path in ("anna/timeline/", "anna/why/?journey=onboarding", "anna/next/"):
        assert get({}, path)[0] == 401
        code, answer = get(half, path)
        assert code == 403
        assert "view customers, enrollments and messages" in answer["detail"]


@pytest.mark.parametrize(
    ("path", "code", "said", "words"),
    [
        ("nobody/next/", 404, "no_customer", "external id “nobody”"),
        ("a%00b/next/", 404, "no_customer", ""),
        ("anna/why/", 400, "journey_missing", "?journey=KEY"),
        ("anna/why/?journey=%00", 400, "journey_missing", "?journey=KEY"),
        ("anna/why/?journey=nothing", 404, "no_journey", "There are: onboarding."),
        ("anna/timeline/?kind=rubbish", 400, "bad_kind", "There are: events, messages"),
        ("anna/timeline/?limit=0", 400, "bad_limit", "1 to 200"),
        ("anna/timeline/?limit=9999999999999", 400, "bad_limit", "1 to 200"),
        ("anna/timeline/?before=yesterday", 400, "bad_before", "`next`"),
        ("anna/timeline/?before=2026-03-02T12:00:00~1~1", 400, "bad_before", "`next`"),
        ("anna/timeline/?before=2026-03-02T12:00:00Z~99~1", 400, "bad_before", "`next`"),
        ("anna/timeline/?before=2026-13-02T12:00:00Z~1~1", 400, "bad_before", "`next`"),
    ],
)
def test_what_cannot_be_answered_says_how_to_mend_it(
    world: World, agent: dict[str, str], path: str, code: int, said: str, words: str
):
    enter(world)
    status, answer = get(agent, path)
    assert (status, answer["code"]) == (code, said)
    assert words in answer["detail"]

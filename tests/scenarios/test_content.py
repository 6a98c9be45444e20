"""What is written, in which language, and to which address."""

from __future__ import annotations

import pytest

from orchestrator.customers.models import Address, Customer
from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.messaging import deliver as delivery
from orchestrator.messaging.models import Decision, Message
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World

BY_NAME = 'email:\n  en: {subject: "Dear {{ customer.nickname }}", html: "<p>hi</p>"}\n'
LANGUAGES = """email:
  en: {subject: "good morning", html: "<p>hi</p>"}
  pl: {subject: "dzień dobry", html: "<p>cześć</p>"}
"""
PERSONAL = """email:
  en: {subject: "for {{ customer.first_name|default('you') }} {{ customer.size|default('-') }}", html: "<p>hi</p>"}
"""
POLISH = 'email:\n  pl: {subject: "dzień dobry", html: "<p>cześć</p>"}\n'


def test_one_that_cannot_be_rendered_fails_alone_and_says_where(world: World):
    world.publish(one_send("note"), note=BY_NAME)
    for name, attributes in (("anna", {"nickname": "Ania"}), ("bela", {}), ("cleo", {"nickname": "Cle"})):
        addresses = {"email": f"{name}@example.com"}
        world.event(world.person(name, attributes=attributes, addresses=addresses), "note.wanted")
    world.run(hours=1)
    assert world.messages() == [
        ("note", "accepted", "accepted"),
        ("note", "render_failed", "render_error"),
        ("note", "accepted", "accepted"),
    ]
    assert [subject for _, _, subject in world.mailbox()] == ["Dear Ania", "Dear Cle"]
    failed = Decision.objects.get(outcome="fail")
    assert (failed.reason, "nickname" in failed.evidence["error"]) == ("render_error", True)
    assert world.enrollments() == [("", "completed", "")] * 3
    assert list(Message.objects.order_by("id").values_list("counted_at", flat=True))[1] is None


def test_one_that_cannot_be_rendered_goes_by_the_next_channel(world: World):
    body = BY_NAME + 'sms:\n  en: {text: "hi"}\n'
    world.publish(one_send("note", "email, sms"), note=body)
    world.event(world.person(consents=("email", "sms")), "note.wanted")
    world.run(hours=1)
    assert world.messages() == [("note", "render_failed", "render_error"), ("note", "accepted", "accepted")]
    assert world.mailbox() == [("sms", "+48600100200", "hi")]


@pytest.mark.parametrize(
    ("language", "workspace", "body", "subject"),
    [
        ("en", ["pl", "en"], LANGUAGES, "good morning"),
        ("pl", ["en", "pl"], LANGUAGES, "dzień dobry"),
        ("en-GB", ["pl", "en"], LANGUAGES, "good morning"),  # a dialect is served by its language
        ("de", ["pl", "en"], LANGUAGES, "dzień dobry"),  # else the workspace's, in their order
        ("de", ["en", "pl"], LANGUAGES, "good morning"),
        ("en", ["en"], POLISH, "dzień dobry"),  # else what there is
    ],
)
def test_the_language(world: World, language: str, workspace: list[str], body: str, subject: str):
    world.workspace(languages=workspace)
    world.publish(one_send("note"), note=body)
    anna = world.person()
    save([Person("anna", language=language)], world.now)
    world.event(anna, "note.wanted")
    world.run(hours=1)
    assert world.mailbox() == [("email", "anna@example.com", subject)]


def held(world: World) -> int:
    """`note` is planned for Anna, and waits for the gap."""
    world.publish(one_send("first"), first="")
    world.publish(one_send("note"), note="")
    anna = world.person()
    world.event(anna, "first.wanted")
    world.run(minutes=1)
    world.event(anna, "note.wanted")
    world.run(minutes=1)
    assert world.messages()[1] == ("note", "planned", "minimum_gap")
    return anna


def test_an_address_changed_while_it_waits_is_the_one_that_gets_it(world: World):
    held(world)
    save([Person("anna", addresses={"email": "anna@new.example"})], world.now)
    world.run(days=1)
    assert [recipient for _, recipient, _ in world.mailbox()] == ["anna@example.com", "anna@new.example"]
    assert Message.objects.get(step="note").address == "anna@new.example"


def test_an_address_that_became_invalid_while_it_waits_gets_nothing(world: World):
    held(world)
    Address.objects.filter(channel="email").update(invalid_at=world.now, invalid_reason="bounced")
    world.run(days=1)
    assert world.messages()[1] == ("note", "skipped", "address_invalid")


def test_an_address_changed_in_mid_preparation_is_prepared_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    """After the message was rendered for the old address, and before the gate."""
    world.publish(one_send("note"), note="")
    world.event(world.person(), "note.wanted")
    gate = delivery.gate

    def late(*given: object) -> object:
        save([Person("anna", addresses={"email": "anna@new.example"})], world.now)
        return gate(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(delivery, "gate", late)
    world.run(minutes=1)
    assert world.decisions("note") == [("hold", "address_changed"), ("allow", "allowed")]
    assert world.mailbox() == [("email", "anna@new.example", "note Anna")]


def test_who_wants_no_personal_messages_gets_them_without(world: World):
    world.publish(one_send("note"), note=PERSONAL)
    for level in ("full", "basic", "none"):
        addresses = {"email": f"{level}@example.com"}
        one = world.person(level, attributes={"first_name": "Anna", "size": 38}, addresses=addresses)
        Customer.objects.filter(id=one).update(personalization=level)
        world.event(one, "note.wanted")
    world.run(hours=1)
    assert [subject for _, _, subject in world.mailbox()] == ["for Anna 38", "for Anna -", "for you -"]

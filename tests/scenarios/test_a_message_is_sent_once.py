"""The thinnest thread that is real: an event, a journey, the gate, a rendered email, the mailbox."""

from __future__ import annotations

JOURNEY = """
journey: onboarding
entry: {event: customer.signed_up}
steps:
  - send: welcome
    id: hello
  - wait: 2 days
    id: pause
  - send: tips
    id: tips
"""


def test_two_emails_two_days_apart_and_nothing_else(world):
    world.publish(JOURNEY, welcome="", tips="")
    anna = world.person("anna")
    world.event(anna, "customer.signed_up")
    world.run(hours=1)
    assert world.mailbox() == [("email", "anna@example.com", "welcome Anna")]
    world.run(days=10)
    assert world.mailbox() == [
        ("email", "anna@example.com", "welcome Anna"),
        ("email", "anna@example.com", "tips Anna"),
    ]
    assert world.messages() == [("hello", "accepted", "accepted"), ("tips", "accepted", "accepted")]
    assert world.enrollments() == [("", "completed", "")]


def test_without_consent_nothing_is_sent_and_the_reason_is_kept(world):
    world.publish(JOURNEY, welcome="", tips="")
    world.event(world.person("anna", consents=()), "customer.signed_up")
    world.run(days=10)
    assert world.mailbox() == []
    assert world.messages() == [("hello", "skipped", "no_consent"), ("tips", "skipped", "no_consent")]
    assert world.enrollments() == [("", "completed", "")]


def test_publishing_the_same_again_makes_no_version(world):
    assert world.publish(JOURNEY, welcome="", tips="").number == 1
    again = world.publish(JOURNEY, welcome="", tips="")
    assert (again.number, again.unchanged) == (1, True)

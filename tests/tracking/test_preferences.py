"""The preference page: switches that only a hand moves, and what the ledger keeps of it."""

from __future__ import annotations

from datetime import timedelta

from orchestrator.consents.models import Consent, ConsentRecord
from orchestrator.consents.record import Statement
from orchestrator.consents.record import record as record_consents
from orchestrator.messaging.models import Message
from tests.tracking.conftest import Post
from tests.tracking.test_unsubscribe import states

AS_SHOWN = {"was_on": ["email:", "email:club", "sms:", "sms:club"]}


def both(post: Post) -> tuple[int, str]:
    """Anna, who allows email and SMS, and her page."""
    anna = post.world.person("anna", consents=("email", "sms"))
    post.begin(anna)
    return anna, post.link("p", anna)


def test_the_page_shows_what_is_on(post: Post):
    _, path = both(post)
    text = post.at_now("get", path).text
    assert text.count(" checked>") == 4
    assert "I want My brand" not in text
    assert 'name="was_on" value="sms:club"' in text
    assert "push" not in text
    assert text.count("<button") == 3


def test_saving_unchanged_writes_nothing(post: Post):
    _, path = both(post)
    page = post.save(path, **AS_SHOWN, on=AS_SHOWN["was_on"])
    assert (page.status_code, "Saved." in page.text) == (200, True)
    assert ConsentRecord.objects.count() == 2


def test_a_channel_and_a_topic_switched_off(post: Post):
    _, path = both(post)
    page = post.save(path, **AS_SHOWN, on=["email:", "sms:club"])
    assert page.text.count(" checked>") == 2
    assert states() == [
        ("anna", "email", "", "granted"),
        ("anna", "email", "club", "withdrawn"),
        ("anna", "sms", "", "withdrawn"),
    ]
    assert post.world.messages()[1] == ("tips", "cancelled", "topic_unsubscribed")


def test_everything_off(post: Post):
    anna, path = both(post)
    record_consents([Statement(anna, "push", "pending", "test")], post.world.now)
    page = post.save(path, choice="everything", **AS_SHOWN, on=AS_SHOWN["was_on"])
    assert states() == [("anna", channel, "", "withdrawn") for channel in ("email", "push", "sms")]
    row = ConsentRecord.objects.latest("number")
    assert (row.source, row.text) == ("preference_page", f"Switch off everything from {row.brand.name}")
    assert (
        page.text.count(" checked>") == 3
    )  # topics stay as they were, for whoever switches a channel on again
    assert post.world.messages()[1] == ("tips", "cancelled", "consent_withdrawn")


def test_a_tick_grants_and_the_ledger_keeps_its_words(post: Post):
    anna, path = both(post)
    record_consents([Statement(anna, "sms", "withdrawn", "test")], post.world.now)
    post.world.now += timedelta(minutes=1)
    fields = {"was_on": ["email:", "email:club", "sms:club"], "was_off": ["sms:"]}
    post.save(path, **fields, on=["email:", "email:club", "sms:club", "sms:"])
    assert states() == [("anna", "email", "", "granted"), ("anna", "sms", "", "granted")]
    row = ConsentRecord.objects.latest("number")
    assert row.text == f"I want {row.brand.name} to send me offers and news (SMS)"
    assert (row.source, row.text_version, row.language) == ("preference_page", "preference-page-1", "en")
    assert set(row.proof) == {"message", "ip", "agent"}


def test_a_page_that_lay_open_does_not_grant_again(post: Post):
    anna, path = both(post)
    post.one_click(post.link("u", anna))
    post.save(path, **AS_SHOWN, on=AS_SHOWN["was_on"])
    assert states()[0] == ("anna", "email", "", "withdrawn")


def test_nothing_is_granted_that_the_page_does_not_show(post: Post):
    anna, path = both(post)
    record_consents([Statement(anna, "push", "pending", "test")], post.world.now)
    forged = ["push:", "fax:", "email:nothing", ":", "email", "\0"]
    post.save(path, was_off=forged, on=forged)
    assert states() == [
        ("anna", "email", "", "granted"), ("anna", "push", "", "pending"), ("anna", "sms", "", "granted"),
    ]  # fmt: skip


def test_what_waits_for_confirmation_is_confirmed_by_its_own_channel(post: Post):
    anna, path = both(post)
    Consent.objects.filter(channel="email").update(state="pending")
    post.world.now += timedelta(minutes=1)
    post.save(path, was_off=["email:"], on=["email:"])
    assert states()[0] == ("anna", "email", "", "granted")
    assert ConsentRecord.objects.latest("number").customer_id == anna


def test_off_counts_for_the_address_and_on_for_the_person(post: Post):
    shared = {"email": "home@example.com"}
    anna, bob = (post.world.person(n, ("email", "sms"), addresses=shared) for n in ("anna", "bob"))
    post.begin(anna)
    path = post.link("p", anna)
    post.save(path, was_on=["email:", "sms:"])
    assert {(who, channel): state for who, channel, _, state in states()} == {
        ("anna", "email"): "withdrawn",
        ("anna", "sms"): "withdrawn",
        ("bob", "email"): "withdrawn",
        ("bob", "sms"): "granted",
    }
    post.world.now += timedelta(minutes=1)
    post.save(path, was_off=["email:"], on=["email:"])
    assert Consent.objects.get(customer=anna, channel="email").state == "granted"
    assert Consent.objects.get(customer=bob, channel="email").state == "withdrawn"


def test_nobody_to_ask(post: Post):
    anna = post.world.person("anna")
    post.begin(anna)
    Consent.objects.all().delete()
    path = post.link("p", anna)
    text = post.at_now("get", path).text
    assert "We have no permission to send you anything" in text
    Message.objects.update(customer=10**9)
    assert post.save(path).status_code == 404

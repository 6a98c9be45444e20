"""The unsubscribe link: what it changes, for whom, and what never changes anything."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from orchestrator.consents.models import Consent, ConsentRecord
from orchestrator.consents.record import Statement
from orchestrator.consents.record import record as record_consents
from orchestrator.customers.models import Address, Customer
from orchestrator.messaging import links
from orchestrator.messaging.models import Message
from orchestrator.workspace.models import Brand
from tests.tracking.conftest import HELD, Post

SENT = ("hello", "accepted", "accepted")
CANCELLED = ("tips", "cancelled", "consent_withdrawn")


def states() -> list[tuple[str, str, str, str]]:
    """(customer, channel, topic, state) of every current consent."""
    rows = Consent.objects.order_by("customer", "channel", "topic")
    return list(rows.values_list("customer__external_id", "channel", "topic", "state"))


def test_one_click_withdraws_and_cancels_at_once(post: Post):
    anna = post.world.person("anna", consents=("email", "sms"))
    post.begin(anna)
    assert post.world.messages() == [SENT, HELD]
    answer = post.one_click(post.link("u", anna))
    assert (answer.status_code, answer.text, answer.cookies.output()) == (200, "OK\n", "")
    assert states() == [("anna", "email", "", "withdrawn"), ("anna", "sms", "", "granted")]
    assert post.world.messages() == [SENT, CANCELLED]
    row = ConsentRecord.objects.latest("number")
    assert (row.source, row.recorded_at, row.topic) == ("unsubscribe_link", post.world.now, "")
    sent = Message.objects.get(step="hello")
    assert row.proof == {"by": "one-click", "message": sent.key}
    assert row.number > (sent.number or 0)


def test_the_journey_goes_on_without_the_cancelled_message(post: Post):
    anna = post.world.person("anna")
    post.begin(anna)
    post.one_click(post.link("u", anna))
    post.world.run(days=3)
    assert post.world.enrollments() == [("", "completed", "")]
    assert [subject for _, _, subject in post.world.mailbox()] == ["welcome Anna"]


@pytest.mark.parametrize("method", ["get", "head", "options", "put", "patch", "delete", "trace"])
@pytest.mark.parametrize("purpose", ["u", "p"])
def test_only_post_changes_anything(post: Post, method: str, purpose: str):
    anna = post.world.person("anna")
    post.begin(anna)
    path = post.link(purpose, anna) + "?List-Unsubscribe=One-Click&choice=everything"
    answer = post.at_now(method, path)
    safe = method in ("get", "head", "options")
    assert answer.status_code in ((200,) if safe else (405, 403))
    assert answer.status_code == 403 or answer["Cache-Control"] == "no-store"
    assert states() == [("anna", "email", "", "granted")]
    assert post.world.messages() == [SENT, HELD]


def test_a_post_that_says_nothing_asks_again(post: Post):
    anna = post.world.person("anna")
    post.begin(anna)
    path = post.link("u", anna)
    for data in ({}, {"choice": "other"}, {"List-Unsubscribe": "Two-Click"}):
        assert "What should we stop sending you?" in post.at_now("post", path, data).text
    assert states() == [("anna", "email", "", "granted")]


def test_again_and_again_is_once(post: Post):
    anna = post.world.person("anna")
    post.begin(anna)
    answers = {(a.status_code, a.content) for a in (post.one_click(post.link("u", anna)) for _ in range(5))}
    assert answers == {(200, b"OK\n")}
    assert ConsentRecord.objects.filter(state="withdrawn").count() == 1


def test_a_form_of_parts_is_read_as_mail_programs_send_it(post: Post):
    anna = post.world.person("anna")
    post.begin(anna)
    body = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    kind = "multipart/form-data; boundary=x"
    assert post.client.post(post.link("u", anna), body, content_type=kind).status_code == 200
    assert states() == [("anna", "email", "", "withdrawn")]


def test_no_token_tells_whether_it_was_right(post: Post):
    anna = post.world.person("anna")
    post.begin(anna)
    good = post.link("u", anna)
    right = post.one_click(good)
    Consent.objects.update(state="granted")
    for wrong in wrong_tokens(good, Message.objects.get(step="hello").key):
        answer = post.one_click(f"/u/{wrong}")
        assert (answer.status_code, answer.content) == (right.status_code, right.content)
        assert answer.headers == right.headers
        pages = {post.at_now("get", f"/{purpose}/{wrong}").status_code for purpose in "up"}
        assert pages - {200} == {404}
        assert post.at_now("post", f"/u/{wrong}", {"choice": "everything"}).status_code == 404
    assert states() == [("anna", "email", "", "granted")]


def wrong_tokens(path: str, key: str) -> list[str]:
    """Tokens cut, changed, of another purpose, of no message, and no tokens at all."""
    good = path.removeprefix("/u/")
    flipped = [good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1 :] for at in range(0, 36, 5)]
    nobody = links.token("u", "0" * 32)
    return [good[:-1], good + "A", *flipped, links.token("p", key), nobody, key, "ż", "%00", "a" * 3000]


def test_everybody_at_the_address_is_withdrawn_and_nobody_else(post: Post):
    shared = {"email": "home@example.com"}
    anna, bob = (post.world.person(name, addresses=shared) for name in ("anna", "bob"))
    eve = post.world.person("eve")
    post.begin(eve)
    post.begin(anna, bob, hours=12)
    planned_again(bob, eve)
    post.one_click(post.link("u", anna))
    assert states() == [
        ("anna", "email", "", "withdrawn"),
        ("bob", "email", "", "withdrawn"),
        ("eve", "email", "", "granted"),
    ]
    waiting = Message.objects.filter(step="tips").order_by("customer").values_list("customer", "state")
    assert dict(waiting)[bob] == "cancelled"
    assert dict(waiting)[eve] == "planned"


def planned_again(*customers: int) -> None:
    """As if their second message still waited."""
    Message.objects.filter(step="tips", customer__in=customers).update(state="planned", final_at=None)


def test_another_brand_and_transactional_messages_stay(post: Post):
    anna = post.world.person("anna")
    other = Brand.objects.create(key="other", name="Other")
    record_consents([Statement(anna, "email", "granted", "test", brand_id=other.pk)], post.world.now)
    post.begin(anna)
    held = Message.objects.get(step="tips")
    for step, more in (("other", {"brand": other}), ("order", {"purpose": "transactional"})):
        copy_of(held, step, **more)
    post.one_click(post.link("u", anna))
    assert post.world.messages() == [
        SENT, CANCELLED, ("other", "planned", "minimum_gap"), ("order", "planned", "minimum_gap"),
    ]  # fmt: skip
    assert list(Consent.objects.order_by("brand__key").values_list("brand__key", "state")) == [
        ("default", "withdrawn"),
        ("other", "granted"),
    ]


def copy_of(message: Message, step: str, **more: object) -> None:
    """Another message like this one."""
    fields = {field.attname: getattr(message, field.attname) for field in Message._meta.concrete_fields}
    fields |= {"id": None, "key": step.ljust(32, "0"), "step": step}
    copy = Message(**fields)
    for name, value in more.items():
        setattr(copy, name, value)
    copy.save()


def test_only_this_topic(post: Post):
    anna = post.world.person("anna")
    post.begin(anna)
    copy_of(Message.objects.get(step="tips"), "advice", topic="advice")
    page = post.at_now("post", post.link("u", anna), {"choice": "topic"})
    assert page.status_code == 200
    assert "Only this topic: Club" in page.text
    assert states() == [("anna", "email", "", "granted"), ("anna", "email", "club", "withdrawn")]
    assert post.world.messages() == [
        SENT, ("tips", "cancelled", "topic_unsubscribed"), ("advice", "planned", "minimum_gap"),
    ]  # fmt: skip
    row = ConsentRecord.objects.latest("number")
    assert (row.text, row.language, row.proof["by"]) == ("Only this topic: Club", "en", "page")


def test_everything_after_the_topic(post: Post):
    anna = post.world.person("anna")
    post.begin(anna)
    path = post.link("u", anna)
    post.at_now("post", path, {"choice": "topic"})
    page = post.at_now("post", path, {"choice": "everything"})
    assert "<button" not in page.text
    assert states() == [("anna", "email", "", "withdrawn"), ("anna", "email", "club", "withdrawn")]


def test_granting_again_revives_nothing(post: Post):
    anna = post.world.person("anna")
    post.begin(anna)
    post.one_click(post.link("u", anna))
    post.world.now += timedelta(minutes=1)
    record_consents([Statement(anna, "email", "granted", "form")], post.world.now)
    post.world.run(days=5)
    assert post.world.messages() == [SENT, CANCELLED]
    post.begin(post.world.person("bob"))
    assert [who for _, who, _ in post.world.mailbox()] == ["anna@example.com", "bob@example.com"]


def test_an_address_that_has_changed_since(post: Post):
    """The link speaks for the address it was sent to, and for the customer it was sent to."""
    anna = post.world.person("anna")
    post.begin(anna)
    Address.objects.filter(customer=anna, channel="email").delete()
    bob = post.world.person("bob", addresses={"email": "anna@example.com"})
    post.one_click(post.link("u", anna))
    assert states() == [("anna", "email", "", "withdrawn"), ("bob", "email", "", "withdrawn")]
    assert bob != anna


def test_a_person_erased_meanwhile(post: Post):
    anna = post.world.person("anna")
    post.begin(anna)
    Address.objects.filter(customer=anna).delete()
    Customer.objects.filter(pk=anna).update(erased_at=post.world.now, language="")
    answer = post.one_click(post.link("u", anna))
    assert (answer.status_code, answer.content) == (200, b"OK\n")
    assert states() == [("anna", "email", "", "granted")]
    assert {post.at_now("get", post.link(purpose, anna)).status_code for purpose in "up"} == {404}
    path = post.link("u", anna)
    Message.objects.update(customer=10**9)
    assert post.one_click(path).status_code == 200


def test_a_person_merged_meanwhile(post: Post):
    anna, survivor, last = (post.world.person(name) for name in ("anna", "survivor", "last"))
    post.begin(anna)
    Customer.objects.filter(pk=anna).update(merged_into=survivor)
    Customer.objects.filter(pk=survivor).update(merged_into=last)
    assert post.at_now("get", post.link("u", anna)).status_code == 200
    post.one_click(post.link("u", anna))
    assert {who for who, _, _, state in states() if state == "withdrawn"} == {"last"}
    Customer.objects.filter(pk=last).update(merged_into=anna)
    assert post.one_click(post.link("u", anna)).status_code == 200


def test_without_a_cookie_or_a_csrf_token_it_works_and_the_preferences_do_not(post: Post):
    anna = post.world.person("anna")
    post.begin(anna)
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(post.link("p", anna), {"choice": "everything"}).status_code == 403
    assert states() == [("anna", "email", "", "granted")]
    assert strict.post(post.link("u", anna), {"choice": "everything"}).status_code == 200
    assert states() == [("anna", "email", "", "withdrawn")]

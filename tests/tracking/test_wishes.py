"""The preference page beside its switches: how often, how personal, which language, a pause, why, an objection."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orchestrator.consents.models import Consent, ConsentRecord, Suppression
from orchestrator.consents.record import Statement
from orchestrator.consents.record import record as record_consents
from orchestrator.customers.models import Address, Customer
from orchestrator.journeys.models import Enrollment
from orchestrator.messaging import links
from orchestrator.messaging.compose import context_of
from orchestrator.messaging.facts import PersonRow
from orchestrator.messaging.models import Message
from orchestrator.messaging.objection import objected
from orchestrator.workspace.models import Brand
from tests.tracking.conftest import HELD, Post
from tests.tracking.test_unsubscribe import SENT, copy_of, states

WISHES = ("own_limit", "personalization", "language", "paused_until", "changed_pending")
BEFORE = ("", "full", "en", None, False)
AS_SHOWN = {"was_own_limit": "", "was_personalization": "full", "was_language": "en"}
GIVEN = {"own_limit": "", "personalization": "full", "language": "en"}
UNREAD = "One of the choices is none that we offer"


def opened(post: Post) -> tuple[int, str]:
    """Anna, of whom the journeys have nothing to look at, and her page."""
    anna = post.world.person("anna")
    post.begin(anna)
    Customer.objects.filter(pk=anna).update(language="en", changed_pending=False)
    return anna, post.link("p", anna)


def wishes(customer: int) -> tuple[Any, ...]:
    return tuple(Customer.objects.values_list(*WISHES).get(pk=customer))


def test_the_page_shows_how_the_wishes_stand(post: Post):
    anna, path = opened(post)
    Customer.objects.filter(pk=anna).update(own_limit="week", personalization="basic", language="pl-PL")
    text = post.at_now("get", path).text
    assert '<input type="hidden" name="was_own_limit" value="week">' in text
    assert '<option value="week" selected>' in text
    assert 'name="personalization" checked value="basic"' in text
    assert '<option value="pl-PL" selected>' in text
    assert 'name="pause" value="start"' in text
    assert 'value="end"' not in text


def test_saving_unchanged_changes_nothing(post: Post):
    anna, path = opened(post)
    updated = Customer.objects.get(pk=anna).updated_at
    post.world.now += timedelta(minutes=1)
    assert post.save(path, **AS_SHOWN, **GIVEN).status_code == 200
    assert wishes(anna) == BEFORE
    assert Customer.objects.get(pk=anna).updated_at == updated


@pytest.mark.parametrize(
    ("changed", "after"),
    [
        ({"own_limit": "day"}, ("day", "full", "en", None, False)),
        ({"own_limit": "month"}, ("month", "full", "en", None, False)),
        ({"personalization": "basic"}, ("", "basic", "en", None, True)),
        ({"personalization": "none"}, ("", "none", "en", None, True)),
        ({"language": "pl"}, ("", "full", "pl", None, True)),
    ],
)
def test_one_wish_is_saved_and_no_other(post: Post, changed: dict[str, str], after: tuple[Any, ...]):
    anna, path = opened(post)
    bob = post.world.person("bob")
    bobs = wishes(bob)
    assert post.save(path, **AS_SHOWN, **{**GIVEN, **changed}).status_code == 200
    assert wishes(anna) == after
    assert wishes(bob) == bobs
    assert ConsentRecord.objects.filter(customer=anna).count() == 1


def test_the_answer_speaks_the_language_just_chosen(post: Post):
    _, path = opened(post)
    answer = post.save(path, **AS_SHOWN, **{**GIVEN, "language": "pl"})
    assert (answer["Content-Language"], '<html lang="pl">' in answer.text) == ("pl", True)


def test_what_was_not_changed_on_an_old_page_stays_as_it_is_now(post: Post):
    anna, path = opened(post)
    Customer.objects.filter(pk=anna).update(personalization="none", own_limit="month")
    post.save(path, **AS_SHOWN, **{**GIVEN, "language": "pl"})
    assert wishes(anna) == ("month", "none", "pl", None, True)


def test_a_pause_and_its_end(post: Post):
    anna, path = opened(post)
    post.save(path, **AS_SHOWN, **GIVEN, pause="start")
    until = post.world.now + timedelta(days=30)
    assert wishes(anna) == ("", "full", "en", until, False)
    text = post.at_now("get", path).text
    assert "You get no offers until" in text
    assert 'value="start"' not in text
    post.save(path, **AS_SHOWN, **GIVEN, pause="end")
    assert wishes(anna) == BEFORE


def test_a_pause_that_is_over_is_none(post: Post):
    anna, path = opened(post)
    Customer.objects.filter(pk=anna).update(paused_until=post.world.now)
    assert 'value="start"' in post.at_now("get", path).text


@pytest.mark.parametrize("name", ["own_limit", "personalization", "language", "pause"])
@pytest.mark.parametrize("value", ["hour", "", "\0", "x" * 5000, "PL", "<b>"], ids=ascii)
def test_an_unknown_value_saves_nothing_at_all(post: Post, name: str, value: str):
    anna, path = opened(post)
    if name == "own_limit" and not value:
        Customer.objects.filter(pk=anna).update(own_limit="day")
        value = "Day"
    before = wishes(anna)
    fields = {**AS_SHOWN, **GIVEN, "own_limit": "week", "was_on": ["email:"], name: value}
    answer = post.save(path, **fields)
    assert (answer.status_code, UNREAD in answer.text) == (400, True)
    assert wishes(anna) == before
    assert states() == [("anna", "email", "", "granted")]


def test_why_says_what_let_them_in_and_by_which_right(post: Post):
    anna, path = opened(post)
    Customer.objects.filter(pk=anna).update(attributes={"first_name": "Zuzanna", "secret": "diabetes"})
    Enrollment.objects.update(entry_properties={"card": "tajne"})
    text = post.at_now("get", path).text
    assert "The message belongs to “onboarding”." in text
    assert "It began on March 2, 2026 because you signed up." in text
    assert "You have allowed it (email) since March 1, 2026: our records say “test”." in text
    assert not [word for word in ("Zuzanna", "diabetes", "tajne", "example.com") if word in text]


def test_why_without_an_entry_and_after_a_withdrawal(post: Post):
    anna, path = opened(post)
    post.one_click(post.link("u", anna))
    Enrollment.objects.all().delete()
    text = post.at_now("get", path).text
    assert "You have withdrawn your consent to it (email) on" in text
    assert "It began" not in text
    Message.objects.filter(step="hello").update(purpose="transactional")
    assert "which needs no consent." in post.at_now("get", path).text
    Enrollment.objects.all().delete()
    Message.objects.filter(step="hello").update(test=True)
    assert "It is a test" in post.at_now("get", path).text


def test_an_objection_withdraws_everything_and_turns_personalization_off(post: Post):
    anna, path = opened(post)
    other = Brand.objects.create(key="other", name="Other")
    said = [
        Statement(anna, "push", "granted", "test", brand_id=other.pk),
        Statement(anna, "sms", "pending", "test"),
    ]
    record_consents(said, post.world.now)
    copy_of(Message.objects.get(step="tips"), "order", purpose="transactional")
    post.world.now += timedelta(minutes=1)
    page = post.save(path, choice="objection", **AS_SHOWN, **{**GIVEN, "own_limit": "day"})
    assert "We have noted your objection" in page.text
    rows = ConsentRecord.objects.filter(source="objection").order_by("brand__key", "channel")
    assert {(row.brand.key, row.channel, row.state) for row in rows} == {
        *(("default", channel, "withdrawn") for channel in reached(anna) | {"sms"}),
        *(("other", channel, "withdrawn") for channel in reached(anna) | {"push"}),
    }
    assert {(row.text, row.language, row.recorded_at) for row in rows} == {
        ("I object to marketing and profiling", "en", post.world.now)
    }
    assert set(rows[0].proof) == {"message", "ip", "agent"}
    assert not Consent.objects.filter(customer=anna).exclude(state="withdrawn").exists()
    assert wishes(anna) == ("", "none", "en", None, True)
    assert Suppression.objects.count() == 0
    assert post.world.messages() == [
        SENT, ("tips", "cancelled", "consent_withdrawn"), ("order", "planned", "minimum_gap"),
    ]  # fmt: skip


def reached(customer: int) -> set[str]:
    return set(Address.objects.filter(customer=customer).values_list("channel", flat=True))


def test_objecting_again_writes_nothing_and_a_later_grant_works(post: Post):
    anna, path = opened(post)
    post.save(path, choice="objection")
    count = ConsentRecord.objects.count()
    post.save(path, choice="objection")
    assert ConsentRecord.objects.count() == count
    post.world.now += timedelta(minutes=1)
    post.save(path, was_off=["email:"], on=["email:"])
    assert Consent.objects.get(customer=anna, channel="email").state == "granted"
    post.world.now += timedelta(minutes=1)
    assert objected(anna, post.world.now) == 1


def test_an_objection_after_a_withdrawal_stands_in_the_ledger_too(post: Post):
    anna, path = opened(post)
    post.one_click(post.link("u", anna))
    post.save(path, choice="objection")
    sources = ConsentRecord.objects.filter(customer=anna, channel="email").order_by("number")
    assert list(sources.values_list("source", flat=True)) == ["test", "unsubscribe_link", "objection"]


def test_an_objection_is_nobody_elses_at_the_address(post: Post):
    shared = {"email": "home@example.com"}
    anna, bob = (post.world.person(name, addresses=shared) for name in ("anna", "bob"))
    post.begin(anna)
    post.save(post.link("p", anna), choice="objection")
    assert Consent.objects.get(customer=anna, channel="email").state == "withdrawn"
    assert states()[-1] == ("bob", "email", "", "granted")
    assert Customer.objects.get(pk=bob).personalization == "full"


def test_an_objection_of_the_merged_is_the_survivors_and_of_the_erased_nothing(post: Post):
    anna, path = opened(post)
    last, eve = (post.world.person(name) for name in ("last", "eve"))
    Customer.objects.filter(pk=anna).update(merged_into=last)
    post.save(path, choice="objection")
    assert Consent.objects.get(customer=last, channel="email").state == "withdrawn"
    assert Customer.objects.get(pk=last).personalization == "none"
    assert Customer.objects.get(pk=anna).personalization == "full"
    Customer.objects.filter(pk=eve).update(erased_at=post.world.now)
    count = ConsentRecord.objects.count()
    assert (objected(eve, post.world.now), objected(10**9, post.world.now)) == (0, 0)
    assert ConsentRecord.objects.count() == count


def test_somebody_without_an_address_or_a_word_objects(post: Post):
    nobody = Customer.objects.create(created_at=post.world.now, updated_at=post.world.now)
    assert objected(nobody.pk, post.world.now) == 0
    assert Customer.objects.get(pk=nobody.pk).personalization == "none"


def test_wishes_of_the_merged_are_the_survivors(post: Post):
    anna, path = opened(post)
    last = post.world.person("last")
    Customer.objects.filter(pk=anna).update(merged_into=last)
    post.save(path, own_limit="week")
    assert (wishes(anna)[0], wishes(last)[0]) == ("", "week")


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_reading_changes_nothing(post: Post, method: str):
    anna, path = opened(post)
    query = "?choice=objection&own_limit=day&personalization=none&language=pl&pause=start"
    assert post.at_now(method, path + query).status_code == 200
    assert wishes(anna) == BEFORE
    assert states() == [("anna", "email", "", "granted")]
    assert post.world.messages() == [SENT, HELD]


def test_wishes_need_the_pages_own_form(post: Post):
    anna, path = opened(post)
    assert post.at_now("post", path, {"choice": "objection", "own_limit": "day"}).status_code == 403
    assert wishes(anna) == BEFORE


@pytest.mark.parametrize("size", [1_000_000, 3_000_000])
def test_a_huge_form_changes_nothing(post: Post, size: int):
    anna, path = opened(post)
    answer = post.save(path, **AS_SHOWN, **{**GIVEN, "personalization": "n" * size})
    assert answer.status_code == 400
    assert wishes(anna) == BEFORE


@pytest.mark.parametrize(
    ("personalization", "customer", "more"),
    [
        ("full", {"first_name": "Anna", "size": "M"}, {"event": {"sku": "1"}, "entry": {"key": "k"}}),
        ("basic", {"first_name": "Anna"}, {"event": {}, "entry": {}}),
        ("none", {}, {"event": {}, "entry": {}}),
    ],
)
def test_what_templates_get_in_any_case_is_language_and_country(
    personalization: str, customer: dict[str, Any], more: dict[str, Any]
):
    row = PersonRow(
        "pl", "PL", "", "", {"first_name": "Anna", "size": "M"}, personalization, None, None, "a-1"
    )
    told = {"event": {"sku": "1"}, "entry": {"key": "k"}, "journey": {"title": "Hello"}}
    assert context_of(row, told, "0" * 32, {"currency": "PLN"}) == {
        "customer": {**customer, "language": "pl", "country": "PL"},
        "journey": {"title": "Hello"},
        "currency": "PLN",
        "unsubscribe_url": links.url("u", "0" * 32),
        "preferences_url": links.url("p", "0" * 32),
        "confirm_url": links.url("d", "0" * 32),
        **more,
    }

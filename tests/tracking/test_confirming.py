"""Double opt-in: who may confirm what, by which link, and what never confirms anything."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestrator.consents.models import Consent, ConsentRecord
from orchestrator.consents.record import Statement
from orchestrator.consents.suppress import Entry, suppress
from orchestrator.customers.erase import erase
from orchestrator.customers.merge import Pair, merge
from orchestrator.customers.models import Address
from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.events.models import Event
from orchestrator.journeys.folders import read_folder
from orchestrator.journeys.publish import publish
from orchestrator.messaging import links
from orchestrator.messaging.models import Message
from orchestrator.tracking.asking import ask
from orchestrator.workspace.models import Brand
from tests.scenarios.world import World
from tests.tracking.conftest import Post

JOURNEYS = Path(__file__).parents[2] / "journeys"
WORDS = "Yes, write to me about new tea."


class Asked(Post):
    """Somebody is asked, and the link reaches them."""

    def ask(self, customer: int, channel: str = "email", **more: Any) -> int:
        more = {"text": WORDS, "text_version": "news/3", "language": "en", "proof": {"ip": "1"}} | more
        made = ask([Statement(customer, channel, "pending", "form", **more)], self.world.now)
        self.world.run(minutes=1)
        return made

    def confirm(self, path: str, **more: Any) -> Any:
        return self.at_now("post", path, REMOTE_ADDR="198.51.100.7", HTTP_USER_AGENT="Fox", **more)


@pytest.fixture
def asked(world: World) -> Asked:
    """The shipped journeys that send the links are live."""
    for name in ("double_opt_in", "double_opt_in_sms"):
        folder = read_folder(JOURNEYS / name)
        publish(folder.journey, folder.templates, world.now)
    return Asked(world)


def states() -> list[tuple[str, str]]:
    """The ledger, from its beginning."""
    return list(ConsentRecord.objects.order_by("number").values_list("channel", "state"))


def stands() -> list[tuple[str, str]]:
    return list(Consent.objects.order_by("id").values_list("channel", "state"))


def events(name: str) -> list[dict[str, Any]]:
    return list(Event.objects.filter(name=name).order_by("id").values_list("properties", flat=True))


PENDING = [("email", "pending")]
GRANTED = [("email", "pending"), ("email", "granted")]


def test_asked_and_confirmed_with_its_proof(asked: Asked) -> None:
    anna = asked.world.person("anna", consents=())
    asked_at = asked.world.now
    assert asked.ask(anna) == 1
    row = ConsentRecord.objects.get()
    assert events("consent.asked") == [{"channel": "email", "text": "news", "records": [row.pk]}]
    message = Message.objects.get()
    path = asked.link("d", anna)
    page = asked.at_now("get", path)
    assert (page.status_code, page["Cache-Control"]) == (200, "no-store")
    assert WORDS in page.text
    assert "Yes, I confirm" in page.text
    answer = asked.confirm(path)
    assert answer.status_code == 200
    assert "Thank you, it is confirmed" in answer.text
    assert states() == GRANTED
    assert stands() == [("email", "granted")]
    granted = ConsentRecord.objects.latest("number")
    assert (granted.text, granted.text_version, granted.language) == (WORDS, "news/3", "en")
    assert (granted.source, granted.recorded_at) == ("double_opt_in", asked.world.now)
    assert granted.proof == {
        "asked": {"record": row.pk, "at": asked_at.isoformat(), "source": "form"},
        "message": message.key,
        "ip": "198.51.100.7",
        "agent": "Fox",
    }
    assert events("consent.confirmed") == [{"channel": "email", "text": "news"}]
    assert Address.objects.get(channel="email").verified_at == asked.world.now
    asked.world.run(days=10)
    assert asked.world.enrollments() == [(f"event:{_asked_event()}", "exited", "confirmed")]
    assert Message.objects.count() == 1


def _asked_event() -> int:
    return int(Event.objects.get(name="consent.asked").pk)


@pytest.mark.parametrize("method", ["get", "head", "options", "put", "patch", "delete", "trace"])
def test_only_post_confirms(asked: Asked, method: str) -> None:
    anna = asked.world.person("anna", consents=())
    asked.ask(anna)
    answer = asked.at_now(method, asked.link("d", anna) + "?confirm=yes")
    assert answer.status_code == (200 if method in ("get", "head", "options") else 405)
    assert answer["Cache-Control"] == "no-store"
    assert states() == PENDING
    assert events("consent.confirmed") == []


def test_again_is_once(asked: Asked) -> None:
    anna = asked.world.person("anna", consents=())
    asked.ask(anna)
    pages = {asked.confirm(asked.link("d", anna)).status_code for _ in range(3)}
    assert pages == {200}
    assert states() == GRANTED
    assert len(events("consent.confirmed")) == 1
    assert "Thank you" in asked.at_now("get", asked.link("d", anna)).text


def test_the_reminders_link_confirms_as_well_and_then_the_first_says_so(asked: Asked) -> None:
    anna = asked.world.person("anna", consents=())
    asked.ask(anna)
    asked.world.run(days=2)
    first, second = Message.objects.order_by("id")
    assert second.step == "reminder"
    assert asked.confirm(f"/d/{links.token('d', second.key)}").status_code == 200
    assert "Thank you" in asked.at_now("get", f"/d/{links.token('d', first.key)}").text
    assert states() == GRANTED


@pytest.mark.parametrize(("late", "status"), [(timedelta(0), 200), (timedelta(microseconds=1), 410)])
def test_it_expires_after_seven_days(asked: Asked, late: timedelta, status: int) -> None:
    anna = asked.world.person("anna", consents=())
    at = asked.world.now
    asked.ask(anna)
    asked.world.run_to(at + timedelta(days=7) + late)
    answer = asked.confirm(asked.link("d", anna))
    assert answer.status_code == status
    assert states() == (GRANTED if status == 200 else PENDING)
    assert ("This link has expired" in answer.text) is (status == 410)


def test_a_withdrawal_after_the_asking_wins(asked: Asked) -> None:
    anna = asked.world.person("anna", consents=())
    asked.ask(anna)
    asked.world.withdraw(anna)
    path = asked.link("d", anna)
    for method in ("get", "post"):
        answer = asked.at_now(method, path)
        assert answer.status_code == 410
        assert "You have unsubscribed since" in answer.text
    assert stands() == [("email", "withdrawn")]


def test_a_withdrawal_wins_over_the_old_link_also_when_asked_anew(asked: Asked) -> None:
    anna = asked.world.person("anna", consents=())
    asked.ask(anna)
    asked.world.withdraw(anna)
    asked.world.run(hours=1)
    assert asked.ask(anna) == 1
    old, new = Message.objects.order_by("id")
    assert asked.confirm(f"/d/{links.token('d', old.key)}").status_code == 410
    assert stands() == [("email", "pending")]
    assert asked.confirm(f"/d/{links.token('d', new.key)}").status_code == 200
    assert stands() == [("email", "granted")]


def test_withdrawn_after_it_was_confirmed_it_stays_withdrawn(asked: Asked) -> None:
    anna = asked.world.person("anna", consents=())
    asked.ask(anna)
    path = asked.link("d", anna)
    asked.confirm(path)
    asked.world.withdraw(anna)
    assert asked.confirm(path).status_code == 410
    assert stands() == [("email", "withdrawn")]


def test_nobody_is_asked_twice_a_day_or_for_what_they_granted(asked: Asked) -> None:
    anna, bob = asked.world.person("anna", consents=()), asked.world.person("bob")
    assert (asked.ask(anna), asked.ask(anna), asked.ask(bob)) == (1, 0, 0)
    asked.world.run(days=1)
    assert asked.ask(anna) == 1
    assert ConsentRecord.objects.filter(customer=bob).count() == 1
    assert stands() == [("email", "granted"), ("email", "pending")]


def test_of_two_channels_each_has_its_link(asked: Asked) -> None:
    anna = asked.world.person("anna", consents=())
    both = [Statement(anna, channel, "pending", "form", text=WORDS) for channel in ("email", "sms")]
    assert ask(both, asked.world.now) == 2
    asked.world.run(minutes=1)
    by = {one.channel: f"/d/{links.token('d', one.key)}" for one in Message.objects.all()}
    assert sorted(by) == ["email", "sms"]
    assert asked.confirm(by["sms"]).status_code == 200
    assert stands() == [("email", "pending"), ("sms", "granted")]


def _new_address(asked: Asked, anna: int) -> None:
    save([Person("anna", addresses={"email": "other@example.com"})], asked.world.now)


def _found_invalid(asked: Asked, anna: int) -> None:
    Address.objects.update(invalid_at=asked.world.now)


def _erased(asked: Asked, anna: int) -> None:
    erase([anna], asked.world.now)


def _suppressed(asked: Asked, anna: int) -> None:
    digest = Message.objects.get().address_digest
    suppress([Entry("email", digest, "complaint")], asked.world.now)


def _another_event(asked: Asked, anna: int) -> None:
    Message.objects.update(parameters={"event": {"records": [10**30, "1", True]}})


def _anothers_records(asked: Asked, anna: int) -> None:
    bob = asked.world.person("bob", consents=())
    ConsentRecord.objects.update(customer=bob)


def _a_test(asked: Asked, anna: int) -> None:
    Message.objects.update(test=True)


@pytest.mark.parametrize(
    "change",
    [_new_address, _found_invalid, _erased, _suppressed, _another_event, _anothers_records, _a_test],
    ids=lambda change: change.__name__,
)
def test_what_leads_nowhere_says_no_more(asked: Asked, change: Any) -> None:
    anna = asked.world.person("anna", consents=())
    asked.ask(anna)
    path = asked.link("d", anna)
    change(asked, anna)
    before = states()
    for method in ("get", "post"):
        answer = asked.at_now(method, path)
        assert answer.status_code == 404
        assert "This link does not work" in answer.text
    assert states() == before
    assert "granted" not in dict(before).values()
    assert events("consent.confirmed") == []


def test_tampered_and_foreign_tokens_lead_nowhere(asked: Asked) -> None:
    anna = asked.world.person("anna", consents=())
    asked.ask(anna)
    key, good = Message.objects.get().key, asked.link("d", anna).removeprefix("/d/")
    flipped = [good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1 :] for at in range(0, 36, 5)]
    others = [
        links.token("u", key),
        links.token("p", key),
        links.token("d", "0" * 32),
        "ż",
        "%00",
        "a" * 3000,
    ]
    for wrong in [good[:-1], good + "A", *flipped, *others]:
        assert asked.confirm(f"/d/{wrong}").status_code == 404, wrong
    assert states() == PENDING


def test_who_was_merged_confirms_for_whom_they_became(asked: Asked) -> None:
    anna, ann = asked.world.person("anna", consents=()), asked.world.person("ann", consents=(), addresses={})
    asked.ask(anna)
    path = asked.link("d", anna)
    merge([Pair(ann, anna)], asked.world.now)
    assert asked.confirm(path).status_code == 200
    assert list(Consent.objects.filter(customer=ann).values_list("state", flat=True)) == ["granted"]
    assert asked.confirm(path).status_code == 200
    assert ConsentRecord.objects.filter(state="granted").count() == 1


def test_another_brands_consent_is_granted_for_that_brand(asked: Asked) -> None:
    tea = Brand.objects.create(key="tea", name="Tea House", colour="#123456")
    anna = asked.world.person("anna", consents=())
    asked.ask(anna, brand_id=tea.pk)
    page = asked.at_now("get", asked.link("d", anna))
    assert "Tea House" in page.text
    assert "#123456" in page.text
    asked.confirm(asked.link("d", anna))
    assert list(Consent.objects.values_list("brand__key", "state")) == [("tea", "granted")]

"""The sign-up form: what it takes, what it refuses, and that it tells nobody anything about anybody."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from orchestrator.consents.models import Consent, ConsentRecord, ConsentText, SignupForm
from orchestrator.consents.suppress import Entry, suppress
from orchestrator.consents.texts import publish as publish_text
from orchestrator.customers.addresses import digest
from orchestrator.customers.erase import erase
from orchestrator.customers.models import Address, Customer
from orchestrator.events.models import Event
from orchestrator.journeys.folders import read_folder
from orchestrator.journeys.publish import publish
from orchestrator.messaging import links
from orchestrator.messaging.models import Message
from orchestrator.workspace.models import Brand
from tests.scenarios.conftest import world  # noqa: F401 - the fixture
from tests.scenarios.world import World
from tests.tracking.test_confirming import JOURNEYS

GOOD = {"email": "Ola@Example.com", "phone": "+48 501 234 567", "first_name": "Ola", "text-news": "on"}


class Visitor:
    """Somebody with a browser, at the world's time."""

    def __init__(self, around: World) -> None:
        self.world = around
        self.client = Client(enforce_csrf_checks=True)

    def open(self, query: str = "", **more: Any) -> Any:
        with time_machine.travel(self.world.now, tick=False):
            return self.client.get(f"/f/news{query}", **more)

    def send(self, wait: float = 5, note: str | None = None, query: str = "", **fields: Any) -> Any:
        note = note if note is not None else shown(self.open())
        self.world.now += timedelta(seconds=wait)
        with time_machine.travel(self.world.now, tick=False):
            return self.client.post(f"/f/news{query}", {"shown": note, **fields})


def shown(page: Any) -> str:
    found = re.search(r'name="shown" value="([^"]+)"', page.text)
    assert found
    return found[1]


@pytest.fixture
def visitor(world: World) -> Visitor:  # noqa: F811
    """A form that asks everything, under double opt-in."""
    cache.clear()
    brand = Brand.objects.get(key="default")
    text = ConsentText.objects.create(
        brand=brand,
        key="news",
        version=1,
        channels=["email", "sms"],
        text={"en": "Yes, write to me.", "pl": "Tak, piszcie."},
    )
    publish_text(text, world.now)
    SignupForm.objects.create(
        key="news",
        brand=brand,
        title={"en": "News of tea", "pl": "Nowości o herbacie"},
        asks=["email", "phone", "first_name", "language"],
        texts=["news"],
        sites=["https://shop.example"],
    )
    return Visitor(world)


def numbers() -> tuple[int, int]:
    form = SignupForm.objects.get()
    return form.asked, form.confirmed


def nothing() -> bool:
    rows: tuple[Any, ...] = (Customer, ConsentRecord, Event, Address)
    return not any(model.objects.exists() for model in rows) and numbers() == (0, 0)


def test_from_the_form_to_the_consent(visitor: Visitor) -> None:
    for name in ("double_opt_in", "double_opt_in_sms"):
        folder = read_folder(JOURNEYS / name)
        publish(folder.journey, folder.templates, visitor.world.now)
    answer = visitor.send(**GOOD, language="pl")
    assert answer.status_code == 200
    assert "We have sent you a link." in answer.text
    ola = Customer.objects.get()
    assert (ola.attributes, ola.language) == ({"first_name": "Ola"}, "pl")
    assert dict(ola.addresses.values_list("channel", "value")) == {
        "email": "ola@example.com", "sms": "+48501234567",
    }  # fmt: skip
    rows = ConsentRecord.objects.order_by("channel").values_list(
        "channel", "state", "source", "text", "text_version"
    )
    words = ("form:news", "Yes, write to me.", "news/1")
    assert list(rows) == [("email", "pending", *words), ("sms", "pending", *words)]
    assert ConsentRecord.objects.first().proof == {"ip": "127.0.0.1", "agent": "", "form": "news"}  # type: ignore[union-attr]
    assert numbers() == (2, 0)
    visitor.world.run(minutes=1)
    message = Message.objects.get(channel="email")
    visitor.client.post(f"/d/{links.token('d', message.key)}")  # by today's clock the link has expired
    assert numbers() == (2, 0)
    with time_machine.travel(visitor.world.now, tick=False):
        assert visitor.client.post(f"/d/{links.token('d', message.key)}").status_code == 200
    assert numbers() == (2, 1)
    assert dict(Consent.objects.values_list("channel", "state")) == {"email": "granted", "sms": "pending"}


def test_without_double_opt_in_it_is_granted_at_once_and_once(visitor: Visitor) -> None:
    SignupForm.objects.update(double_opt_in=False, asks=["email"])
    for _ in range(2):
        assert "It is noted." in visitor.send(**GOOD).text
    assert list(ConsentRecord.objects.values_list("channel", "state")) == [("email", "granted")]
    assert (numbers(), Event.objects.count(), Customer.objects.count()) == ((1, 0), 0, 1)


def test_somebody_known_is_asked_and_never_changed(visitor: Visitor) -> None:
    anna = visitor.world.person("anna", consents=(), addresses={"email": "ola@example.com"})
    before = Customer.objects.values().get()
    visitor.send(**GOOD, language="pl")
    after = Customer.objects.values().get()
    assert {k: v for k, v in after.items() if before[k] != v} in ({}, {"changed_pending": True})
    assert list(Address.objects.values_list("customer", "value")) == [(anna, "ola@example.com")]
    assert list(ConsentRecord.objects.values_list("customer", "channel", "state")) == [
        (anna, "email", "pending")
    ]


def test_every_answer_is_the_same(visitor: Visitor) -> None:
    now = visitor.world.now
    known = visitor.world.person("anna", addresses={"email": "anna@example.com"})
    gone = visitor.world.person("bob", consents=(), addresses={"email": "bob@example.com"})
    erase([gone], now)
    suppress([Entry("email", digest("email", "eve@example.com"), "complaint")], now)
    before = ConsentRecord.objects.count()
    pages = set()
    for name in ("anna", "bob", "eve", "new"):
        answer = visitor.send(email=f"{name}@example.com", **{"text-news": "on"})
        pages.add((answer.status_code, re.sub(r'nonce="[^"]+"', "", answer.text)))
    trapped = visitor.send(email="x@example.com", website="http://spam.example", **{"text-news": "on"})
    pages.add((trapped.status_code, re.sub(r'nonce="[^"]+"', "", trapped.text)))
    assert len(pages) == 1
    assert ConsentRecord.objects.count() == before + 1
    assert list(Event.objects.exclude(customer=known).values_list("name", flat=True)) == ["consent.asked"]
    assert not Address.objects.filter(
        value__in=("bob@example.com", "eve@example.com", "x@example.com")
    ).exists()


LONG = "x" * 1_000_000


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("email", "", "Please fill this in."),
        ("email", "ola", "Write an address like anna@example.com."),
        ("email", "ola@example.com\r\nBcc: all@example.com", "Write an address like anna@example.com."),
        ("email", "o\0la@example.com", "Delete the invisible signs."),
        ("email", LONG, "at most 254 characters"),
        ("email", "ola@ex..pl", "Write an address like anna@example.com."),
        ("phone", "501234567", "Write the number with its country, like +48 501 234 567."),
        ("phone", "+48 1", "Write the number with its country, like +48 501 234 567."),
        ("first_name", LONG, "at most 60 characters"),
        ("first_name", "O\nla", "Write a name in one line, without invisible signs."),
        ("language", "xx", "Select a valid choice."),
        ("text-news", "", "Tick this if you agree."),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_nothing_is_lost(
    visitor: Visitor, field: str, value: str, told: str
) -> None:
    answer = visitor.send(**{**GOOD, field: value})
    assert answer.status_code == 422
    assert f'id="id_{field}-error"' in answer.text
    assert told in answer.text
    assert f'aria-describedby="id_{field}-error"' in answer.text
    for name in {"email", "phone", "first_name"} - {field}:
        assert f'value="{GOOD[name]}"' in answer.text
    assert nothing()


def test_a_domain_in_other_letters_is_taken(visitor: Visitor) -> None:
    assert visitor.send(email="ola@żółw.pl", **{"text-news": "on"}).status_code == 200
    assert Address.objects.get().value == "ola@xn--w-uga1v8h.pl"


@pytest.mark.parametrize(
    ("wait", "told"),
    [(1, "That was very quick."), (24 * 3600 + 1, "This page has been open for long.")],
)
def test_neither_too_soon_nor_too_late(visitor: Visitor, wait: float, told: str) -> None:
    answer = visitor.send(wait=wait, **GOOD)
    assert answer.status_code == 422
    assert told in answer.text
    assert 'value="Ola@Example.com"' in answer.text
    assert nothing()
    assert visitor.send(note=shown(answer), wait=3, **GOOD).status_code == 200
    assert Customer.objects.count() == 1


@pytest.mark.parametrize("note", ["", "x", "a:b:c", "ż" * 900, "\0"])
def test_a_note_that_is_not_ours_is_asked_anew(visitor: Visitor, note: str) -> None:
    assert visitor.send(note=note, **GOOD).status_code == 422
    assert nothing()


def test_from_one_network_only_so_many(visitor: Visitor) -> None:
    codes = [visitor.send(email=f"a{n}@example.com", **{"text-news": "on"}).status_code for n in range(21)]
    assert codes == [200] * 20 + [429]
    assert Customer.objects.count() == 20


def test_in_both_languages(visitor: Visitor) -> None:
    assert "News of tea" in visitor.open().text
    for page in (visitor.open("?lang=pl"), visitor.open(headers={"Accept-Language": "pl"})):
        assert "Nowości o herbacie" in page.text
        assert "Tak, piszcie." in page.text
        assert "checked" not in page.text
    assert visitor.open("?lang=%00").status_code == 200


@pytest.mark.parametrize(
    ("query", "sites", "ancestors"),
    [
        ("", ["https://shop.example"], "'none'"),
        ("?embed=1", ["https://shop.example", "https://a.example"], "https://shop.example https://a.example"),
        ("?embed=1", [], "'none'"),
    ],
)
def test_it_stands_only_within_the_sites_it_names(
    visitor: Visitor, query: str, sites: list[str], ancestors: str
) -> None:
    SignupForm.objects.update(sites=sites)
    for page in (visitor.open(query), visitor.send(query=query, **GOOD), visitor.send(query=query)):
        assert f"frame-ancestors {ancestors}" in page["Content-Security-Policy"]
        assert "X-Frame-Options" not in page


def test_no_form_no_text_no_page(visitor: Visitor) -> None:
    assert visitor.client.get("/f/other").status_code == 404
    SignupForm.objects.update(texts=["gone"])
    assert visitor.open().status_code == 404
    SignupForm.objects.update(texts=["news"], enabled=False)
    assert visitor.client.post("/f/news", GOOD).status_code == 404
    assert nothing()


@pytest.mark.parametrize("method", ["get", "head", "options", "put", "delete"])
def test_only_post_records(visitor: Visitor, method: str) -> None:
    answer = getattr(visitor.client, method)("/f/news?email=a@example.com&text-news=on")
    assert answer.status_code == (200 if method in ("get", "head", "options") else 405)
    assert nothing()

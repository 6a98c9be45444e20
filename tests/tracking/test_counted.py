"""Clicks and opens of our own: what is counted, once, and that the reader gets where they wanted whatever becomes of it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import DatabaseError
from django.test import Client

from orchestrator.consents.models import ConsentRecord
from orchestrator.customers.erase import erase
from orchestrator.customers.models import Customer
from orchestrator.events.models import Event
from orchestrator.messaging import links
from orchestrator.messaging.models import Message, MessageBody, Receipt
from orchestrator.sdk.values import Deferred, EmailContent
from orchestrator.tracking.counted import PICTURE
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
HTML = (
    '<p><a href="https://shop.example/a?x=1&amp;y=2">A</a> <a href="https://shop.example/b#c">B</a>'
    ' <a href="https://shop.example/secret" data-no-track="">C</a></p>'
)
LETTER = f"email:\n  en: {{subject: S, html: '{HTML}', text: 'See https://shop.example/b#c.'}}\n"
LEADS_TO = ["https://shop.example/a?x=1&y=2", "https://shop.example/b#c"]


SINCE = "2026-01-01T00:00Z"


class Reader:
    """Anna, who got one letter, and what she asks for: at the world's time, three minutes later if nothing else is said."""

    def __init__(self, world: World) -> None:
        self.world, self.client = world, Client()
        self.anna = world.person("anna")

    def get_letter(self, journey: str = "", letter: str = LETTER) -> EmailContent:
        provider = self.world.provider()
        self.world.publish(journey or one_send("note"), note=letter)
        self.world.event(self.anna, "note.wanted")
        self.world.run(minutes=3)
        content = provider.calls[-1].content
        assert isinstance(content, EmailContent)
        return content

    def ask(self, path: str, method: str = "get", agent: str = FIREFOX, **more: Any) -> Any:
        with time_machine.travel(self.world.now, tick=False):
            headers = {"User-Agent": agent, **more.pop("headers", {})}
            return getattr(self.client, method)(path, headers=headers, **more)


@pytest.fixture
def reader(world: World) -> Reader:
    world.workspace(utm="")
    return Reader(world)


def paths(content: EmailContent, purpose: str = "c") -> list[str]:
    """Our own links in the letter, each once, in order."""
    found = re.findall(rf"http://127.0.0.1:8000(/{purpose}/[\w-]+)", content.html + content.text)
    return list(dict.fromkeys(found))


def receipts() -> list[tuple[str, bool]]:
    return list(Receipt.objects.order_by("id").values_list("kind", "machine"))


def told() -> list[str]:
    return list(
        Event.objects.filter(name__startswith="message.").order_by("id").values_list("name", flat=True)
    )


def test_a_letter_carries_our_links_and_leads_where_its_author_wrote(reader: Reader):
    content = reader.get_letter()
    first, second = paths(content)
    assert content.html.count(f'href="http://127.0.0.1:8000{first}"') == 1
    assert f"See http://127.0.0.1:8000{second}." in content.text
    assert (
        content.html.count("https://shop.example/") == content.html.count("https://shop.example/secret") == 1
    )
    assert MessageBody.objects.get().links == LEADS_TO
    answers = [reader.ask(path) for path in (first, second)]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [
        (302, link) for link in LEADS_TO
    ]
    assert {answer["Cache-Control"] for answer in answers} == {"no-store"}
    assert {answer["Referrer-Policy"] for answer in answers} == {"no-referrer"}
    assert [answer.cookies.output() for answer in answers] == ["", ""]


def test_a_click_is_a_click_of_that_message(reader: Reader):
    path = paths(reader.get_letter())[1]
    reader.ask(path)
    message, receipt, event = (
        Message.objects.get(),
        Receipt.objects.get(),
        Event.objects.get(name="message.clicked"),
    )
    assert (receipt.kind, receipt.machine, receipt.message_id) == ("clicked", False, message.pk)
    assert (receipt.provider, receipt.occurred_at) == (message.provider, reader.world.now)
    assert (event.customer_id, event.occurred_at) == (reader.anna, reader.world.now)
    assert event.properties == {
        "channel": "email", "machine": False, "journey": "note", "step": "note", "enrollment": message.enrollment_id,
        "message": message.key, "link": LEADS_TO[1],
    }  # fmt: skip
    assert ConsentRecord.objects.filter(state="withdrawn").count() == 0


def test_the_same_link_twice_is_one_click_and_another_day_another(reader: Reader):
    first, second = paths(reader.get_letter())
    for path in (first, first, second, first):
        reader.world.now += timedelta(minutes=1)
        assert reader.ask(path).status_code == 302
    assert told() == ["message.clicked"] * 2
    reader.world.now += timedelta(days=1)
    reader.ask(first)
    assert told() == ["message.clicked"] * 3
    assert receipts() == [("clicked", False)] * 3


def test_who_waits_for_a_click_goes_on(reader: Reader):
    journey = """
journey: note
entry: {event: note.wanted}
steps:
  - send: note
    id: hello
  - wait_until: {event: message.clicked, of: hello}
    at_most: 3 days
    id: waits
    then: [{exit: clicked, id: yes_}]
    otherwise: [{exit: not_clicked, id: no_}]
"""
    path = paths(reader.get_letter(journey))[0]
    reader.ask(path, agent="Barracuda Sentinel (EE)")
    reader.world.run(hours=1)
    assert [status for _, status, _ in reader.world.enrollments()] == ["active"]
    reader.ask(path)
    reader.world.run(hours=1)
    assert [reason for *_, reason in reader.world.enrollments()] == ["clicked"]


def test_a_machines_visit_is_told_as_one_and_takes_nothing_from_a_persons(reader: Reader):
    path = paths(reader.get_letter())[0]
    for agent in ("curl/8.5.0", FIREFOX, "curl/8.5.0", FIREFOX):
        reader.world.now += timedelta(minutes=1)
        reader.ask(path, agent=agent)
    assert receipts() == [("clicked", True), ("clicked", False)]
    assert told() == ["message.clicked_by_machine", "message.clicked"]


def test_who_follows_all_links_at_once_is_a_machine(reader: Reader):
    first, second = paths(reader.get_letter())
    reader.ask(first)
    reader.ask(first)
    reader.world.now += timedelta(seconds=1)
    reader.ask(second)
    assert receipts() == [("clicked", False), ("clicked", True)]


@pytest.mark.parametrize("name", ["Sec-Purpose", "Purpose", "X-Moz"])
def test_what_a_browser_fetches_beforehand_is_a_machines(reader: Reader, name: str):
    reader.ask(paths(reader.get_letter())[0], headers={name: "prefetch;prerender"})
    assert receipts() == [("clicked", True)]


@pytest.mark.parametrize("purpose", ["c", "o"])
@pytest.mark.parametrize(
    ("method", "status"),
    [
        ("head", 0),
        ("options", 200),
        ("post", 405),
        ("put", 405),
        ("patch", 405),
        ("delete", 405),
        ("trace", 405),
    ],
)
def test_only_get_counts(reader: Reader, purpose: str, method: str, status: int):
    path = paths(reader.get_letter(), purpose)[0]
    answer = reader.ask(path, method)
    assert answer.status_code == (status or {"c": 302, "o": 200}[purpose])
    assert answer["Cache-Control"] == "no-store"
    assert (answer.content, receipts()) == (b"", []) if method == "head" else receipts() == []


def test_no_address_in_the_request_leads_anywhere(reader: Reader):
    path = paths(reader.get_letter())[0]
    assert reader.ask(f"{path}?url=https://evil.example&next=//evil.example")["Location"] == LEADS_TO[0]


def test_a_token_that_is_none_shows_the_page_for_it_and_counts_nothing(reader: Reader):
    good = paths(reader.get_letter())[0].removeprefix("/c/")
    key = Message.objects.get().key
    beyond = links.click_urls(key, None, 3)[2].rpartition("/")[2]
    nobody = links.click_urls("0" * 32, None, 1)[0].rpartition("/")[2]
    others = [links.token(purpose, key) for purpose in "upo"]
    wrong = [
        good[:-1],
        good + "A",
        good[:20] + "-" + good[21:],
        *others,
        beyond,
        nobody,
        key,
        "ż",
        "%00",
        "a" * 3000,
    ]
    answers = [reader.ask(f"/c/{token}") for token in wrong]
    assert {answer.status_code for answer in answers} == {404}
    assert all("This link does not work" in answer.text for answer in answers)
    assert {reader.ask(f"/{purpose}/{good}").status_code for purpose in "up"} == {404}
    assert receipts() == []


def test_of_somebody_erased_nothing_is_counted_and_nothing_breaks(reader: Reader):
    content = reader.get_letter()
    erase([reader.anna], reader.world.now)
    before = Receipt.objects.count()
    assert reader.ask(paths(content)[0]).status_code == 404
    assert reader.ask(paths(content, "o")[0]).content == PICTURE
    assert (Receipt.objects.count(), told()) == (before, [])


@pytest.mark.parametrize(
    "change", [{"personalization": "none"}, {"restricted_at": SINCE}, {"erased_at": SINCE}], ids=str
)
def test_who_may_not_be_counted_any_more_gets_there_all_the_same(reader: Reader, change: dict[str, Any]):
    content = reader.get_letter()
    Customer.objects.filter(pk=reader.anna).update(**change)
    assert reader.ask(paths(content)[0])["Location"] == LEADS_TO[0]
    assert reader.ask(paths(content, "o")[0]).content == PICTURE
    assert receipts() == []


def test_a_click_counts_for_whom_they_were_merged_into(reader: Reader):
    path = paths(reader.get_letter())[0]
    bela = reader.world.person("bela")
    Customer.objects.filter(pk=reader.anna).update(merged_into=bela)
    reader.ask(path)
    assert Event.objects.get(name="message.clicked").customer_id == bela


def test_what_cannot_be_counted_is_followed(reader: Reader, monkeypatch: pytest.MonkeyPatch, caplog: Any):
    content = reader.get_letter()

    def broken(*given: object) -> None:
        raise DatabaseError("anna@example.com")

    monkeypatch.setattr("orchestrator.messaging.engaged.receive", broken)
    assert reader.ask(paths(content)[0])["Location"] == LEADS_TO[0]
    assert reader.ask(paths(content, "o")[0]).content == PICTURE
    assert caplog.text.count("could not be counted: DatabaseError") == 2
    assert "anna" not in caplog.text


def test_an_opening(reader: Reader):
    content = reader.get_letter()
    (path,) = paths(content, "o")
    assert content.html.count(path) == 1
    assert path not in content.text
    answer = reader.ask(path)
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
        200,
        "image/gif",
        "no-store",
    )
    assert (answer.content, len(PICTURE)) == (PICTURE, 43)
    reader.ask(path)
    assert receipts() == [("opened", False)]
    assert told() == ["message.opened"]


def test_an_opening_by_apples_proxy_is_a_machines_and_by_googles_a_persons(reader: Reader):
    (path,) = paths(reader.get_letter(), "o")
    reader.ask(path, agent="Mozilla/5.0")
    reader.ask(path, agent="Mozilla/5.0 Firefox/11.0 (via ggpht.com GoogleImageProxy)")
    assert told() == ["message.opened_by_machine", "message.opened"]


def test_every_token_gets_the_same_picture(reader: Reader):
    (path,) = paths(reader.get_letter(), "o")
    good = reader.ask(path, "head")
    for token in (path.removeprefix("/o/")[:-1], "x", "ż", "%00", "a" * 3000, links.token("u", "0" * 32)):
        answer = reader.ask(f"/o/{token}")
        assert (answer.status_code, answer.content) == (200, PICTURE)
        assert answer.headers == good.headers
    assert receipts() == []


@pytest.mark.parametrize(
    ("workspace", "clicks", "pictures"),
    [
        ({"track_clicks": False}, 0, 1),
        ({"track_opens": False}, 2, 0),
        ({"track_clicks": False, "track_opens": False}, 0, 0),
    ],
)
def test_a_workspace_that_does_not_count(
    reader: Reader, workspace: dict[str, Any], clicks: int, pictures: int
):
    reader.world.workspace(**workspace)
    content = reader.get_letter()
    assert (len(paths(content)), len(paths(content, "o"))) == (clicks, pictures)
    assert MessageBody.objects.get().links == (LEADS_TO if clicks else [])


def test_a_template_that_is_not_to_be_counted(reader: Reader):
    content = reader.get_letter(letter="track: false\n" + LETTER)
    assert (paths(content), paths(content, "o")) == ([], [])
    assert MessageBody.objects.get().links == []


def test_who_turned_personalization_off_is_not_counted(reader: Reader):
    Customer.objects.filter(pk=reader.anna).update(personalization="none")
    content = reader.get_letter()
    assert (paths(content), paths(content, "o")) == ([], [])
    assert "tracked" not in MessageBody.objects.get().context


def test_messages_nobody_agreed_to_are_not_counted(reader: Reader):
    content = reader.get_letter(one_send("note", purpose="transactional"))
    assert (paths(content), paths(content, "o")) == ([], [])


@pytest.mark.parametrize("after", [{"track_clicks": False, "track_opens": False}, {"utm": "utm_source=x"}])
def test_a_retry_carries_the_same_bytes_whatever_is_switched_or_rotated(
    reader: Reader, settings: LazySettings, after: dict[str, Any]
):
    world = reader.world
    provider = world.provider(Deferred(timedelta(minutes=10)), promise="I")
    world.publish(one_send("note"), note=LETTER)
    world.event(reader.anna, "note.wanted")
    world.run(minutes=1)
    world.workspace(**after)
    settings.LINK_KEYS = [f"1:{'a' * 40}"]
    world.run(hours=1)
    first, second = (call.content for call in provider.calls)
    assert first == second
    assert isinstance(second, EmailContent)
    assert reader.ask(paths(second)[0])["Location"] == LEADS_TO[0]

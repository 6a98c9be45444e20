"""RFC 8058, from the outbox to the ledger: a letter leaves by real SMTP, and a mail program has nothing but its headers.

What it is given there, it asks for over HTTP at a server that runs. `https://mail.shop.example` is that server here: a
proxy that ends TLS would hand the request on in just this way.
"""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.apps import apps
from django.conf import LazySettings

from orchestrator import registry
from orchestrator.consents.models import Consent, ConsentRecord
from orchestrator.customers.erase import erase
from orchestrator.messaging import links
from orchestrator.messaging.models import FrequencyCap, Message
from orchestrator.sdk.testing import Gateway
from orchestrator.workspace.models import Brand
from orchestrator_email.provider import SmtpProvider
from orchestrator_email.server import parse_url
from tests.plugins.email.servers import RealServer, read
from tests.scenarios.scripted import Plugin
from tests.tracking.conftest import HELD, Post

pytestmark = pytest.mark.django_db(transaction=True)

PUBLIC = "mail.shop.example"
FORM = "application/x-www-form-urlencoded"
PARTS = 'multipart/form-data; boundary="=_one"'
BODIES = {
    FORM: b"List-Unsubscribe=One-Click",
    PARTS: b'--=_one\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--=_one--\r\n',
}
Answer = tuple[int, bytes, Mapping[str, str]]


class MailProgram:
    """Knows the bytes of one letter, and no more of us."""

    def __init__(self, content: bytes, server: str) -> None:
        self.content, self._server = content, urlsplit(server)

    @property
    def head(self) -> bytes:
        """What stands before the letter's body: all of it, and nothing else, can be signed as its headers."""
        return self.content.partition(b"\r\n\r\n")[0]

    @property
    def way_out(self) -> str:
        """The one address in the header."""
        found = re.findall(rb"^List-Unsubscribe:(.*)$", self.head, re.MULTILINE | re.IGNORECASE)
        assert len(found) == 1
        uris = re.findall(r"<([^<>]*)>", found[0].decode("ascii"))
        assert len(uris) == 1
        return str(uris[0])

    def ask(self, method: str, url: str = "", body: bytes = b"", kind: str = FORM) -> Answer:
        """A request as it is told: no cookies, no referrer, and whoever answers with a redirect is not followed."""
        target = urlsplit(url or self.way_out)
        assert (target.scheme, target.netloc) == ("https", PUBLIC)
        connection = http.client.HTTPConnection(str(self._server.hostname), self._server.port, timeout=60)
        headers = {"Host": target.netloc} | ({"Content-Type": kind} if body else {})
        connection.request(method, target.path, body or None, headers)
        answer = connection.getresponse()
        said = (answer.status, answer.read(), dict(answer.getheaders()))
        connection.close()
        return said

    def one_click(self, url: str = "", kind: str = FORM) -> Answer:
        """What RFC 8058 has it post."""
        return self.ask("POST", url, BODIES[kind], kind)


def tables() -> dict[str, list[tuple[Any, ...]]]:
    """Every row there is, of every table."""
    return {
        model._meta.label: sorted(model._default_manager.values_list(), key=repr)
        for model in apps.get_models()
    }


@pytest.fixture
def smtp() -> Iterator[RealServer]:
    server = RealServer(Gateway())
    yield server
    server.close()


@pytest.fixture
def anna(post: Post) -> int:
    return post.world.person("anna", consents=("email", "sms"))


@pytest.fixture(autouse=True)
def a_brand_that_sends(transactional_db: None) -> None:
    """Tests with real commits end by emptying every table; whichever comes first still finds the shipped caps."""
    FrequencyCap.objects.all().delete()
    sender = {"name": "My shop", "sender_address": "club@shop.example"}
    Brand.objects.update_or_create(key="default", defaults=sender)


@pytest.fixture
def reader(
    post: Post, anna: int, smtp: RealServer, settings: LazySettings, live_server: Any
) -> Iterator[MailProgram]:
    """Anna got one letter, and the next one waits. It is the world's time for everybody."""
    settings.PUBLIC_URL = f"https://{PUBLIC}"
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, PUBLIC]
    settings.DELIVERY_ALLOWLIST = ["*"]
    provider = SmtpProvider(parse_url(f"smtp://127.0.0.1:{smtp.port}"))
    registry.reset(registry.load([], {"email": Plugin([provider])}))
    post.begin(anna)
    provider.close()
    assert post.world.messages() == [("hello", "accepted", "accepted"), HELD]
    assert len(smtp.handler.contents) == 1
    with time_machine.travel(post.world.now, tick=False):
        yield MailProgram(smtp.handler.contents[0], live_server.url)


def consents() -> list[tuple[str, str]]:
    return list(Consent.objects.order_by("channel").values_list("channel", "state"))


GIVEN = [("email", "granted"), ("sms", "granted")]
TAKEN_BACK = [("email", "withdrawn"), ("sms", "granted")]


def test_the_letter_says_it_in_two_lines_of_its_head(reader: MailProgram):
    lines = reader.head.split(b"\r\n")
    about = [number for number, line in enumerate(lines) if line.lower().startswith(b"list-")]
    key = Message.objects.get(step="hello").key
    way_out = f"https://{PUBLIC}/u/{links.token('u', key)}"
    assert [lines[number] for number in about] == [
        f"List-Unsubscribe: <{way_out}>".encode(),
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    ]
    # Neither goes on in the next line, so that what is signed is what is read; and nothing is signed twice.
    assert not any(lines[number + 1].startswith((b" ", b"\t")) for number in about)
    letter = read(reader.content)
    assert isinstance(letter, EmailMessage)
    assert letter.defects == []
    assert (letter["List-Unsubscribe"], letter["List-Unsubscribe-Post"]) == (
        f"<{way_out}>",
        "List-Unsubscribe=One-Click",
    )
    assert {name: len(letter.get_all(name)) for name in ("From", "To", "Subject", "Date", "Message-ID")} == {
        "From": 1, "To": 1, "Subject": 1, "Date": 1, "Message-ID": 1,
    }  # fmt: skip
    assert reader.way_out == way_out


@pytest.mark.parametrize("kind", [FORM, PARTS])
def test_one_post_and_it_is_over(reader: MailProgram, post: Post, smtp: RealServer, kind: str):
    status, body, headers = reader.one_click(kind=kind)
    assert (status, body) == (200, b"OK\n")
    assert not {"Location", "Set-Cookie", "Refresh"} & headers.keys()
    assert headers["Cache-Control"] == "no-store"
    assert consents() == TAKEN_BACK
    assert post.world.messages() == [
        ("hello", "accepted", "accepted"),
        ("tips", "cancelled", "consent_withdrawn"),
    ]
    row, sent = ConsentRecord.objects.latest("number"), Message.objects.get(step="hello")
    assert (row.source, row.recorded_at) == ("unsubscribe_link", post.world.now)
    assert row.proof == {"by": "one-click", "message": sent.key}
    assert row.number > (sent.number or 0)
    post.world.run(days=3)
    assert len(smtp.handler.contents) == 1


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"])
@pytest.mark.parametrize("body", [b"", BODIES[FORM]], ids=["empty", "one-click"])
def test_nothing_but_a_post_changes_anything(reader: MailProgram, method: str, body: bytes):
    before = tables()
    status, _, headers = reader.ask(method, body=body)
    assert status == (200 if method in ("GET", "HEAD", "OPTIONS") else 405)
    assert "Location" not in headers
    assert tables() == before
    assert consents() == GIVEN


def test_fifty_at_once_are_one(reader: MailProgram, post: Post):
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: reader.one_click()[:2], range(50)))
    assert answers == [(200, b"OK\n")] * 50
    assert consents() == TAKEN_BACK
    assert ConsentRecord.objects.filter(state="withdrawn").count() == 1


def test_again_and_again_is_once(reader: MailProgram):
    reader.one_click()
    before = tables()
    assert [reader.one_click(kind=kind)[:2] for kind in (FORM, PARTS, FORM)] == [(200, b"OK\n")] * 3
    assert tables() == before


def test_a_wrong_token_is_answered_like_a_right_one_and_changes_nothing(reader: MailProgram):
    before, good = tables(), reader.way_out
    key = Message.objects.get(step="hello").key
    wrong = [good[:-1], f"{good}A", f"{good[:-9]}{'A' if good[-9] != 'A' else 'B'}{good[-8:]}"]
    others = [
        f"https://{PUBLIC}/u/{token}" for token in (links.token("p", key), links.token("u", "0" * 32), key)
    ]
    answers = [reader.one_click(url) for url in (*wrong, *others)]
    assert tables() == before
    right = reader.one_click()
    told = [(status, body, {**headers, "Date": ""}) for status, body, headers in (*answers, right)]
    assert all(one == told[-1] for one in told)
    assert consents() == TAKEN_BACK


def test_after_an_erasure_it_is_answered_and_changes_nothing(reader: MailProgram, post: Post, anna: int):
    erase([anna], post.world.now)
    before = tables()
    assert [reader.one_click(kind=kind)[:2] for kind in (FORM, PARTS)] == [(200, b"OK\n")] * 2
    assert tables() == before


def test_an_older_key_opens_it_and_a_retired_one_does_not(reader: MailProgram, settings: LazySettings):
    settings.LINK_KEYS = [f"1:{'a' * 40}", "0:retired"]
    before = tables()
    assert reader.one_click()[:2] == (200, b"OK\n")
    assert tables() == before
    settings.LINK_KEYS = [f"1:{'a' * 40}"]
    assert reader.one_click()[:2] == (200, b"OK\n")
    assert consents() == TAKEN_BACK

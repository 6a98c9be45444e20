"""Rubbish sent to the public links: a plain refusal whatever the token, and nobody's consent moves."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from orchestrator.consents.models import Consent, ConsentRecord
from orchestrator.messaging import links
from orchestrator.messaging.models import Message
from tests.scenarios.world import World
from tests.tracking.conftest import Post

FORM = "application/x-www-form-urlencoded"
NOBODY = links.token("u", "0" * 32)


@pytest.fixture
def post(world: World) -> Post:
    """A mailbox's owner who got one message, with a browser that has no cookies."""
    reader = Post(world)
    reader.client = Client()
    world.publish(
        "journey: hi\nentry: {event: customer.signed_up}\nsteps:\n  - send: welcome\n    id: hello\n",
        welcome="",
    )
    reader.begin(world.person("anna"))
    return reader


def kept() -> list[tuple[Any, ...]]:
    return [
        *Consent.objects.order_by("id").values_list(),
        *ConsentRecord.objects.order_by("id").values_list(),
    ]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"\xff\xfe\x00", FORM, 200),
        (b"List-Unsubscribe=One-Click", "application/json", 200),
        (b"x" * 3_000_000, FORM, 400),
        ("&".join(f"a{n}=1" for n in range(2000)).encode(), FORM, 400),
        (b"--y\r\nnot a part", "multipart/form-data; boundary=y", 200),
        (b"x", "multipart/form-data", 400),
    ],
    ids=["bytes", "another type", "3 MB", "2,000 fields", "cut parts", "no boundary"],
)
def test_a_body_that_is_no_form(post: Post, body: bytes, kind: str, status: int) -> None:
    before = kept()
    good = f"/u/{links.token('u', message_key())}"
    answer = post.client.generic("POST", good, body, content_type=kind)
    other = post.client.generic("POST", f"/u/{NOBODY}", body, content_type=kind)
    assert (answer.status_code, other.status_code) == (status, 404 if status == 200 else status)
    assert kept() == before


def message_key() -> str:
    return Message.objects.get().key


@pytest.mark.parametrize(
    "wish",
    [
        {"was_off": ["email:\0"], "on": ["email:\0"]},
        {"was_off": ["pigeon:"], "on": ["pigeon:"]},
        {"was_on": ["email:nothing"]},
        {"was_off": ["x" * 5000], "on": ["x" * 5000]},
        {"choice": "\0"},
        {"was_on": [":::"]},
    ],
    ids=ascii,
)
def test_switches_that_the_page_does_not_show(post: Post, wish: dict[str, Any]) -> None:
    before = kept()
    answer = post.client.post(f"/p/{links.token('p', message_key())}", wish)
    assert answer.status_code == 200
    assert kept() == before

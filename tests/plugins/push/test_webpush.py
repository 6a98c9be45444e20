"""What leaves for a push service, and what its answers mean."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from py_vapid.jwt import decode

from orchestrator.sdk import (
    Accepted,
    Deferred,
    Message,
    ProviderUnavailable,
    PushContent,
    Rejected,
    RejectReason,
    Response,
    Result,
    SmsContent,
    TransportError,
    TransportRefused,
    Unknown,
)
from orchestrator.sdk.testing import FakeTransport
from orchestrator_push.answers import NotSent
from orchestrator_push.encryption import LARGEST
from orchestrator_push.provider import PushProvider
from orchestrator_push.vapid import Vapid
from orchestrator_push.webpush import WebPush, write
from tests.plugins.push.fakes import NOW, PRIVATE_KEY, SUBJECT, browser, clock, web_message

CREATED = Response(201)
REFUSED = TransportError("refused", sent=False)


def send(transport: FakeTransport, *messages: Message) -> Sequence[Result]:
    provider = PushProvider(web=WebPush(Vapid(PRIVATE_KEY, SUBJECT), clock))
    return asyncio.run(provider.send(messages, transport))


def test_what_leaves_is_a_push_message_of_rfc_8030() -> None:
    transport = FakeTransport(CREATED)
    message = web_message(1, expires_at=NOW + timedelta(hours=2))
    assert send(transport, message) == [Accepted()]
    (request,) = transport.requests
    scheme, token, key = request.headers["authorization"].split(" ")
    assert (request.method, request.url) == ("POST", "https://push.example.com/canary-device-1")
    assert {name: value for name, value in request.headers.items() if name != "authorization"} == {
        "content-type": "application/octet-stream",
        "content-encoding": "aes128gcm",
        "ttl": "7200",
        "urgency": "normal",
        "topic": message.key,
    }
    assert browser(1).open(request.body) == {
        "title": "The Shop",
        "body": "Good morning, this is message 1.",
        "navigate": "https://example.com/p/1",
        "lang": "en",
        "tag": message.key,
    }
    assert scheme == "vapid"
    assert decode(token.removeprefix("t=").rstrip(","), key.removeprefix("k=")) == {
        "aud": "https://push.example.com",
        "exp": int((NOW + timedelta(hours=12)).timestamp()),
        "sub": SUBJECT,
    }


@pytest.mark.parametrize(
    ("expires_in", "ttl"),
    [
        (timedelta(seconds=1.9), "1"),
        (timedelta(0), "0"),
        (timedelta(hours=-1), "0"),
        (timedelta(days=90), "2419200"),
        (None, "86400"),
    ],
)
def test_a_message_lives_at_the_push_service_no_longer_than_it_is_good(
    expires_in: timedelta | None, ttl: str
) -> None:
    transport = FakeTransport(CREATED)
    send(transport, web_message(1, expires_at=expires_in if expires_in is None else NOW + expires_in))
    assert transport.requests[0].headers["ttl"] == ttl


def test_what_is_transactional_is_urgent() -> None:
    transport = FakeTransport(CREATED)
    send(transport, web_message(1, purpose="transactional"))
    assert transport.requests[0].headers["urgency"] == "high"


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (Response(201), Accepted()),
        (Response(202), Accepted()),
        (Response(410), Rejected(RejectReason.INVALID_ADDRESS, "the push service answered 410")),
        (Response(404), Rejected(RejectReason.INVALID_ADDRESS, "the push service answered 404")),
        (Response(413), Rejected(RejectReason.TOO_LARGE, "the push service answered 413")),
        (Response(401), Rejected(RejectReason.NOT_ALLOWED, "the push service answered 401")),
        (Response(403), Rejected(RejectReason.NOT_ALLOWED, "the push service answered 403")),
        (Response(400), Rejected(RejectReason.OTHER, "the push service answered 400")),
        (Response(307), Rejected(RejectReason.OTHER, "the push service answered 307")),
        (Response(429), Deferred(timedelta(minutes=1), "the push service answered 429")),
        (
            Response(503, {"retry-after": "7"}),
            Deferred(timedelta(seconds=7), "the push service answered 503"),
        ),
        (
            Response(503, {"retry-after": "Sat, 14 Mar 2026 09:30:00 GMT"}),
            Deferred(timedelta(seconds=127), "the push service answered 503"),
        ),
        (
            Response(429, {"retry-after": "Sat, 14 Mar 2026 09:00:00 GMT"}),
            Deferred(timedelta(minutes=1), "the push service answered 429"),
        ),
        (
            Response(429, {"retry-after": "soon"}),
            Deferred(timedelta(minutes=1), "the push service answered 429"),
        ),
        (Response(500), Unknown("the push service answered 500")),
        (Response(200), Unknown("the push service answered 200")),
        (TransportError("reset", sent=True), Unknown("no clear answer")),
    ],
)
def test_an_answer_is_read_exactly(answer: Response | TransportError, result: Result) -> None:
    assert send(FakeTransport(answer), web_message()) == [result]


def test_of_a_batch_only_what_did_not_leave_is_deferred() -> None:
    results = send(FakeTransport([CREATED, REFUSED]), web_message(1), web_message(2))
    assert results == [Accepted(), NotSent(detail="no connection")]


def test_a_batch_of_which_nothing_left_is_unavailable() -> None:
    with pytest.raises(ProviderUnavailable, match="no connection"):
        send(FakeTransport(REFUSED), web_message(1), web_message(2))


def test_an_endpoint_that_leads_inside_is_refused_by_the_guard_and_not_repeated() -> None:
    transport = FakeTransport(TransportRefused("push.example.com leads to an address that is not public"))
    assert send(transport, web_message()) == [
        Rejected(RejectReason.NOT_ALLOWED, "the endpoint is no public https address")
    ]
    assert [request.guarded for request in transport.attempts] == [True]


def test_what_is_no_subscription_is_an_invalid_address() -> None:
    assert send(FakeTransport(), web_message(recipient="{}")) == [
        Rejected(
            RejectReason.INVALID_ADDRESS,
            "the push subscription has no endpoint; give what toJSON() of it answers",
        )
    ]


def test_a_key_that_is_no_point_is_an_invalid_address() -> None:
    wrong = replace(browser(1).device, p256dh=b"\x04" + bytes(64)).address
    assert send(FakeTransport(), web_message(recipient=wrong)) == [
        Rejected(RejectReason.INVALID_ADDRESS, "the subscription's key is no point of P-256")
    ]


def test_the_longest_message_leaves_and_one_byte_more_does_not() -> None:
    room = LARGEST - len(write(web_message(text=".")))  # type: ignore[arg-type]
    fits, too_long = web_message(text="." + "a" * room), web_message(text="ż" + "a" * room)
    transport = FakeTransport(CREATED)
    results = send(transport, fits, too_long)
    assert results[0] == Accepted()
    assert isinstance(results[1], Rejected)
    assert results[1].reason is RejectReason.TOO_LARGE
    assert [len(request.body) for request in transport.requests] == [4096]


def test_what_cannot_be_written_is_refused() -> None:
    contents = (SmsContent("hi"), PushContent("t", "\ud800"))
    assert send(FakeTransport(), *(web_message(content=content) for content in contents)) == [
        Rejected(RejectReason.OTHER, "the content is not that of a push notification"),
        Rejected(RejectReason.OTHER, "the content holds half a character"),
    ]


def test_the_payload_is_what_a_browser_shows_without_a_service_worker() -> None:
    plain = write(web_message(1, content=PushContent("Hi", "there", image="https://example.com/i.png")))
    assert isinstance(plain, bytes)
    assert json.loads(plain) == {
        "web_push": 8030,
        "notification": {
            "title": "Hi",
            "body": "there",
            "image": "https://example.com/i.png",
            "lang": "en",
            "tag": web_message(1).key,
        },
    }


def test_apps_are_refused_while_fcm_has_no_settings() -> None:
    assert send(FakeTransport(), web_message(recipient="an-apps-token")) == [
        Rejected(RejectReason.NOT_ALLOWED, "FCM is off: PUSH_FCM_CREDENTIALS is empty")
    ]

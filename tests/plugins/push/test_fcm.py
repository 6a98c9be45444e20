"""What leaves for FCM, and what its answers mean."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    Unknown,
)
from orchestrator.sdk.testing import FakeTransport, make_message
from orchestrator_push.fcm import LARGEST, Fcm
from orchestrator_push.fcm_answers import TOKEN_REFUSED, read
from orchestrator_push.google import ServiceAccount
from orchestrator_push.provider import PushProvider
from tests.plugins.push.fakes import NOW, Google, clock, fcm_error, service_account, web_message

WORDS = st.sampled_from(["error", "details", "errorCode", "status", "fieldViolations", "field", "code"])
TAKEN = Response(200, {}, b'{"name": "projects/the-shop/messages/0:15"}')


def provider() -> PushProvider:
    return PushProvider(fcm=Fcm(ServiceAccount.read(service_account()), clock))


def send(google: Google, *messages: Message, by: PushProvider | None = None) -> Sequence[Result]:
    return asyncio.run((by or provider()).send(messages, google))


def answered(answer: Response | Exception) -> Result:
    (result,) = send(Google(FakeTransport(answer)), make_message("push"))
    return result


@pytest.mark.parametrize(
    ("purpose", "android", "apple", "web"),
    [("marketing", "NORMAL", "5", "normal"), ("transactional", "HIGH", "10", "high")],
)
def test_what_leaves_is_a_message_of_http_v1(purpose: str, android: str, apple: str, web: str) -> None:
    google = Google(FakeTransport(TAKEN))
    content = PushContent("Hi", "zażółć", "https://example.com/p", "https://example.com/i.png")
    message = make_message(
        "push", content=content, purpose=purpose, recipient="a:token", expires_at=NOW + timedelta(hours=1)
    )
    assert send(google, message) == [Accepted("projects/the-shop/messages/0:15")]
    (request,) = google.inner.requests
    assert (request.method, request.url) == (
        "POST",
        "https://fcm.googleapis.com/v1/projects/the-shop/messages:send",
    )
    assert request.headers == {"content-type": "application/json", "authorization": "Bearer token-1"}
    ends = str(int(NOW.timestamp()) + 3600)
    assert json.loads(request.body) == {
        "message": {
            "token": "a:token",
            "notification": {"title": "Hi", "body": "zażółć", "image": "https://example.com/i.png"},
            "data": {"key": message.key, "url": "https://example.com/p"},
            "android": {"ttl": "3600s", "priority": android, "notification": {"tag": message.key}},
            "apns": {
                "headers": {
                    "apns-expiration": ends,
                    "apns-priority": apple,
                    "apns-collapse-id": message.key,
                }
            },
            "webpush": {
                "headers": {"TTL": "3600", "Urgency": web},
                "fcm_options": {"link": "https://example.com/p"},
            },
        }
    }


def violation(field: str) -> dict[str, Any]:
    return {"fieldViolations": [{"field": field, "description": "canary-"}]}


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (
            fcm_error(404, "NOT_FOUND", "UNREGISTERED"),
            Rejected(RejectReason.INVALID_ADDRESS, "FCM 404 UNREGISTERED"),
        ),
        (fcm_error(404, "NOT_FOUND"), Rejected(RejectReason.NOT_ALLOWED, "FCM 404 NOT_FOUND")),
        (
            fcm_error(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"),
            Rejected(RejectReason.NOT_ALLOWED, "FCM 403 SENDER_ID_MISMATCH"),
        ),
        (
            fcm_error(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR"),
            Rejected(RejectReason.NOT_ALLOWED, "FCM 401 THIRD_PARTY_AUTH_ERROR"),
        ),
        (
            fcm_error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", **violation("message.token")),
            Rejected(RejectReason.INVALID_ADDRESS, "FCM 400 INVALID_ARGUMENT"),
        ),
        (
            fcm_error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", **violation("message.data")),
            Rejected(RejectReason.OTHER, "FCM 400 INVALID_ARGUMENT"),
        ),
        (Response(413, {}, b""), Rejected(RejectReason.TOO_LARGE, "FCM 413")),
        (Response(302, {}, b""), Rejected(RejectReason.OTHER, "FCM 302")),
        (Response(404, {}, b"<html>"), Rejected(RejectReason.OTHER, "FCM 404")),
        (
            fcm_error(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED", {"retry-after": "90"}),
            Deferred(timedelta(seconds=90), "FCM 429 QUOTA_EXCEEDED"),
        ),
        (
            fcm_error(503, "UNAVAILABLE", "UNAVAILABLE"),
            Deferred(timedelta(minutes=1), "FCM 503 UNAVAILABLE"),
        ),
        (fcm_error(500, "INTERNAL", "INTERNAL"), Unknown("FCM 500 INTERNAL")),
        (Response(200, {}, b'{"name": 7}'), Unknown("FCM answered 200 without a message's name")),
        (TransportError("reset", sent=True), Unknown("no clear answer")),
    ],
)
def test_an_answer_is_read_exactly(answer: Response | Exception, result: Result) -> None:
    assert answered(answer) == result


def test_no_word_of_an_error_is_repeated_unless_it_is_a_code() -> None:
    assert answered(fcm_error(400, "canary a:token", "canary")) == Rejected(RejectReason.OTHER, "FCM 400")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner),
    max_leaves=12,
)


@given(status=st.integers(100, 599), body=st.binary() | JSON.map(lambda said: json.dumps(said).encode()))
def test_no_answer_is_too_strange_to_be_read(status: int, body: bytes) -> None:
    result = read(Response(status, {"retry-after": "x"}, body), NOW)
    assert not isinstance(result, Accepted)
    assert isinstance(result, Unknown) or not 200 <= status <= 299


def test_an_app_without_a_page_gets_no_link() -> None:
    google = Google(FakeTransport(TAKEN))
    send(google, make_message("push", content=PushContent("Hi", "there", "shop://cart")))
    message = json.loads(google.inner.requests[0].body)["message"]
    assert message["data"]["url"] == "shop://cart"
    assert set(message["webpush"]) == {"headers"}


def test_one_access_token_serves_batches_until_it_ends() -> None:
    google, by = Google(FakeTransport(TAKEN)), provider()
    for numbers in ((1, 2, 3), (4,)):
        send(google, *(make_message("push", number) for number in numbers), by=by)
    assert (len(google.asked), len(google.inner.requests)) == (1, 4)
    assert {request.headers["authorization"] for request in google.inner.requests} == {"Bearer token-1"}


def test_a_refused_access_token_is_not_used_again() -> None:
    google, by = Google(FakeTransport([fcm_error(401, "UNAUTHENTICATED"), TAKEN])), provider()
    assert send(google, make_message("push"), by=by) == [TOKEN_REFUSED]
    assert send(google, make_message("push"), by=by) == [Accepted("projects/the-shop/messages/0:15")]
    assert [request.headers["authorization"] for request in google.inner.requests] == [
        "Bearer token-1",
        "Bearer token-2",
    ]


@pytest.mark.parametrize(
    ("instead", "words", "wait"),
    [
        (TransportError("timed out", sent=True), "no connection to Google", None),
        (Response(400, {}, b'{"error": "invalid_grant"}'), "Google answered 400", None),
        (Response(503, {"retry-after": "20"}), "Google answered 503", timedelta(seconds=20)),
        (Response(200, {}, b"null"), "Google answered 200", None),
        (Response(200, {}, b'{"access_token": "a\\nb", "expires_in": 1}'), "Google answered 200", None),
    ],
)
def test_without_an_access_token_nothing_leaves(
    instead: Response | Exception, words: str, wait: timedelta | None
) -> None:
    google = Google(FakeTransport())
    google.instead = instead
    with pytest.raises(ProviderUnavailable, match=words) as raised:
        send(google, make_message("push", 1), make_message("push", 2))
    assert raised.value.retry_after == wait
    assert google.inner.attempts == []


def test_what_cannot_be_written_is_refused_and_asks_google_nothing() -> None:
    google = Google(FakeTransport())
    contents = (SmsContent("hi"), PushContent("t", "\ud800"), PushContent("t", "b" * LARGEST))
    results = send(google, *(make_message("push", n, content=one) for n, one in enumerate(contents)))
    assert results == [
        Rejected(RejectReason.OTHER, "the content is not that of a push notification"),
        Rejected(RejectReason.OTHER, "the content holds half a character"),
        Rejected(RejectReason.TOO_LARGE, "4161 bytes; FCM takes 4096"),
    ]
    assert google.asked == []


def test_browsers_are_refused_while_web_push_has_no_settings() -> None:
    assert send(Google(FakeTransport()), web_message()) == [
        Rejected(RejectReason.NOT_ALLOWED, "Web Push is off: PUSH_VAPID_PRIVATE_KEY is empty")
    ]

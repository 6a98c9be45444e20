"""The kit's own tools: messages, the fake transport, the gateway's memory, the line after the tests."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.sdk import EmailContent, PushContent, Request, Response, SmsContent, TransportError
from orchestrator.sdk.testing import (
    Delivery,
    FakeTransport,
    Gateway,
    Verdict,
    make_message,
    make_messages,
    text_of,
)

ROOT = Path(__file__).parents[2]
GET = Request("GET", "https://example.com/")


def ask(transport: FakeTransport) -> Response:
    return asyncio.run(transport.request(GET))


@pytest.mark.parametrize(
    ("channel", "kind"), [("email", EmailContent), ("push", PushContent), ("fax", SmsContent)]
)
def test_messages_are_all_different_and_the_same_in_every_run(channel: str, kind: type):
    messages = make_messages(channel, 200)
    assert messages == make_messages(channel, 200)
    assert all(isinstance(message.content, kind) for message in messages)
    for field in ("key", "recipient"):
        assert len({getattr(message, field) for message in messages}) == 200
    assert {len(message.key) for message in messages} == {32}


def test_any_field_of_a_message_can_be_given():
    message = make_message("sms", 7, recipient="+48111", text="Hi", purpose="transactional")
    assert (message.recipient, text_of(message.content), message.purpose) == ("+48111", "Hi", "transactional")


def test_the_transport_answers_in_turn_and_the_last_for_ever():
    transport = FakeTransport([Response(500), lambda request: Response(201, {}, request.url.encode())])
    assert [ask(transport).status for _ in range(3)] == [500, 201, 201]
    assert transport.requests == [GET] * 3


def test_a_request_that_never_left_is_an_attempt_and_no_request():
    transport = FakeTransport([TransportError("refused", sent=False), TransportError("reset", sent=True)])
    for _ in range(2):
        with pytest.raises(TransportError):
            ask(transport)
    assert (len(transport.attempts), len(transport.requests)) == (2, 1)


def test_a_request_nobody_scripted_is_said():
    with pytest.raises(AssertionError, match="holds no answer to it"):
        ask(FakeTransport())


def test_the_gateway_delivers_a_key_once_and_messages_without_keys_each_time():
    gateway = Gateway()
    for key in ("k1", "k1", "", ""):
        assert gateway.take("anna", key=key, text="hi") is Verdict.ACCEPT
    assert gateway.delivered == [Delivery("anna", "k1", "hi"), *[Delivery("anna", "", "hi")] * 2]
    assert (gateway.has("k1"), gateway.has("")) == (True, False)


def test_the_gateway_refuses_whom_it_was_told_to():
    gateway = Gateway()
    gateway.decide(Verdict.REJECT, ["anna"])
    assert [gateway.take(who) for who in ("anna", "jan")] == [Verdict.REJECT, Verdict.ACCEPT]
    gateway.decide(Verdict.DEFER)
    assert gateway.take("jan", key="k") is Verdict.DEFER
    assert gateway.delivered == [Delivery("jan")]
    assert not gateway.has("k")


SUITE = """
from acme_sms_example import TestAcmeSms
from acme_sms import AcmeSms

class TestLiar(TestAcmeSms):
    def make_provider(self):
        class Liar(AcmeSms):
            async def send(self, messages, transport):
                return (await super().send(messages, transport))[::-1]
        return Liar("https://sms.acme.example/messages", "token")
"""


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["one process", "two processes"])
def test_pytest_ends_with_a_line_for_each_provider(tmp_path: Path, options: tuple[str, ...]):
    example = ROOT / "examples" / "acme_sms"
    for name, source in (
        ("acme_sms.py", example / "acme_sms.py"),
        ("acme_sms_example.py", example / "tests" / "test_acme_sms.py"),
    ):
        (tmp_path / name).write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "test_suite.py").write_text(SUITE, encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:django",
            "-p",
            "no:cacheprovider",
            *options,
            "test_suite.py",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    lines = done.stdout.splitlines()
    assert "TestAcmeSms conforms: 26/26 (6 not applicable)" in lines
    assert "TestLiar conforms: 25/26 (6 not applicable)" in lines
    assert done.returncode == 1

"""What the smtp provider says about each message when a server answers so or breaks off there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest

from orchestrator.sdk import Accepted, Deferred, ProviderUnavailable, Rejected, RejectReason, Unknown
from orchestrator.sdk.testing import Gateway, make_message, make_messages
from orchestrator_email.provider import SmtpProvider
from orchestrator_email.server import SmtpServer
from tests.plugins.email.servers import PIPELINING, RealServer, ScriptedServer, at, free_port, read

Start = Callable[..., tuple[SmtpProvider, ScriptedServer]]


@pytest.fixture(params=["one by one", "in a row"])
def start(request: pytest.FixtureRequest) -> Iterator[Start]:
    """A scripted server and a provider that talks to it, for servers that take commands in a row and for others."""
    running: list[SmtpProvider | ScriptedServer] = []

    def begin(patience: float = 30.0, **script: object) -> tuple[SmtpProvider, ScriptedServer]:
        if request.param == "in a row":
            script = {"EHLO": PIPELINING, **script}
        server = ScriptedServer(strict=True, **script)
        provider = SmtpProvider(SmtpServer("127.0.0.1", server.port, timeout=_timeout(script)), patience)
        running.extend((provider, server))
        return provider, server

    yield begin
    for each in running:
        each.close()


def _timeout(script: dict[str, object]) -> float:
    """In seconds. Short only for a server that says nothing; another may be as slow as a busy machine makes it."""
    answers = [said(n) if callable(said) else said for said in script.values() for n in (1, 2)]
    return 0.5 if b"" in answers else 30.0


def send(provider: SmtpProvider, count: int = 1) -> list[object]:
    return list(provider.send_blocking(make_messages("email", count)))


def test_three_messages_travel_on_one_connection_in_order(start: Start) -> None:
    provider, server = start(CONTENT=b"250 2.0.0 Ok: queued as 4ZQ7Kx1\r\n")
    assert send(provider, 3) == [Accepted("4ZQ7Kx1")] * 3
    assert [read(content)["To"] for content in server.contents] == [
        message.recipient for message in make_messages("email", 3)
    ]
    assert server.connections == 1
    assert server.heard[:4] == [
        server.heard[0],
        "MAIL FROM:<shop@example.com>",
        "RCPT TO:<canary.customer.1@example.com>",
        "DATA",
    ]
    assert server.commands("RSET", "quit") == []


@pytest.mark.parametrize(
    ("stage", "answer", "result"),
    [
        ("RCPT", "550 5.1.1 no such user", RejectReason.INVALID_ADDRESS),
        ("RCPT", "553 5.1.3 bad address", RejectReason.INVALID_ADDRESS),
        ("RCPT", "550 5.1.10 null mx", RejectReason.INVALID_ADDRESS),
        ("RCPT", "550 5.1.8 sender's domain not found", RejectReason.NOT_ALLOWED),
        ("RCPT", "554 5.7.1 blocked by policy", RejectReason.BLOCKED),
        ("RCPT", "554 5.7.1 relay access denied", RejectReason.NOT_ALLOWED),
        ("RCPT", "550 5.7.26 no SPF or DKIM", RejectReason.NOT_ALLOWED),
        ("RCPT", "552 5.2.2 mailbox full", RejectReason.OTHER),
        ("RCPT", "550 no enhanced code, so nobody is suppressed", RejectReason.OTHER),
        ("RCPT", "552 too much", RejectReason.TOO_LARGE),
        ("DATA", "554 5.7.1 no", RejectReason.SPAM),
        ("CONTENT", "554 5.7.1 looks like spam", RejectReason.SPAM),
        ("CONTENT", "550 5.7.28 mail flood", RejectReason.SPAM),
        ("CONTENT", "552 5.3.4 too big", RejectReason.TOO_LARGE),
        ("CONTENT", "552 too big", RejectReason.TOO_LARGE),
        ("CONTENT", "554 no", RejectReason.OTHER),
        ("CONTENT", "550 5.1.1 no such user after all", RejectReason.INVALID_ADDRESS),
        ("MAIL", "550 5.1.0 sender refused", RejectReason.NOT_ALLOWED),
        ("RCPT", "450 4.2.1 busy", None),
        ("RCPT", "452 4.2.2 full for now", None),
        ("DATA", "451 4.3.0 later", None),
        ("CONTENT", "451 4.7.1 greylisted", None),
        ("MAIL", "451 4.3.2 later", None),
    ],
)
def test_a_refusal_is_read_exactly_and_the_next_message_goes_on(
    start: Start, stage: str, answer: str, result: RejectReason | None
) -> None:
    fine = {"DATA": b"354 go on\r\n"}.get(stage, b"250 ok\r\n")
    provider, server = start(**{stage: at(2, f"{answer}\r\n".encode(), fine)})
    first, second, third = send(provider, 3)
    assert (first, third) == (Accepted(), Accepted())
    assert isinstance(second, Deferred if result is None else Rejected)
    assert result is None or second.reason is result
    assert answer[4:12] in second.detail
    assert server.connections == 1
    assert len(server.commands("RSET")) == (0 if stage == "CONTENT" else 1)


def test_the_words_of_a_refusal_are_kept_without_the_address(start: Start) -> None:
    provider, _ = start(
        RCPT=b"550-5.1.1 <canary.customer.1@example.com>\r\n550 5.1.1 canary.customer.1 unknown\r\n"
    )
    (result,) = send(provider)
    assert result == Rejected(
        RejectReason.INVALID_ADDRESS, "RCPT 550 5.1.1 <address> 5.1.1 <address> unknown"
    )


def test_nobody_listens() -> None:
    port = free_port()
    provider = SmtpProvider(SmtpServer("127.0.0.1", port, username="anna", password="s3cret"))
    with pytest.raises(ProviderUnavailable) as raised:
        send(provider, 2)
    assert str(raised.value) == f"127.0.0.1:{port} is not available: ConnectionRefusedError"


@pytest.mark.parametrize(
    "script",
    [
        {"GREETING": None},
        {"GREETING": b"554 go away\r\n"},
        {"GREETING": b"421 busy\r\n"},
        {"GREETING": b"<html>\r\n"},
        {"GREETING": b""},
        {"EHLO": None},
        {"MAIL": None},
        {"MAIL": b"421 closing\r\n"},
        {"MAIL": b"530 5.7.0 sign in first\r\n"},
        {"MAIL": b"<html>\r\n"},
        {"MAIL": b"250 " + b"x" * 9000 + b"\r\n"},
    ],
)
def test_nothing_handed_over_before_the_first_message(start: Start, script: dict[str, bytes | None]) -> None:
    provider, server = start(**script)
    with pytest.raises(ProviderUnavailable):
        send(provider, 2)
    assert server.contents == []
    assert server.connections == 1


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
def test_broken_before_the_content_of_the_second_is_a_certain_no(start: Start, stage: str) -> None:
    fine = {"DATA": b"354 go on\r\n"}.get(stage, b"250 ok\r\n")
    provider, server = start(**{stage: at(2, None, fine)})
    first, *others = send(provider, 4)
    assert first == Accepted()
    assert [type(result) for result in others] == [Deferred] * 3
    assert len(server.contents) == 1
    assert server.connections == 1


@pytest.mark.parametrize(
    "answer", [None, b"", b"<html>\r\n", b"354 more?\r\n", b"250 " + b"x" * 9000 + b"\r\n"]
)
def test_broken_after_the_content_of_the_second_is_unknown(start: Start, answer: bytes | None) -> None:
    provider, server = start(CONTENT=at(2, answer, b"250 ok\r\n"))
    results = send(provider, 4)
    assert [type(result) for result in results] == [Accepted, Unknown, Deferred, Deferred]
    assert len(server.contents) == 2


def test_a_421_to_the_content_is_a_no_and_ends_the_connection(start: Start) -> None:
    provider, server = start(CONTENT=at(2, b"421 4.7.0 enough\r\n", b"250 ok\r\n"))
    results = send(provider, 3)
    assert [type(result) for result in results] == [Accepted, Deferred, Deferred]
    assert send(provider) == [Accepted()]
    assert server.connections == 2


def test_a_yes_to_data_that_is_no_354_sends_no_content(start: Start) -> None:
    provider, server = start(DATA=b"250 fine\r\n")
    results = send(provider, 2)
    assert [type(result) for result in results] == [Deferred, Deferred]
    assert server.contents == []


def test_a_failed_reset_defers_the_rest(start: Start) -> None:
    provider, server = start(RCPT=b"550 5.1.1 no\r\n", RSET=None)
    results = send(provider, 3)
    assert [type(result) for result in results] == [Rejected, Deferred, Deferred]
    assert len(server.commands("MAIL")) == 1


def test_the_connection_is_kept_between_batches(start: Start) -> None:
    provider, server = start()
    for _ in range(3):
        send(provider, 2)
    assert (server.connections, len(server.contents)) == (1, 6)


def test_a_kept_connection_the_server_has_closed_is_replaced(start: Start) -> None:
    provider, server = start()
    send(provider)
    server.hang_up()
    assert send(provider, 2) == [Accepted(), Accepted()]
    assert (server.connections, len(server.contents)) == (2, 3)


def test_a_kept_connection_that_breaks_at_mail_is_replaced(start: Start) -> None:
    provider, server = start(MAIL=at(2, None, b"250 ok\r\n"))
    assert send(provider) == [Accepted()]
    assert send(provider, 2) == [Accepted(), Accepted()]
    assert (server.connections, len(server.contents)) == (2, 3)


def test_a_connection_is_replaced_after_its_share_of_letters_or_rest(start: Start) -> None:
    provider, server = start()
    provider.sessions.letters = 4
    for _ in range(3):
        send(provider, 2)
    assert server.connections == 2
    provider.sessions.idle_for = -1
    send(provider)
    assert server.connections == 3
    assert server.commands("quit") == ["quit", "quit"]


def test_closing_says_quit_once(start: Start) -> None:
    provider, server = start()
    send(provider)
    provider.close()
    provider.close()
    assert server.commands("quit") == ["quit"]


def test_a_forked_child_opens_a_connection_of_its_own(start: Start) -> None:
    provider, server = start()
    send(provider)
    child = os.fork()
    if child == 0:  # pragma: no cover (in the child)
        os._exit(0 if send(provider) == [Accepted()] else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert send(provider) == [Accepted()]
    assert (server.connections, len(server.contents)) == (2, 3)


def test_a_batch_that_takes_too_long_defers_the_rest(start: Start) -> None:
    provider, server = start(patience=-1.0)
    results = send(provider, 3)
    assert [type(result) for result in results] == [Accepted, Deferred, Deferred]
    assert len(server.contents) == 1


def test_what_can_never_be_an_email_is_rejected_in_its_place(start: Start) -> None:
    provider, server = start()
    good, bad = make_message("email", 1), make_message("email", 2, recipient="not an address")
    results = provider.send_blocking([bad, good, bad])
    rejected = Rejected(RejectReason.INVALID_ADDRESS, "the recipient's address is not an email address")
    assert results == [rejected, Accepted(), rejected]
    assert len(server.contents) == 1


def test_only_hopeless_messages_open_no_connection(start: Start) -> None:
    provider, server = start()
    results = provider.send_blocking([make_message("email", 1, recipient="")])
    assert [type(result) for result in results] == [Rejected]
    assert server.connections == 0


def test_a_letter_over_the_size_the_server_names_is_not_sent(start: Start) -> None:
    provider, server = start(EHLO=b"250-here\r\n250 SIZE 2000\r\n")
    small, large = make_message("email", 1), make_message("email", 2, text="x" * 3000)
    assert provider.send_blocking([large, small]) == [
        Rejected(RejectReason.TOO_LARGE, "the mail server takes 2000 bytes, no more"),
        Accepted(),
    ]
    assert len(server.contents) == 1


def test_an_address_beyond_ascii_needs_a_server_that_takes_it(start: Start) -> None:
    message = make_message("email", recipient="łukasz@żabka.pl")
    provider, server = start()
    (refused,) = provider.send_blocking([message])
    assert (type(refused), refused.reason) == (Rejected, RejectReason.NOT_ALLOWED)
    assert server.commands("MAIL") == []
    provider, server = start(EHLO=b"250-here\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")
    assert provider.send_blocking([message]) == [Accepted()]
    assert server.commands("MAIL", "RCPT") == [
        "MAIL FROM:<shop@example.com> SMTPUTF8 BODY=8BITMIME",
        "RCPT TO:<łukasz@xn--abka-99a.pl>",
    ]


def test_two_threads_use_two_connections_and_share_nothing() -> None:
    from concurrent.futures import ThreadPoolExecutor

    gateway = Gateway()
    server = RealServer(gateway)
    provider = SmtpProvider(SmtpServer("127.0.0.1", server.port))
    batches = [[make_message("email", 10 * batch + n) for n in range(5)] for batch in range(8)]
    try:
        with ThreadPoolExecutor(2) as threads:
            results = list(threads.map(provider.send_blocking, batches))
    finally:
        provider.close()
        server.close()
    assert results == [[Accepted("4ZQ7Kx1")] * 5] * 8
    assert sorted(d.recipient for d in gateway.delivered) == sorted(m.recipient for b in batches for m in b)
    assert len(server.handler.sessions) <= 2


def test_dots_at_the_start_of_lines_survive_the_journey() -> None:
    gateway = Gateway()
    server = RealServer(gateway)
    provider = SmtpProvider(SmtpServer("127.0.0.1", server.port))
    words = ".\n..\n.hidden\nlast."
    message = make_message("email", text=words)
    try:
        provider.send_blocking([message, replace(message, key="0" * 32)])
    finally:
        provider.close()
        server.close()
    assert [delivery.text.replace("\r\n", "\n") for delivery in gateway.delivered] == [words + "\n"] * 2


def in_a_row(script: dict[str, object]) -> tuple[SmtpProvider, ScriptedServer]:
    server = ScriptedServer(**{"EHLO": PIPELINING, **script})
    return SmtpProvider(SmtpServer("127.0.0.1", server.port, timeout=30)), server


def test_a_refused_letter_whose_content_is_waited_for_ends_with_a_dot_and_the_next_goes_on() -> None:
    provider, server = in_a_row(
        {
            "RCPT": at(2, b"550 5.1.1 no such user\r\n", b"250 ok\r\n"),
            "CONTENT": at(2, b"554 5.5.1 no valid recipients\r\n", b"250 ok\r\n"),
        }
    )
    first, second, third = send(provider, 3)
    assert (first, third) == (Accepted(), Accepted())
    assert second == Rejected(RejectReason.INVALID_ADDRESS, "RCPT 550 5.1.1 no such user")
    assert [bool(content) for content in server.contents] == [True, False, True]
    assert (server.connections, len(server.commands("RSET"))) == (1, 1)


@pytest.mark.parametrize("script", [{"RCPT": b"252 perhaps\r\n"}, {"MAIL": b"550 5.1.0 no\r\n"}])
def test_where_a_recipient_may_be_taken_no_dot_is_sent_and_the_connection_ends(
    script: dict[str, object],
) -> None:
    provider, server = in_a_row(script)
    first, second = send(provider, 2)
    assert isinstance(first, Deferred | Rejected)
    assert second == Deferred(detail="the connection broke before this message")
    assert server.contents == []
    assert server.commands("RSET", "QUIT") == []


def test_a_letter_is_asked_for_with_the_content_of_the_one_before() -> None:
    from orchestrator_email.mime import write
    from orchestrator_email.session import Session

    server = ScriptedServer(EHLO=PIPELINING)
    session = Session(SmtpServer("127.0.0.1", server.port, timeout=30))
    sent: list[bytes] = []
    plain = session.smtp.send
    session.smtp.send = lambda data: (sent.append(data), plain(data))[1]  # type: ignore[method-assign]
    first, second = (write(message) for message in make_messages("email", 2))
    assert [session.deliver(first, second), session.deliver(second)] == [Accepted(), Accepted()]
    envelope = b"MAIL FROM:<shop@example.com>\r\nRCPT TO:<canary.customer.%d@example.com>\r\nDATA\r\n"
    assert sent == [envelope % 1, first.content + b".\r\n" + envelope % 2, second.content + b".\r\n"]
    session.close()
    server.close()


def test_a_session_whose_server_waits_for_a_letter_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    provider, server = in_a_row({})
    now = iter([0.0, 100.0])  # when the batch begins, and before its second letter
    monkeypatch.setattr("orchestrator_email.provider.time", SimpleNamespace(monotonic=lambda: next(now)))
    assert [type(result) for result in send(provider, 3)] == [Accepted, Deferred, Deferred]
    assert len(provider.sessions._idle) == 0
    assert len(server.contents) == 1

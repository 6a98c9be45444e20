"""Signing in and TLS: a password leaves on a protected connection or not at all, and a refusal is told without it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from aiosmtpd.smtp import AuthResult, LoginPassword

from orchestrator.sdk import Accepted, ProviderUnavailable
from orchestrator.sdk.testing import Gateway, make_message
from orchestrator_email.provider import SmtpProvider
from orchestrator_email.server import Security, SmtpServer
from tests.plugins.email.servers import RealServer, ScriptedServer

ACCEPTED = [Accepted("4ZQ7Kx1")]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Whoever signs certificates in these tests; made anew for each run."""
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """This machine trusts that authority."""
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))


@pytest.fixture
def context(authority: trustme.CA) -> ssl.SSLContext:
    """What a server named localhost shows."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture
def starttls_server(context: ssl.SSLContext) -> Iterator[RealServer]:
    def check(server: object, session: object, envelope: object, mechanism: str, data: object) -> AuthResult:
        return AuthResult(success=data == LoginPassword(b"anna", b"s3cret"), handled=False)

    server = RealServer(
        Gateway(), tls_context=context, require_starttls=True, authenticator=check, auth_required=True
    )
    yield server
    server.close()


def send(server: SmtpServer) -> list[object]:
    provider = SmtpProvider(server)
    try:
        return list(provider.send_blocking([make_message("email")]))
    finally:
        provider.close()


def refused(server: SmtpServer) -> str:
    with pytest.raises(ProviderUnavailable) as raised:
        send(server)
    assert raised.value.__cause__ is None
    return str(raised.value)


def test_starttls_and_login(trusted: None, starttls_server: RealServer):
    server = SmtpServer("localhost", starttls_server.port, Security.STARTTLS, "anna", "s3cret")
    assert send(server) == ACCEPTED
    assert len(starttls_server.handler.contents) == 1


def test_a_wrong_password(trusted: None, starttls_server: RealServer):
    server = SmtpServer("localhost", starttls_server.port, Security.STARTTLS, "anna", "wrong-s3cret")
    assert refused(server) == f"localhost:{starttls_server.port} is not available: it refused the login (535)"
    assert starttls_server.handler.contents == []


def test_a_certificate_nobody_vouches_for(starttls_server: RealServer):
    server = SmtpServer("localhost", starttls_server.port, Security.STARTTLS, "anna", "s3cret")
    assert refused(server) == (
        f"localhost:{starttls_server.port} is not available: TLS failed (CERTIFICATE_VERIFY_FAILED)"
    )


def test_a_certificate_of_another_name(trusted: None, starttls_server: RealServer):
    server = SmtpServer("127.0.0.1", starttls_server.port, Security.STARTTLS, "anna", "s3cret")
    assert "TLS failed (CERTIFICATE_VERIFY_FAILED)" in refused(server)


def test_a_server_that_wants_tls_and_is_spoken_to_without(starttls_server: RealServer):
    assert refused(SmtpServer("127.0.0.1", starttls_server.port)).endswith(
        "broke off before the first message: MAIL 530"
    )


def test_a_server_without_starttls_hears_no_password_and_no_message():
    server = ScriptedServer()
    try:
        words = refused(SmtpServer("127.0.0.1", server.port, Security.STARTTLS, "anna", "s3cret"))
    finally:
        server.close()
    assert words == (
        f"127.0.0.1:{server.port} is not available: it does not offer what EMAIL_URL asks for (STARTTLS or login)"
    )
    assert [line.split()[0] for line in server.heard] == ["ehlo"]


def test_tls_from_the_first_byte(trusted: None, context: ssl.SSLContext):
    server = RealServer(Gateway(), ssl_context=context)
    try:
        assert send(SmtpServer("localhost", server.port, Security.TLS)) == ACCEPTED
    finally:
        server.close()


def test_a_kept_tls_connection_is_used_again(trusted: None, starttls_server: RealServer):
    provider = SmtpProvider(
        SmtpServer("localhost", starttls_server.port, Security.STARTTLS, "anna", "s3cret")
    )
    try:
        for number in range(1, 4):
            assert provider.send_blocking([make_message("email", number)]) == ACCEPTED
    finally:
        provider.close()
    assert len(starttls_server.handler.contents) == 3
    assert len(starttls_server.handler.sessions) == 1

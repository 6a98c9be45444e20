"""EMAIL_URL: read once, wrong ones refused in words that hold no password; empty means off."""

from __future__ import annotations

import logging

import pytest

from orchestrator import registry
from orchestrator.sdk import PluginError
from orchestrator.sdk.testing import make_message
from orchestrator_email import plugin
from orchestrator_email.server import EXAMPLE, Security, SmtpServer, parse_url
from tests.plugins.email.servers import ScriptedServer


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://localhost", SmtpServer("localhost", 25, Security.NONE)),
        ("smtp://mail.example.com:2525/", SmtpServer("mail.example.com", 2525)),
        (
            "smtp+tls://anna%40shop:p%2Fss%23@mail.example.com?timeout=5",
            SmtpServer("mail.example.com", 587, Security.STARTTLS, "anna@shop", "p/ss#", 5.0),
        ),
        ("smtp+ssl://u:p@mail.example.com", SmtpServer("mail.example.com", 465, Security.TLS, "u", "p")),
        ("smtps://[::1]:4650", SmtpServer("::1", 4650, Security.TLS)),
    ],
)
def test_a_url_says_where_mail_leaves(url: str, server: SmtpServer):
    assert parse_url(url) == server


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("http://u:s3cret@mail.example.com", "'http' is not one of smtp, smtp+tls, smtp+ssl."),
        ("mail.example.com:587", "'mail.example.com' is not one of smtp, smtp+tls, smtp+ssl."),
        ("mail", "'nothing' is not one of smtp, smtp+tls, smtp+ssl."),
        ("smtp://u:s3cret@", "the host is missing."),
        ("smtp://u:s3cret@host:70000", "the host or port cannot be read."),
        ("smtp://u:s3cret@host:mail", "the host or port cannot be read."),
        ("smtp://host:0", "port 0 does not exist."),
        ("smtp://[::1", "the host or port cannot be read."),
        ("smtp://u@host", "a user needs a password, and a password a user."),
        ("smtp://:s3cret@host", "a user needs a password, and a password a user."),
        ("smtp://host?timeout=0", "timeout is a number of seconds from 1 to 300."),
        ("smtp://host?connections=33", "connections is a number from 1 to 32."),
        ("smtp://host?connections=-1", "connections is a number from 1 to 32."),
        ("smtp://host?timeout=fast", "timeout is a number of seconds from 1 to 300."),
        ("smtp://host?tls=yes", "the option 'tls' is not known; there are timeout and connections."),
        (
            "smtp://host/s3cret",
            "nothing but ?timeout=…&connections=… may follow the port (is there a # or / in the password?).",
        ),
    ],
)
def test_a_wrong_url_is_refused_in_words(url: str, what: str):
    with pytest.raises(PluginError) as refused:
        parse_url(url)
    assert refused.value.what == f"EMAIL_URL: {what}"
    assert refused.value.mend == EXAMPLE
    assert "s3cret" not in str(refused.value)


def test_a_server_shown_to_people_holds_no_login():
    server = parse_url("smtp+tls://anna:s3cret@mail.example.com")
    assert str(server) == "mail.example.com:587 (STARTTLS, signed in)"
    assert "s3cret" not in repr(server)
    assert "anna" not in repr(server)


def test_without_a_url_nothing_is_registered_and_that_is_said(monkeypatch, caplog):
    monkeypatch.delenv("EMAIL_URL", raising=False)
    with caplog.at_level(logging.INFO, "orchestrator_email"):
        assert plugin.register_providers() == ()
    assert caplog.messages == [
        "EMAIL_URL is empty: the smtp provider is off, email goes to the built-in mailbox."
    ]


def test_the_registry_finds_it_by_entry_point(monkeypatch):
    monkeypatch.setenv("EMAIL_URL", "smtp://u:p@localhost:2525")
    found = registry.load(enabled=["orchestrator_email"])
    assert found.failed == {}
    smtp = found.providers["smtp"]
    assert (smtp.name, smtp.channel, smtp.max_batch, smtp.idempotent, smtp.queryable) == (
        "smtp",
        "email",
        50,
        None,
        False,
    )
    assert plugin.describe() == "Email leaves through localhost:2525 (unencrypted, signed in)."


def test_a_wrong_url_fails_this_plugin_by_name_and_no_other(monkeypatch):
    monkeypatch.setenv("EMAIL_URL", "ftp://u:s3cret@host")
    found = registry.load(enabled=["orchestrator_email"])
    assert "smtp" not in found.providers
    assert "'ftp' is not one of smtp, smtp+tls, smtp+ssl" in found.failed["orchestrator_email"]
    assert "s3cret" not in found.failed["orchestrator_email"]


def test_a_registered_provider_sends(monkeypatch):
    server = ScriptedServer()
    monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{server.port}")
    (smtp,) = plugin.register_providers()
    try:
        smtp.send_blocking([make_message("email")])
    finally:
        smtp.close()
        server.close()
    assert len(server.contents) == 1

"""An email as bytes: what a reader sees is what the message says, the same key gives the same bytes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes as email_from_bytes
from email.header import decode_header, make_header
from email.policy import compat32
from email.utils import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.sdk import EmailContent, Message, RejectReason, SmsContent
from orchestrator.sdk.testing import make_message
from orchestrator_email.addresses import Unwritable
from orchestrator_email.mime import write
from tests.plugins.email.servers import read

UNSUBSCRIBE = "<https://shop.example/u/" + "AbC-_123" * 40 + ">"
PANGRAM = "Zażółć gęślą jaźń – 50% taniej tylko dziś,  Łukaszu, w sklepie przy ulicy Świętokrzyskiej 🎉👩‍👧"
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=300)
LINE = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=200)


def email(recipient: str = "anna@example.com", **fields: object) -> Message:
    content = make_message("email").content
    assert isinstance(content, EmailContent)
    return make_message("email", recipient=recipient, content=replace(content, **fields))


def refusal(message: Message) -> tuple[RejectReason, str]:
    with pytest.raises(Unwritable) as refused:
        write(message)
    return refused.value.reason, refused.value.detail


def test_an_email_to_the_last_byte():
    content = EmailContent(
        subject="Cześć",
        text="Dzień dobry\n.\n",
        html="<p>Dzień dobry = 1</p>",
        sender_name="Żabka",
        sender_address="sklep@shop.example",
        reply_to="pomoc@shop.example",
        headers={"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )
    letter = write(
        make_message("email", key="0123456789abcdef" * 2, recipient="anna@example.com", content=content)
    )
    assert (letter.sender, letter.recipient) == ("sklep@shop.example", "anna@example.com")
    assert letter.content.decode("ascii").split("\r\n") == [
        "From: =?utf-8?b?xbthYmth?=",
        " <sklep@shop.example>",
        "To: anna@example.com",
        "Reply-To: pomoc@shop.example",
        "Subject: =?utf-8?b?Q3plxZvEhw==?=",
        "Date: Sat, 14 Mar 2026 09:26:53 +0000",
        "Message-ID: <0123456789abcdef0123456789abcdef@shop.example>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "MIME-Version: 1.0",
        'Content-Type: multipart/alternative; boundary="=_0123456789abcdef0123456789abcdef"',
        "",
        "--=_0123456789abcdef0123456789abcdef",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: quoted-printable",
        "",
        "Dzie=C5=84 dobry",
        "=2E",
        "",
        "--=_0123456789abcdef0123456789abcdef",
        'Content-Type: text/html; charset="utf-8"',
        "Content-Transfer-Encoding: quoted-printable",
        "",
        "<p>Dzie=C5=84 dobry =3D 1</p>",
        "",
        "--=_0123456789abcdef0123456789abcdef--",
        "",
    ]


def test_without_html_it_is_one_plain_part():
    parsed = read(write(email(html="", text="Only words.")).content)
    assert (parsed.get_content_type(), parsed.get_content()) == ("text/plain", "Only words.\r\n")


@given(subject=LINE, name=LINE, text=TEXT, html=TEXT)
def test_a_reader_sees_what_was_written(subject: str, name: str, text: str, html: str):
    message = email(subject=subject, sender_name=name, text=text, html=html)
    content = write(message).content
    parsed = read(content)
    assert parsed.defects == []
    assert parsed["Subject"].strip() == " ".join(subject.split("\t")).strip()
    assert parsed["From"].addresses[0].addr_spec == "shop@example.com"
    plain = parsed.get_body(("plain",))
    assert plain is not None
    assert plain.get_payload(decode=True).decode() == as_lines(text)
    if html:
        rich = parsed.get_body(("html",))
        assert rich is not None
        assert rich.get_payload(decode=True).decode() == as_lines(html)
    assert max(len(line) for line in content.split(b"\r\n")) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert content.isascii()
    assert content.endswith(b"\r\n")


def as_lines(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return (lines if lines.endswith("\n") else lines + "\n").replace("\n", "\r\n")


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=80))
def test_the_sender_is_called_as_written(name: str):
    assert sender_of(write(email(sender_name=name)).content) == name


def sender_of(content: bytes) -> str:
    """The sender's name by RFC 2047 (the newer parser of Python 3.11 puts blanks between encoded words)."""
    raw = str(email_from_bytes(content, policy=compat32)["From"])
    name = raw.rpartition("<")[0].strip()
    if name.startswith('"'):
        return unquote(name)
    return str(make_header(decode_header(name)))


def test_a_long_polish_subject_and_name_keep_their_blanks():
    content = write(email(subject=PANGRAM, sender_name=f"Sklep, {PANGRAM}")).content
    assert read(content)["Subject"] == PANGRAM
    assert sender_of(content) == f"Sklep, {PANGRAM}"


def test_a_subject_that_looks_encoded_is_read_as_it_was_written():
    assert read(write(email(subject="Hi =?utf-8?b?xYE=?=")).content)["Subject"] == "Hi =?utf-8?b?xYE=?="


def test_the_unsubscribe_headers_leave_as_one_plain_line_each():
    headers = {"List-Unsubscribe": UNSUBSCRIBE, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    lines = write(email(headers=headers)).content.split(b"\r\n")
    assert f"List-Unsubscribe: {UNSUBSCRIBE}".encode() in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines


def test_the_same_message_gives_the_same_bytes_and_another_key_others():
    message = email(subject=PANGRAM)
    assert write(message) == write(replace(message))
    other = write(replace(message, key="f" * 32)).content
    assert other == write(message).content.replace(message.key.encode(), b"f" * 32)


def test_the_date_is_the_message_s_own_in_whatever_zone():
    warsaw = timezone(timedelta(hours=1))
    message = replace(email(), composed_at=datetime(2026, 12, 31, 23, 59, 59, tzinfo=warsaw))
    assert b"\r\nDate: Thu, 31 Dec 2026 22:59:59 +0000\r\n" in write(message).content
    assert write(message) == write(replace(message, composed_at=message.composed_at.astimezone(UTC)))


@pytest.mark.parametrize(
    ("address", "ascii_address"),
    [
        ("anna@ŻABKA.pl", "anna@xn--abka-99a.pl"),
        ("anna@straße.de", "anna@xn--strae-oqa.de"),
        ("Anna.Nowak+sklep@Example.COM", "Anna.Nowak+sklep@example.com"),
        ("o'hara/x=y@example.com", "o'hara/x=y@example.com"),
        ("łukasz@example.com", "łukasz@example.com"),
    ],
)
def test_addresses_reach_the_envelope(address: str, ascii_address: str):
    letter = write(email(recipient=address))
    assert letter.recipient == ascii_address
    assert letter.international is not ascii_address.isascii()
    assert f"\r\nTo: {ascii_address}\r\n".encode() in letter.content


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "@example.com",
        "anna@",
        "anna@@example.com",
        "anna@example..com",
        "anna@-example.com",
        "anna@example.com.",
        "anna @example.com",
        "anna@example.com\n",
        "anna\r\nRCPT TO:<eve@example.com>@example.com",
        "<anna@example.com>",
        "anna@example.com,eve@example.com",
        "a" * 65 + "@example.com",
        ".anna@example.com",
        "anna@" + "ż" * 64 + ".pl",
        "anna@" + "a." * 130 + "pl",
        "an\u202ena@example.com",
        "an\ud800na@example.com",
        "anna@exa\x00mple.com",
        'anna">@example.com',
    ],
)
def test_what_is_no_address_is_refused_without_naming_it(address: str):
    reason, detail = refusal(email(recipient=address))
    assert reason is RejectReason.INVALID_ADDRESS
    assert detail in {
        "the recipient's address is not an email address",
        "the recipient's address has no usable domain",
    }


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r", "\x00", "\x0b", "\x85", "\u2028", "\x1b"])
@pytest.mark.parametrize("field", ["subject", "sender_name", "headers"])
def test_a_line_break_in_a_header_is_refused(field: str, ending: str):
    value = f"Hello{ending}Bcc: eve@example.com"
    reason, detail = refusal(email(**{field: {"X-Campaign": value} if field == "headers" else value}))
    assert reason is RejectReason.OTHER
    assert detail.endswith("holds a line break or control character")


@pytest.mark.parametrize(
    "name",
    [
        "Bcc",
        "to",
        "Content-Type",
        "content-transfer-encoding",
        "X Y",
        "X:Y",
        "",
        "X\r\nBcc",
        "Ż",
        "Message-Id",
    ],
)
def test_an_extra_header_cannot_be_one_of_ours_or_no_header(name: str):
    assert refusal(email(headers={name: "x"})) == (
        RejectReason.OTHER,
        "an extra header has a name that is not allowed",
    )


@pytest.mark.parametrize("field", ["sender_address", "reply_to"])
def test_our_own_wrong_address_never_blames_the_recipient(field: str):
    assert refusal(email(**{field: "shop@"}))[0] is RejectReason.NOT_ALLOWED


def test_a_missing_sender_is_said():
    assert refusal(email(sender_address="")) == (
        RejectReason.NOT_ALLOWED,
        "the sender's address is not an email address",
    )


def test_what_else_cannot_be_written():
    assert refusal(email(text="half \ud83d"))[1] == "the content holds half a character"
    assert refusal(email(subject="half \ud83d"))[1] == "the content holds half a character"
    assert (
        refusal(email(headers={"X-Long": "x" * 1000}))[1] == "the header X-Long is longer than 998 characters"
    )
    assert (
        refusal(make_message("email", content=SmsContent("hi")))[1] == "the content is not that of an email"
    )

"""One connection to a mail server, and the exact word on each letter given to it."""

from __future__ import annotations

import contextlib
import re
import selectors
import smtplib
import socket
import ssl
import time
from functools import cache

from orchestrator.sdk import Deferred, ProviderUnavailable, Rejected, RejectReason, Result, Unknown
from orchestrator_email.answers import Reply, Stage, read
from orchestrator_email.mime import Letter
from orchestrator_email.server import Security, SmtpServer

LEADING_DOT = re.compile(rb"(?m)^\.")


class Lost(Exception):
    """The connection is of no use any more."""


class Session:
    """An open, signed-in connection; `given` counts its letters, `used_at` is when the last one began."""

    def __init__(self, server: SmtpServer) -> None:
        self.lost = False
        self.given = 0
        self.asked: Letter | None = None  # its envelope has been sent, and not yet been answered
        self.used_at = time.monotonic()
        self.smtp = _connect(server)
        self.pipelining = self.smtp.has_extn("pipelining")
        self.largest = int(size) if (size := self.smtp.esmtp_features.get("size", "")).isdecimal() else 0

    @property
    def reused(self) -> bool:
        """Whether it has carried a letter before, so that the server may have closed it meanwhile."""
        return self.given > 0

    def deliver(self, letter: Letter, following: Letter | None = None) -> Result:
        """Give one letter to the server. Raises Lost where the connection broke before the server knew of it.

        A connection that breaks before the content is a certain no (Deferred); after that nobody knows (Unknown).
        A server that takes commands in a row (RFC 2920) is asked for the `following` letter together with this one's
        content: one wait a letter instead of four. Of that letter, which must be the next to be delivered, nothing
        but the addresses has left by then.
        """
        self.given += 1
        self.used_at = time.monotonic()
        asked, self.asked = self.asked, None
        if (unfit := self._unfit(letter)) is not None:
            return unfit
        if not self.pipelining:
            return self._greet(letter) or self._address(letter) or self._give(letter)
        if asked is not letter:
            self._tell(_envelope(letter))
        if following is not None and self._unfit(following) is not None:
            following = None
        return self._enveloped(letter) or self._give(letter, following)

    def _unfit(self, letter: Letter) -> Rejected | None:
        """Why this server cannot take the letter at all."""
        if letter.international and not self.smtp.has_extn("smtputf8"):
            return Rejected(RejectReason.NOT_ALLOWED, "the mail server does not take addresses beyond ASCII")
        if 0 < self.largest < len(letter.content):
            return Rejected(RejectReason.TOO_LARGE, f"the mail server takes {self.largest} bytes, no more")
        return None

    def _enveloped(self, letter: Letter) -> Result | None:
        """Hear what the server says to a whole envelope; None if it wants the content."""
        mail = self._heard_mail()
        try:
            rcpt, data = self._listen(), self._listen()
        except Lost:
            return Deferred(detail="the connection broke before the content began")
        if mail.code == 250 and rcpt.code in {250, 251}:
            return None if data.code == 354 else self._refused(data, Stage.CONTENT, letter)
        if data.code == 354:
            self._end_without_content(rcpt)
        return self._refused(*((rcpt, Stage.RCPT) if mail.code == 250 else (mail, Stage.MAIL)), letter)

    def _end_without_content(self, rcpt: Reply) -> None:
        """A refused letter whose content the server waits for all the same: a lone dot, as RFC 2920 has it.

        Only where it has certainly taken no recipient: else the dot would be an empty letter to somebody.
        """
        if not 400 <= rcpt.code <= 599:
            self.lost = True
            return
        with contextlib.suppress(Lost):
            self._ask(".")

    def _greet(self, letter: Letter) -> Result | None:
        self._tell(_mail(letter))
        reply = self._heard_mail()
        return None if reply.code == 250 else self._refused(reply, Stage.MAIL, letter)

    def _heard_mail(self) -> Reply:
        reply = self._listen()
        if reply.code in {421, 530}:  # about the connection (closing, sign in first), not about this letter
            self.lost = True
            raise Lost(f"MAIL {reply.code}")
        return reply

    def _address(self, letter: Letter) -> Result | None:
        try:
            reply = self._ask(_rcpt(letter))
            if reply.code not in {250, 251}:
                return self._refused(reply, Stage.RCPT, letter)
            reply = self._ask("DATA")
            return None if reply.code == 354 else self._refused(reply, Stage.CONTENT, letter)
        except Lost:
            return Deferred(detail="the connection broke before the content began")

    def _refused(self, reply: Reply, stage: Stage, letter: Letter) -> Result:
        """Read the refusal and leave the connection ready for the next letter, or lost."""
        result = read(reply, stage, letter.recipient)
        if not isinstance(result, Deferred | Rejected):  # DATA was not answered 354: no content left
            result = Deferred(detail=f"an answer out of turn: DATA {reply.code}")
        if reply.code == 421 or not 400 <= reply.code <= 599:
            self.lost = True
        elif not self.lost:
            with contextlib.suppress(Lost):
                self.lost = self._ask("RSET").code != 250
        return result

    def _give(self, letter: Letter, following: Letter | None = None) -> Result:
        content = letter.content if b"\n." not in letter.content else LEADING_DOT.sub(b"..", letter.content)
        try:
            self.smtp.send(b"".join((content, b".\r\n", _envelope(following).encode() if following else b"")))
            self.asked = following
            reply = self._listen()
        except (Lost, OSError, smtplib.SMTPException):
            self.lost = True
            return Unknown("the connection broke after the content began")
        self.lost = reply.code == 421 or 300 <= reply.code <= 399
        return read(reply, Stage.CONTENT, letter.recipient)

    def _ask(self, command: str) -> Reply:
        self._tell(f"{command}\r\n")
        return self._listen()

    def _tell(self, commands: str) -> None:
        try:
            self.smtp.send(commands.encode())
        except (OSError, smtplib.SMTPException):
            self.lost = True
            raise Lost("not sent") from None

    def _listen(self) -> Reply:
        try:
            code, text = self.smtp.getreply()
        except (OSError, smtplib.SMTPException):
            self.lost = True
            raise Lost("no answer") from None
        if not 200 <= code <= 599:
            self.lost = True
            raise Lost("an answer that is not SMTP")
        return Reply(code, text.decode("utf-8", "replace"))

    def usable(self) -> bool:
        """Whether the server has neither closed the connection nor said anything since the last letter."""
        if self.lost or self.asked is not None or self.smtp.sock is None:
            return False
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(self.smtp.sock, selectors.EVENT_READ)
                return not selector.select(0)
        except (OSError, ValueError):
            return False

    def close(self) -> None:
        """Say QUIT, if there is someone to say it to, and close."""
        with contextlib.suppress(OSError, smtplib.SMTPException):
            if not self.lost and self.asked is None and self.smtp.sock is not None:
                self.smtp.sock.settimeout(1.0)
                self.smtp.quit()
        self.abandon()

    def abandon(self) -> None:
        """Close our end without a word: it is broken, or a parent process speaks through it."""
        self.lost = True
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self.smtp.close()


def _mail(letter: Letter) -> str:
    return f"MAIL FROM:<{letter.sender}>{' SMTPUTF8 BODY=8BITMIME' if letter.international else ''}\r\n"


def _rcpt(letter: Letter) -> str:
    return f"RCPT TO:<{letter.recipient}>"


def _envelope(letter: Letter) -> str:
    return f"{_mail(letter)}{_rcpt(letter)}\r\nDATA\r\n"


def _connect(server: SmtpServer) -> smtplib.SMTP:
    """Open a connection and sign in; raises ProviderUnavailable, for nothing has been handed over yet."""
    smtp: smtplib.SMTP | None = None
    try:
        smtp = _open(server)
        if server.security is Security.STARTTLS:
            smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo_or_helo_if_needed()
        if server.username:
            smtp.login(server.username, server.password)
        return smtp
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        if smtp is not None:
            smtp.close()
        raise ProviderUnavailable(f"{server.host}:{server.port} is not available: {_words(error)}") from None


def _open(server: SmtpServer) -> smtplib.SMTP:
    if server.security is Security.TLS:
        return smtplib.SMTP_SSL(
            server.host,
            server.port,
            local_hostname=_own_name(),
            timeout=server.timeout,
            context=ssl.create_default_context(),
        )
    return smtplib.SMTP(server.host, server.port, local_hostname=_own_name(), timeout=server.timeout)


def _words(error: Exception) -> str:
    """The kind of error and the server's code; its own words stay out, for they may repeat the login."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"it refused the login ({error.smtp_code})"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "it does not offer what EMAIL_URL asks for (STARTTLS or login)"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"it answered {error.smtp_code} to the greeting"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed ({error.reason or 'no reason given'})"
    return "the connection timed out" if isinstance(error, TimeoutError) else type(error).__name__


@cache
def _own_name() -> str:
    """What we call ourselves in EHLO; asked of DNS once, not for every connection."""
    name = socket.getfqdn()
    return name if "." in name and name.isascii() else "[127.0.0.1]"

"""Mail servers on loopback: a real one (aiosmtpd) that obeys a Gateway, and one that follows a script line by line."""

from __future__ import annotations

import contextlib
import email
import email.policy
import socket
import threading
from collections.abc import Callable, Iterable
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from orchestrator.sdk.testing import Gateway, Verdict

ANSWERS = {
    Verdict.REJECT: "550 5.1.1 <{0}>: no such mailbox",
    Verdict.DEFER: "450 4.2.1 {0} is busy, come again",
}


def read(content: bytes) -> EmailMessage:
    """Parse what arrived, strictly enough to see defects."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


class ObedientHandler:
    """Decides at RCPT by the gateway, and keeps the bytes of what it took."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.contents: list[bytes] = []
        self.sessions: set[int] = set()

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        gateway = self.gateway
        refuses = gateway.refused is None or address in gateway.refused
        if gateway.verdict is not Verdict.ACCEPT and refuses:
            return ANSWERS[gateway.verdict].format(address)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.original_content
        assert isinstance(content, bytes)
        self.contents.append(content)
        self.sessions.add(id(session))
        body = read(content).get_body(("plain",))
        self.gateway.take(envelope.rcpt_tos[0], text=body.get_content() if body else "")
        return "250 2.0.0 Ok: queued as 4ZQ7Kx1"


class RealServer:
    """aiosmtpd on a free port."""

    def __init__(self, gateway: Gateway, **options: object) -> None:
        self.handler = ObedientHandler(gateway)
        self.controller = Controller(self.handler, hostname="127.0.0.1", port=free_port(), **options)
        self.controller.start()

    @property
    def port(self) -> int:
        return self.controller.port

    def close(self) -> None:
        self.controller.stop()


class ScriptedServer:
    """Speaks SMTP until a line of ours matches the script; then it does what the script says.

    `script`: what to answer to "GREETING", "EHLO", "MAIL", "RCPT", "DATA", "CONTENT", "RSET": bytes, or a function
    of how often that came (from 1). None closes the connection without a word, b"" is silence for ever.
    `strict`: RCPT and DATA are refused out of turn, as most servers do; without, the script alone decides.
    `heard` holds each command as it came, `contents` the letters, `connections` how many there were.
    """

    def __init__(
        self, *, strict: bool = False, **script: bytes | Callable[[int], bytes | None] | None
    ) -> None:
        self.script = DEFAULTS | script
        self.strict = strict
        self.heard: list[str] = []
        self.contents: list[bytes] = []
        self.connections = 0
        self.counts: dict[str, int] = {}
        self.took: Callable[[str, bytes], None] = lambda recipient, content: None
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def commands(self, *names: str) -> list[str]:
        """The commands that came, without those of no interest."""
        return [line for line in self.heard if line.split()[0] in names]

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()

    def hang_up(self) -> None:
        """Close all connections from this side."""
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._open.append(connection)
                threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection, connection.makefile("rb") as lines:
            if not self._say(connection, "GREETING"):
                return
            recipient, before = "", ""  # the last of our commands that it has agreed to
            for raw in lines:
                line = raw.decode().strip()
                self.heard.append(line)
                verb = line.split(":")[0].split()[0].upper()
                recipient = line[9:].rstrip(">") if verb == "RCPT" else recipient
                if self.strict and verb in NEEDS and before != NEEDS[verb]:
                    connection.sendall(b"503 5.5.1 out of turn\r\n")
                    continue
                if not self._say(connection, verb):
                    return
                before = verb if self._is_yes(verb, b"25") else before
                if verb == "QUIT":
                    return
                if verb == "DATA" and self._is_yes("DATA"):
                    before = ""
                    content = _content(lines)
                    if content is None:
                        return
                    self.contents.append(content)
                    self.took(recipient, content)
                    if not self._say(connection, "CONTENT"):
                        return

    def _is_yes(self, verb: str, yes: bytes = b"354") -> bool:
        return (self._answer(verb, self.counts[verb]) or b"").startswith(yes)

    def _say(self, connection: socket.socket, verb: str) -> bool:
        self.counts[verb] = self.counts.get(verb, 0) + 1
        answer = self._answer(verb, self.counts[verb])
        if answer is not None:
            connection.sendall(answer)
        if answer == b"":
            connection.settimeout(5)
            while connection.recv(4096):  # until the other side gives up
                pass
        return bool(answer)

    def _answer(self, verb: str, count: int) -> bytes | None:
        answer = self.script.get(verb, b"500 5.5.1 what?\r\n")
        return answer(count) if callable(answer) else answer


DEFAULTS: dict[str, bytes | Callable[[int], bytes | None] | None] = {
    "GREETING": b"220 here\r\n",
    "EHLO": b"250-here\r\n250 8BITMIME\r\n",
    "MAIL": b"250 2.1.0 ok\r\n",
    "RCPT": b"250 2.1.5 ok\r\n",
    "DATA": b"354 go on\r\n",
    "CONTENT": b"250 2.0.0 taken\r\n",
    "RSET": b"250 2.0.0 ok\r\n",
    "QUIT": b"221 bye\r\n",
}


NEEDS = {"RCPT": "MAIL", "DATA": "RCPT"}
PIPELINING = b"250-here\r\n250-PIPELINING\r\n250 8BITMIME\r\n"


def at(number: int, answer: bytes | None, otherwise: bytes) -> Callable[[int], bytes | None]:
    """`answer` when it comes for the `number`th time, else `otherwise`."""
    return lambda count: answer if count == number else otherwise


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _content(lines: Iterable[bytes]) -> bytes | None:
    """A letter; None for one without an end, of which a server keeps nothing."""
    content = []
    for line in lines:
        if line == b".\r\n":
            return b"".join(content)
        content.append(line[1:] if line.startswith(b".") else line)
    return None

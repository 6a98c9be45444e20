"""The contract, kept by the smtp provider: with a real mail server, and with one that misbehaves on purpose."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from orchestrator.sdk.testing import Behaviour, ProviderContract, Verdict
from orchestrator_email.provider import SmtpProvider
from orchestrator_email.server import SmtpServer
from tests.plugins.email.servers import RealServer, ScriptedServer, free_port, read

SCRIPTS: dict[Behaviour, dict[str, bytes | None]] = {
    Behaviour.DROP_BEFORE: {"MAIL": None},
    Behaviour.DROP_AFTER: {"CONTENT": None},
    Behaviour.GARBAGE: {"CONTENT": b"<html>hello</html>\r\n"},
    Behaviour.SLOW: {"CONTENT": b""},
    Behaviour.TOO_MANY: {"GREETING": b"421 4.7.0 too many connections\r\n"},
}

# Only a server that never answers is given up soon; one that does may be as slow as a busy machine makes it.
PATIENT, HASTY = 30.0, 0.5


class TestSmtp(ProviderContract):
    unsupported = {Behaviour.BROKEN: "a 5xx of SMTP is a definite answer"}
    ignored_loggers = frozenset({"mail.log"})

    def begin(self) -> None:
        super().begin()
        self.servers: list[RealServer | ScriptedServer] = []
        self.providers: list[SmtpProvider] = []
        self.port = free_port()
        self.patience = PATIENT

    def end(self) -> None:
        for provider in self.providers:
            provider.close()
        for server in self.servers:
            server.close()

    def make_provider(self) -> SmtpProvider:
        self.providers.append(SmtpProvider(SmtpServer("127.0.0.1", self.port, timeout=self.patience)))
        return self.providers[-1]

    def behave(self, behaviour: Behaviour, refused: Collection[str] | None = None) -> None:
        verdicts = {Behaviour.REJECT: Verdict.REJECT, Behaviour.DEFER: Verdict.DEFER}
        self.gateway.decide(verdicts.get(behaviour, Verdict.ACCEPT), refused)
        self.patience = HASTY if behaviour is Behaviour.SLOW else PATIENT
        if behaviour is Behaviour.UNREACHABLE:
            self.port = free_port()
            return
        server = ScriptedServer(**SCRIPTS[behaviour]) if behaviour in SCRIPTS else RealServer(self.gateway)
        if isinstance(server, ScriptedServer):
            server.took = self._take
        self.servers.append(server)
        self.port = server.port

    def transmitted(self) -> Sequence[object]:
        return [
            content
            for server in self.servers
            if isinstance(server, RealServer)
            for content in server.handler.contents
        ]

    def _take(self, recipient: str, content: bytes) -> None:
        body = read(content).get_body(("plain",))
        assert body is not None
        self.gateway.take(recipient, text=body.get_content())

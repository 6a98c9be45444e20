"""URLs that somebody else wrote: nothing inside is ever connected to, and what is public is reached as it was checked."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
import trustme
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from orchestrator.domain.outbound import is_public
from orchestrator.messaging.transport import AiohttpTransport
from orchestrator.sdk import Request, Response, TransportError, TransportRefused
from tests.messaging import spellings

PUBLIC, OTHER = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
NAME = "hooks.example.com"


class Names(AbstractResolver):
    """Answers these addresses, time after time the next list, then the last again. `asked`: the names."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        self.asked.append(host)
        addresses = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """Nothing is open."""


class Inside:
    """A listening socket of this machine, by IPv4 and IPv6, that counts who connects."""

    def __init__(self, server: socket.socket) -> None:
        server.setblocking(False)
        self._server = server
        self._count = 0
        self.port: int = server.getsockname()[1]

    @property
    def connects(self) -> int:
        """How many have connected: whoever did waits in the socket's queue."""
        with suppress(BlockingIOError):
            while True:
                self._server.accept()[0].close()
                self._count += 1
        return self._count


@pytest.fixture
def inside() -> Iterator[Inside]:
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True, backlog=1000) as server:
        yield Inside(server)


def ask(transport: AiohttpTransport, *urls: str, **more: Any) -> list[Response | TransportError]:
    """What becomes of guarded requests to these URLs, one after the other."""

    async def run() -> list[Response | TransportError]:
        answers: list[Response | TransportError] = []
        for url in urls:
            try:
                answers.append(await transport.request(Request("POST", url, {}, b"{}", guarded=True), **more))
            except TransportError as error:
                answers.append(error)
        await transport.close()
        return answers

    return asyncio.run(run())


def test_no_spelling_of_an_internal_address_is_connected_to(inside: Inside) -> None:
    urls = list(dict.fromkeys(spellings.urls(inside.port)))
    assert len(urls) >= 200
    answers = ask(AiohttpTransport(Names(["127.0.0.1", "::1"])), *urls)
    went = [
        url for url, answer in zip(urls, answers, strict=True) if not isinstance(answer, TransportRefused)
    ]
    assert (went, inside.connects) == ([], 0)


def test_the_count_sees_who_connects(inside: Inside) -> None:
    with socket.create_connection(("127.0.0.1", inside.port)):
        assert inside.connects == 1


@pytest.mark.parametrize("address", [*spellings.INSIDE_V4, *spellings.INSIDE_V6, "fe80::1%1"])
def test_a_name_that_leads_inside_is_refused_also_beside_public_addresses(
    inside: Inside, address: str
) -> None:
    for addresses in ([address], [PUBLIC, address], [address, PUBLIC]):
        names = Names(addresses)
        (answer,) = ask(AiohttpTransport(names), f"https://{NAME}:{inside.port}/")
        assert isinstance(answer, TransportRefused)
        assert (str(answer), answer.sent) == (f"{NAME} leads to an address that is not public", False)
        assert (names.asked, inside.connects) == ([NAME], 0)


@pytest.mark.parametrize(
    "address", [PUBLIC, OTHER, f"::ffff:{PUBLIC}", f"64:ff9b::{PUBLIC}", "2002:5db8:d70e::1"]
)
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)


class Outside:
    """A public server as it seems: whatever address is connected to, this one answers. `dialled`: the addresses."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.dialled: list[tuple[str, int]] = []
        self.got: list[tuple[str, str, bytes]] = []
        self.answer: Callable[[web.Request], Awaitable[web.StreamResponse]] = self._ok
        self._patch = monkeypatch
        authority = trustme.CA()
        self._certificate = authority.issue_cert(NAME)
        context = ssl.create_default_context()
        authority.configure_trust(context)
        monkeypatch.setattr(aiohttp.connector, "_SSL_CONTEXT_VERIFIED", context)

    def ask(self, transport: AiohttpTransport, *urls: str, **more: Any) -> list[Response | TransportError]:
        """What becomes of guarded requests while the server is there."""

        async def run() -> list[Response | TransportError]:
            server = await self._serve()
            answers: list[Response | TransportError] = []
            for url in urls:
                request = Request("POST", url, {"content-type": "application/json"}, b'{"a":1}', guarded=True)
                try:
                    answers.append(await transport.request(request, **more))
                except TransportError as error:
                    answers.append(error)
            await transport.close()
            await server.cleanup()
            return answers

        return asyncio.run(run())

    async def _serve(self) -> web.AppRunner:
        runner = web.ServerRunner(web.Server(self._handle), shutdown_timeout=0.1)
        await runner.setup()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._certificate.configure_cert(context)
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        port = runner.addresses[0][1]

        async def dial(addr_infos: Sequence[Any], **_: Any) -> socket.socket:
            self.dialled += [info[4][:2] for info in addr_infos]
            own = socket.socket()
            own.setblocking(False)
            await asyncio.get_running_loop().sock_connect(own, ("127.0.0.1", port))
            return own

        self._patch.setattr(aiohttp.connector.aiohappyeyeballs, "start_connection", dial)
        return runner

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self.got.append((request.method, request.path_qs, await request.read()))
        return await self.answer(request)  # type: ignore[arg-type]

    async def _ok(self, request: web.Request) -> web.StreamResponse:
        return web.Response(text="ok")


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Outside:
    return Outside(monkeypatch)


def test_a_public_name_is_reached_at_the_address_that_was_checked(outside: Outside) -> None:
    names = Names([PUBLIC, OTHER], ["127.0.0.1"])
    (answer,) = outside.ask(AiohttpTransport(names), f"https://{NAME}/loyalty?a=b")
    assert isinstance(answer, Response)
    assert (answer.status, answer.body) == (200, b"ok")
    assert sorted(outside.dialled) == sorted([(PUBLIC, 443), (OTHER, 443)])
    assert (names.asked, outside.got) == ([NAME], [("POST", "/loyalty?a=b", b'{"a":1}')])


def test_a_name_that_moves_inside_is_refused_at_its_next_connection(outside: Outside) -> None:
    async def last(request: web.Request) -> web.StreamResponse:
        return web.Response(text="ok", headers={"connection": "close"})

    outside.answer = last
    names = Names([PUBLIC], ["127.0.0.1"])
    first, second = outside.ask(AiohttpTransport(names), f"https://{NAME}/", f"https://{NAME}/")
    assert isinstance(first, Response)
    assert isinstance(second, TransportRefused)
    assert (outside.dialled, names.asked) == ([(PUBLIC, 443)], [NAME, NAME])


def test_a_certificate_of_another_name_is_refused(outside: Outside) -> None:
    (answer,) = outside.ask(AiohttpTransport(Names([PUBLIC])), "https://other.example.com/")
    assert isinstance(answer, TransportError)
    assert (str(answer), answer.sent, outside.got) == ("ClientConnectorCertificateError", False, [])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(outside: Outside, inside: Inside, status: int) -> None:
    async def away(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers={"location": f"http://127.0.0.1:{inside.port}/"})

    outside.answer = away
    (answer,) = outside.ask(AiohttpTransport(Names([PUBLIC])), f"https://{NAME}/")
    assert isinstance(answer, Response)
    assert (answer.status, len(outside.got), inside.connects) == (status, 1, 0)


def test_of_a_long_answer_64_kb_are_read(outside: Outside) -> None:
    async def long(request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"x" * 5_000_000)

    outside.answer = long
    (answer,) = outside.ask(AiohttpTransport(Names([PUBLIC])), f"https://{NAME}/")
    assert isinstance(answer, Response)
    assert answer.body == b"x" * 65_536


def test_a_packed_answer_stays_packed(outside: Outside) -> None:
    async def packed(request: web.Request) -> web.StreamResponse:
        assert request.headers["accept-encoding"] == "identity"
        return web.Response(body=b"\x1f\x8bnothing", headers={"content-encoding": "gzip"})

    outside.answer = packed
    (answer,) = outside.ask(AiohttpTransport(Names([PUBLIC])), f"https://{NAME}/")
    assert isinstance(answer, Response)
    assert answer.body == b"\x1f\x8bnothing"


def test_an_answer_that_never_comes_ends_with_the_time(outside: Outside) -> None:
    async def never(request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    outside.answer = never
    (answer,) = outside.ask(AiohttpTransport(Names([PUBLIC])), f"https://{NAME}/", timeout=2)
    assert isinstance(answer, TransportError)
    assert (answer.sent, len(outside.got)) == (True, 1)


def test_cookies_and_proxies_of_the_environment_are_not_used(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    told: list[str | None] = []

    async def cookie(request: web.Request) -> web.StreamResponse:
        told.append(request.headers.get("cookie"))
        return web.Response(text="ok", headers={"set-cookie": "a=b; Path=/"})

    outside.answer = cookie
    answers = outside.ask(AiohttpTransport(Names([PUBLIC])), f"https://{NAME}/", f"https://{NAME}/")
    assert [isinstance(answer, Response) for answer in answers] == [True, True]
    assert told == [None, None]


@pytest.mark.parametrize("named", ["127.0.0.1", "127.0.0.1:{port}"])
def test_the_operator_may_name_servers_of_their_own(settings: Any, named: str) -> None:
    async def run() -> list[object]:
        async def ok(request: web.BaseRequest) -> web.StreamResponse:
            return web.Response(text="here")

        runner = web.ServerRunner(web.Server(ok))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        settings.OUTBOUND_ALLOWLIST = [named.format(port=port)]
        transport = AiohttpTransport()
        answer = await transport.request(Request("POST", f"http://127.0.0.1:{port}/", guarded=True))
        with pytest.raises(TransportRefused):
            await transport.request(Request("POST", f"http://127.0.0.2:{port}/", guarded=True))
        await transport.close()
        await runner.cleanup()
        return [answer.status, answer.body]

    assert asyncio.run(run()) == [200, b"here"]


def test_what_is_not_guarded_goes_where_the_operator_sent_it(inside: Inside) -> None:
    async def run() -> bool:
        transport = AiohttpTransport()
        with pytest.raises(TransportError) as caught:
            await transport.request(Request("GET", f"http://127.0.0.1:{inside.port}/"), timeout=2)
        await transport.close()
        return caught.value.sent

    assert asyncio.run(run()) is True

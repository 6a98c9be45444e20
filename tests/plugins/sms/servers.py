"""A fake behind a real socket: what leaves through the engine's own transport is read as the other side reads it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from orchestrator.messaging.transport import AiohttpTransport
from orchestrator.sdk import Request, Response


@asynccontextmanager
async def listening(answer: Callable[[Request], Response]) -> AsyncIterator[str]:
    """Answer every request on 127.0.0.1 with `answer`; gives the address."""

    async def respond(got: web.BaseRequest) -> web.Response:
        headers = {name.lower(): value for name, value in got.headers.items()}
        said = answer(Request(got.method, str(got.url), headers, await got.read()))
        return web.Response(status=said.status, headers=dict(said.headers), body=said.body)

    runner = web.ServerRunner(web.Server(respond))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield "http://{}:{}".format(*runner.addresses[0][:2])
    finally:
        await runner.cleanup()


@asynccontextmanager
async def transport() -> AsyncIterator[AiohttpTransport]:
    """The engine's transport, its connections closed afterwards."""
    made = AiohttpTransport()
    try:
        yield made
    finally:
        await made.close()

"""A push service as Firefox speaks to one, and the site of a shop, both on loopback.

It holds us to what the true ones ask: a TTL (RFC 8030), and a signature with the key that the browser subscribed
with (RFC 8292). What is encrypted it passes on as it came.
"""

from __future__ import annotations

import asyncio
import base64
import json
import queue
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import WSMsgType, web
from cryptography.exceptions import InvalidSignature
from py_vapid.jwt import decode

PATIENCE = 60.0  # seconds for a browser on a busy machine; what comes sooner is not waited for
STOP = "stop"


class PushService:
    """`site`: path -> (type, text) of the shop's pages. What pages and browsers say is had with `heard`."""

    def __init__(self, site: dict[str, tuple[str, str]]) -> None:
        self.site = site
        self.port = 0
        self.spoil = False  # flip the last bit of what is passed on
        self._heard: dict[str, queue.Queue[Any]] = {}
        self._browsers: dict[str, tuple[web.WebSocketResponse, str]] = {}  # channel -> socket, key
        self._let_go: dict[str, asyncio.Event] = {}

    @property
    def url(self) -> str:
        """Where the site is."""
        return f"http://127.0.0.1:{self.port}/"

    def heard(self, what: str) -> Any:
        """The next thing said under this name: by a page's POST to /say/…, or `ack` and `unregister` of a browser."""
        return self._heard.setdefault(what, queue.Queue()).get(timeout=PATIENCE)

    def let_go(self, what: str) -> None:
        """Answer the page that waits at /wait/…"""
        self.loop.call_soon_threadsafe(self.event(what).set)

    def event(self, what: str) -> asyncio.Event:
        """What a page waits for at /wait/…"""
        return self._let_go.setdefault(what, asyncio.Event())

    async def start(self) -> web.AppRunner:
        """Listen on a free port of 127.0.0.1."""
        self.loop = asyncio.get_running_loop()
        app = web.Application()
        app.add_routes(
            [
                web.get("/browser", self._browser),
                web.get("/wait/{what}", self._wait),
                web.post("/say/{what}", self._said),
                web.post("/push/{channel}", self._push),
                web.get("/{page:.*}", self._page),
            ]
        )
        runner = web.AppRunner(app, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port = runner.addresses[0][1]
        return runner

    async def _page(self, request: web.Request) -> web.Response:
        if request.path not in self.site:
            return web.Response(status=404)
        kind, text = self.site[request.path]
        return web.Response(text=text, content_type=kind)

    async def _said(self, request: web.Request) -> web.Response:
        self._say(request.match_info["what"], await request.json())
        return web.Response()

    async def _wait(self, request: web.Request) -> web.Response:
        await self.event(request.match_info["what"]).wait()
        return web.Response()

    async def _browser(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=["push-notification"])
        await socket.prepare(request)
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            answer = self._answer(socket, json.loads(message.data))
            if answer is not None:
                await socket.send_str(json.dumps(answer))
        return socket

    def _answer(self, socket: web.WebSocketResponse, said: dict[str, Any]) -> dict[str, Any] | None:
        """What the service says to the browser's words; None for what wants no answer."""
        kind, channel = said.get("messageType", ""), said.get("channelID", "")
        answer = {"messageType": kind, "channelID": channel, "status": 200}
        if kind == "hello":
            self.event("service").set()
            return {"messageType": "hello", "uaid": uuid.uuid4().hex, "status": 200, "use_webpush": True}
        if kind == "register":
            self._browsers[channel] = socket, said["key"]
            return answer | {"pushEndpoint": f"{self.url}push/{channel}"}
        if kind == "unregister":
            del self._browsers[channel]
            self._say(kind, channel)
            return answer
        if kind == "ack":
            self._say(kind, said["updates"][0]["code"])
        return None

    async def _push(self, request: web.Request) -> web.Response:
        """RFC 8030, 5: what the application server asks for."""
        channel = request.match_info["channel"]
        if channel not in self._browsers:
            return web.Response(status=410)
        socket, key = self._browsers[channel]
        if not request.headers.get("ttl", "").isdecimal():
            return web.Response(status=400)
        if not self._signed(request.headers.get("authorization", ""), key):
            return web.Response(status=403)
        body = bytearray(await request.read())
        body[-1] ^= self.spoil
        notification = {
            "messageType": "notification",
            "channelID": channel,
            "version": uuid.uuid4().hex,
            "data": base64.urlsafe_b64encode(body).decode().rstrip("="),
            "headers": {"encoding": request.headers["content-encoding"]},
        }
        await socket.send_str(json.dumps(notification))
        return web.Response(status=201, headers={"location": f"{self.url}m/{notification['version']}"})

    def _signed(self, authorization: str, key: str) -> bool:
        parts = dict(part.strip().split("=", 1) for part in authorization.removeprefix("vapid ").split(","))
        try:
            claims = decode(parts["t"], parts["k"])
        except (InvalidSignature, KeyError):
            return False
        return parts["k"] == key.rstrip("=") and claims["aud"] == self.url.rstrip("/")

    def _say(self, what: str, words: Any) -> None:
        self._heard.setdefault(what, queue.Queue()).put(words)


@contextmanager
def push_service(site: dict[str, tuple[str, str]]) -> Iterator[PushService]:
    """A running one, in a thread of its own."""
    service, started = PushService(site), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(service, started)), daemon=True)
    thread.start()
    assert started.wait(PATIENCE)
    try:
        yield service
    finally:
        service.let_go(STOP)
        thread.join()


async def _serve(service: PushService, started: threading.Event) -> None:
    runner = await service.start()
    started.set()
    await service.event(STOP).wait()
    await runner.cleanup()

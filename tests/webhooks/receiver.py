"""A system that is told: a real server on loopback, which answers as it is told to and keeps what it was sent."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

RESET, SILENT = -1, -2  # in the place of a status: the connection is reset in mid-body; nothing is answered


@dataclass
class Reply:
    """What is answered. `wait`: seconds before anything is."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    wait: float = 0.0


@dataclass(frozen=True)
class Heard:
    """One request."""

    headers: dict[str, str]
    raw: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.raw)
        return found


class Receiver(ThreadingHTTPServer):
    """Answers with the next of `replies`, and with `reply` once there is none."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        self.reply, self.replies = Reply(), list[Reply]()
        self.heard: list[Heard] = []
        self.under_way = self.most = 0
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.place}/hook"

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.heard]

    @property
    def kinds(self) -> list[str]:
        return [one.body["type"] for one in self.heard]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["content-length"]))
        server = self.server
        with server.lock:
            reply = server.replies.pop(0) if server.replies else server.reply
            server.heard.append(Heard({name.lower(): value for name, value in self.headers.items()}, raw))
            server.under_way += 1
            server.most = max(server.most, server.under_way)
        try:
            time.sleep(reply.wait)
            self._answer(reply)
        finally:
            with server.lock:
                server.under_way -= 1

    def _answer(self, reply: Reply) -> None:
        if reply.status == SILENT:
            self.close_connection = True
            return
        if reply.status == RESET:
            self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhal")
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver, for as long as it is needed."""
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()

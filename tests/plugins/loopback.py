"""Real HTTP on loopback: a transport that may call this machine, and a server that keeps what came."""

from __future__ import annotations

import asyncio
import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from orchestrator.sdk import Request, Response, Transport, TransportError

Answer = Callable[[Request], Response]


class LoopbackTransport(Transport):
    """One connection for each request, to 127.0.0.1 alone."""

    async def request(self, request: Request, *, timeout: float = 10.0) -> Response:
        return await asyncio.to_thread(self._request, request, timeout)

    def _request(self, request: Request, timeout: float) -> Response:
        parts = urlsplit(request.url)
        assert (parts.scheme, parts.hostname) == ("http", "127.0.0.1")
        connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=timeout)
        try:
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.request(request.method, path, request.body, dict(request.headers))
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Response(answer.status, headers, answer.read())
        except OSError as error:
            raise TransportError(type(error).__name__, sent=True) from error
        finally:
            connection.close()


@contextmanager
def serving(answer: Answer) -> Iterator[tuple[str, list[Request]]]:
    """A server that answers so; gives its address and the list of what has come, names of headers in lower case."""
    seen: list[Request] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, self.path, headers, body)
            seen.append(request)
            response = answer(request)
            self.send_response(response.status)
            for name, value in response.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(response.body)))
            self.end_headers()
            self.wfile.write(response.body)

        do_GET = do_POST = handle_any  # noqa: N815 (the library's names)

        def log_request(self, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""A mail server that takes everything and keeps nothing but the count: never the slowest of a measurement.

Run as `python -m tests.bench.sink`: prints its port, then for every line on its standard input how many letters it
has taken so far. It speaks what a client needs to hear (EHLO, MAIL, RCPT, DATA, RSET, NOOP, QUIT), also pipelined.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import cast

import uvloop

END = b"\r\n.\r\n"
ANSWERS = {
    b"EHLO": b"250-sink\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 PIPELINING\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}
taken = 0


class Session(asyncio.Protocol):
    """One connection."""

    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self.transport = cast(asyncio.Transport, transport)
        self.unread, self.in_letter = b"", False
        self.transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer every command and every letter that is whole, all in one write."""
        self.unread += data
        answers = []
        while (answer := self._letter() if self.in_letter else self._command()) is not None:
            answers.append(answer)
        if answers:
            self.transport.write(b"".join(answers))
        if answers and answers[-1] == ANSWERS[b"QUIT"]:
            self.transport.close()

    def _command(self) -> bytes | None:
        line, found, rest = self.unread.partition(b"\r\n")
        if not found:
            return None
        verb, self.unread = line[:4].upper(), rest
        self.in_letter = verb == b"DATA"
        if self.in_letter:
            self.unread = b"\r\n" + rest  # a letter of no lines ends at once
        return ANSWERS.get(verb, b"250 ok\r\n")

    def _letter(self) -> bytes | None:
        global taken
        _, found, rest = self.unread.partition(END)
        if not found:
            return None
        self.unread, self.in_letter = rest, False
        taken += 1
        return b"250 taken\r\n"


async def serve() -> None:
    """Until the parent closes our standard input."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Session, "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.readline():
        print(json.dumps({"taken": taken}), flush=True)


if __name__ == "__main__":
    uvloop.run(serve())

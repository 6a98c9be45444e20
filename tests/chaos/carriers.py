"""The carriers: three providers in a process of their own, which know nothing of us but what they are sent.

A call is an HTTP request on a local socket, its messages one JSON list. Each accepted message is one line of the log,
written before anything is answered: number, moment, carrier, key, address, purpose, token, and how the call went.
That log is the truth. `email` drops a key it has seen (class I), `push` can be asked (class Q), `sms` neither (N).
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from typing import Any

from tests.chaos.campaign import Campaign
from tests.chaos.clock import Clock

IDEMPOTENT, QUERYABLE = "email", "push"
# Each is what becomes of the call: taken or not, and what the caller hears of it.
TAKEN = ("timeout", "error", "reset", "garbage", "short")
NOT_TAKEN = ("busy", "away", "lost")
PATIENCE = 1.0  # seconds for which a caller waits
REFUSED = "nobody"  # who has this in the address is refused for good


class Carriers:
    """Their memory: the keys they took, how many messages, and what is left to chance."""

    def __init__(self, campaign: Campaign, clock: Clock) -> None:
        self._campaign, self._clock = campaign, clock
        self._chance = random.Random(campaign.seed)
        self._log = os.open(campaign.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._known: set[str] = set()
        self._number = 0

    async def serve(self) -> None:
        """For ever; whoever started us ends us."""
        server = await asyncio.start_unix_server(self._answer, self._campaign.socket, backlog=512)
        async with server:
            await server.serve_forever()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                length = 0
                while (header := await reader.readline()).strip():
                    name, _, value = header.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                body = json.loads(await reader.readexactly(length))
                await self._serve(line.split()[1].decode().strip("/").split("/"), body, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the caller is dead: nothing was asked, or nobody listens
        finally:
            writer.close()

    async def _serve(self, path: list[str], body: list[Any], writer: asyncio.StreamWriter) -> None:
        if path[1] == "known":
            await _say(writer, 200, [f"{path[0]}:{key}" in self._known for key in body])
            return
        how = self._mood()
        if how == "lost":
            writer.transport.abort()
            return
        if how in NOT_TAKEN:
            await _say(writer, 429 if how == "busy" else 503, [])
            return
        answers = [self._take(path[0], one, how) for one in body]
        await self._misbehave(how, answers, writer)

    def _mood(self) -> str:
        if self._chance.random() >= self._campaign.faults:
            return "slow" if self._chance.random() < 0.01 else "well"
        return self._chance.choice((*TAKEN, *NOT_TAKEN))

    def _take(self, carrier: str, one: dict[str, str], how: str) -> str:
        """Its answer about one message; the line is in the log before."""
        if REFUSED in one["to"]:
            return "refused"
        known = f"{carrier}:{one['key']}"
        if carrier == IDEMPOTENT and known in self._known:
            return "taken"
        self._known.add(known)
        self._number += 1
        at, there = time.monotonic(), self._clock.now().isoformat()
        line = [self._number, at, there, carrier, one["key"], one["to"], one["purpose"], one["token"], how]
        os.write(self._log, (json.dumps(line) + "\n").encode())
        return "taken"

    async def _misbehave(self, how: str, answers: list[str], writer: asyncio.StreamWriter) -> None:
        if how == "timeout":
            await asyncio.sleep(PATIENCE * 1.5)
            writer.close()
        elif how == "error":
            await _say(writer, 500, [])
        elif how == "reset":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n[")
            writer.transport.abort()
        elif how == "garbage":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<garbage>")
            await writer.drain()
        elif how == "short":
            await _say(writer, 200, answers[:-1])
        else:
            await asyncio.sleep(PATIENCE / 4 if how == "slow" else 0)
            await _say(writer, 200, answers)


async def _say(writer: asyncio.StreamWriter, status: int, body: object) -> None:
    told = json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(told)}\r\nContent-Type: application/json\r\n\r\n"
    writer.write(head.encode() + told)
    await writer.drain()

"""A far mail server is given letters over several connections; each answers for its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence

import pytest
from aiosmtpd.controller import Controller

from orchestrator.sdk import Accepted, Deferred, ProviderUnavailable, Result, Unknown
from orchestrator.sdk.testing import Gateway, make_messages
from orchestrator_email import lines as module
from orchestrator_email.lines import Lines
from orchestrator_email.mime import Letter, write
from orchestrator_email.provider import SmtpProvider
from orchestrator_email.server import SmtpServer
from tests.plugins.email.servers import ObedientHandler, free_port


def letters(count: int) -> list[Letter]:
    return [write(message) for message in make_messages("email", count)]


def far(most: int = 4) -> Lines:
    """Lines that know their server to be far."""
    lines = Lines(most)
    lines._each = 1.0
    return lines


class Carriers:
    """Hands letters over, and fails for those that begin with a letter of the script."""

    def __init__(self, failing: dict[str, Exception]) -> None:
        self.failing = failing
        self.shares: list[list[str]] = []
        self.guard = threading.Lock()

    def __call__(self, share: Sequence[Letter]) -> Sequence[Result]:
        with self.guard:
            self.shares.append([letter.recipient for letter in share])
        if (error := self.failing.get(share[0].recipient)) is not None:
            raise error
        return [Accepted(letter.recipient) for letter in share]


def test_what_is_near_goes_over_one_connection_and_its_error_is_the_whole_batch_s():
    given, carriers = letters(3), Carriers({})
    assert Lines(4).send(given, carriers) == [Accepted(one.recipient) for one in given]
    assert carriers.shares == [[one.recipient for one in given]]
    with pytest.raises(ZeroDivisionError):
        Lines(4).send(given, Carriers({given[0].recipient: ZeroDivisionError()}))


@pytest.mark.parametrize(
    ("count", "most", "sizes"),
    [(22, 4, [5, 6, 5, 6]), (50, 4, [12, 13, 12, 13]), (14, 4, [7, 7]), (9, 4, [9]), (50, 1, [50])],
)
def test_what_is_far_goes_over_several_in_order(count: int, most: int, sizes: list[int]):
    given, carriers = letters(count), Carriers({})
    assert far(most).send(given, carriers) == [Accepted(one.recipient) for one in given]
    assert sorted(map(len, carriers.shares)) == sorted(sizes)


def test_a_connection_that_is_not_to_be_had_defers_its_own_letters_and_one_that_fails_leaves_doubt():
    given = letters(20)
    down, broken = ProviderUnavailable("no route", retry_after=None), ZeroDivisionError("secret")
    carriers = Carriers({given[5].recipient: down, given[10].recipient: broken})
    accepted = [Accepted(one.recipient) for one in given]
    doubt = Unknown("a connection failed (ZeroDivisionError)")
    assert far().send(given, carriers) == [
        *accepted[:5], *[Deferred(None, "no route")] * 5, *[doubt] * 5, *accepted[15:],
    ]  # fmt: skip


def test_where_no_connection_is_to_be_had_the_server_is_down():
    given = letters(20)
    carriers = Carriers({one.recipient: ProviderUnavailable("no route") for one in given})
    with pytest.raises(ProviderUnavailable):
        far().send(given, carriers)


class Slow(ObedientHandler):
    """Thinks about every letter, as long as the internet would."""

    async def handle_DATA(self, *given: object) -> str:  # type: ignore[override]  # noqa: N802
        """Take it, later."""
        await asyncio.sleep(module.NEAR * 2)
        return await super().handle_DATA(*given)  # type: ignore[arg-type]


@pytest.fixture
def slow() -> Iterator[tuple[SmtpProvider, Slow]]:
    handler = Slow(Gateway())
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    provider = SmtpProvider(SmtpServer("127.0.0.1", controller.port, connections=3))
    yield provider, handler
    provider.close()
    controller.stop()


def test_a_server_that_takes_its_time_is_spoken_to_over_several_connections(slow: tuple[SmtpProvider, Slow]):
    provider, server = slow
    for connections in (1, 3):
        server.sessions.clear()
        server.contents.clear()
        assert [type(one) for one in provider.send_blocking(make_messages("email", 15))] == [Accepted] * 15
        assert (len(server.sessions), len(server.contents)) == (connections, 15)

"""The providers over a real connection, through the transport that the engine gives them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from orchestrator.sdk import Accepted, Message, Provider, ProviderUnavailable, Request, Response, Result
from orchestrator.sdk.testing import Gateway, make_message, make_messages, text_of
from orchestrator_sms import gateway, smsapi, twilio
from tests.plugins.sms import setups
from tests.plugins.sms.fakes import FakeGateway, FakeSmsapi, FakeTwilio
from tests.plugins.sms.servers import listening, transport

Made = Callable[[str], Provider]
SIDES = [
    (FakeSmsapi, smsapi.from_environment, setups.SMSAPI, "SMSAPI_URL"),
    (FakeTwilio, twilio.from_environment, setups.TWILIO, "TWILIO_URL"),
    (FakeGateway, gateway.from_environment, setups.GATEWAY, "SMS_GATEWAY_URL"),
]


async def sent(
    answer: Callable[[Request], Response], made: Made, messages: Sequence[Message]
) -> Sequence[Result]:
    async with listening(answer) as url, transport() as connection:
        return await made(url).send(messages, connection)


@pytest.fixture(params=SIDES, ids=["smsapi", "twilio", "gateway"])
def side(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> tuple[Callable[..., object], Made]:
    """The fake of one side, and what makes its provider at an address."""
    fake, read, variables, where = request.param

    def made(url: str) -> Provider:
        setups.set_up(monkeypatch, variables | {where: url})
        provider: Provider = read()
        return provider

    return fake, made


def test_a_batch_arrives_letter_by_letter(side: tuple[Callable[..., object], Made]):
    fake, made = side
    taken = Gateway()
    messages = [*make_messages("sms", 9), make_message("sms", 10, text="Zażółć gęślą & +1 = 100% 🎉\nDrugi")]
    results = asyncio.run(sent(fake(taken), made, messages))  # type: ignore[arg-type]
    references = {result.reference for result in results if isinstance(result, Accepted)}
    assert len(references - {""}) == 10
    assert sorted((one.recipient, one.text) for one in taken.delivered) == sorted(
        (message.recipient, text_of(message.content)) for message in messages
    )


def test_where_nobody_listens_nothing_has_left(side: tuple[Callable[..., object], Made]):
    async def send_to(url: str) -> None:
        async with transport() as connection:
            await side[1](url).send(make_messages("sms", 3), connection)

    async def closed_port() -> str:
        async with listening(lambda request: Response(200)) as url:
            return url

    async def run() -> None:
        await send_to(await closed_port())

    with pytest.raises(ProviderUnavailable, match="no connection to"):
        asyncio.run(run())

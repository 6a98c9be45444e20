"""The engine with these providers: what each class promises is kept on the other side, which remembers what it took."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from orchestrator import registry
from orchestrator.consents.models import Suppression
from orchestrator.messaging.models import Message
from orchestrator.messaging.transport import Loop
from orchestrator.sdk import Request, Response, TransportError
from orchestrator.sdk.testing import FakeTransport, Gateway, Verdict
from orchestrator.sdk.testing.bench import after
from orchestrator_sms import plugin
from tests.plugins.sms import setups
from tests.plugins.sms.fakes import FakeGateway, FakeSmsapi, FakeTwilio
from tests.scenarios.conftest import world as world
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World

Fake = Callable[[Request], Response]
Start = Callable[[dict[str, str], Fake], FakeTransport]
POLISH = 'sms:\n  en: {text: "Zażółć – {{ customer.first_name }}", transliterate: true}\n'
BOTH = 'sms:\n  en: {text: "hi"}\nemail:\n  en: {subject: "hi", html: "hi"}\n'
RESET = TransportError("connection reset", sent=True)
PERSON = "+48600100200"


class WithTransport(Loop):
    """The engine's loop, and a transport of the test's own."""

    def __init__(self, name: str, transport: FakeTransport) -> None:
        super().__init__(name)
        self.transport = transport


@pytest.fixture
def start(world: World, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Start:
    """Switches the plugin on with these variables, its other side a fake."""

    def start(variables: dict[str, str], fake: Fake) -> FakeTransport:
        setups.set_up(monkeypatch, variables)
        settings.DELIVERY_ALLOWLIST = ["*"]
        registry.reset(registry.load([], {"orchestrator_sms": plugin}))
        transport = FakeTransport(fake)
        loop = WithTransport("sms", transport)
        monkeypatch.setattr("orchestrator.messaging.calls.loop_of", lambda pid, provider: loop)
        return transport

    return start


def wanted(world: World, template: str = POLISH, via: str = "sms", **header: str) -> None:
    world.publish(one_send("note", via, **header), note=template)
    world.event(world.person(consents=("sms", "email")), "note.wanted")
    world.run(hours=1)


def test_a_text_arrives_in_plain_letters_with_our_key(world: World, start: Start):
    taken = Gateway()
    start(setups.SMSAPI, FakeSmsapi(taken))
    wanted(world)
    [message] = Message.objects.all()
    [delivery] = taken.delivered
    assert (delivery.recipient, delivery.key, delivery.text) == (PERSON, message.key, "Zazolc - Anna")
    assert (message.state, message.provider, message.reference) == ("accepted", "smsapi", "5CCA6E1133700001")


@pytest.mark.parametrize(("variables", "fake"), [(setups.SMSAPI, FakeSmsapi), (setups.GATEWAY, FakeGateway)])
def test_what_broke_off_is_sent_again_and_taken_once(
    world: World, start: Start, variables: dict[str, str], fake: Callable[[Gateway], Fake]
):
    taken = Gateway()
    other_side = fake(taken)
    transport = start(variables, other_side)
    transport.responses = [after(other_side, RESET), other_side]
    wanted(world)
    assert world.messages() == [("note", "accepted", "accepted")]
    assert len(transport.requests) == 2
    assert transport.requests[0] == transport.requests[1]
    assert [delivery.key for delivery in taken.delivered] == [Message.objects.get().key]


def test_what_broke_off_on_the_way_to_twilio_is_not_sent_again(world: World, start: Start):
    taken = Gateway()
    other_side = FakeTwilio(taken)
    transport = start(setups.TWILIO, other_side)
    transport.responses = [after(other_side, RESET), other_side]
    wanted(world)
    assert world.messages() == [("note", "unknown", "unknown_outcome")]
    assert (len(transport.requests), len(taken.delivered)) == (1, 1)


@pytest.mark.parametrize(
    ("variables", "fake"),
    [(setups.SMSAPI, FakeSmsapi), (setups.TWILIO, FakeTwilio), (setups.GATEWAY, FakeGateway)],
)
def test_a_number_that_is_none_is_never_used_again(
    world: World, start: Start, variables: dict[str, str], fake: Callable[[Gateway], Fake]
):
    taken = Gateway()
    taken.decide(Verdict.REJECT)
    start(variables, fake(taken))
    wanted(world, BOTH, "sms, email")
    assert world.messages() == [("note", "rejected", "invalid_address"), ("note", "accepted", "accepted")]
    assert [row.channel for row in Suppression.objects.all()] == ["sms"]
    assert taken.delivered == []


def test_a_wrong_token_loses_no_message(world: World, start: Start):
    taken = Gateway()
    other_side = FakeSmsapi(taken)
    transport = start(setups.SMSAPI | {"SMSAPI_TOKEN": "revoked"}, other_side)  # one try an hour
    wanted(world)
    world.run(hours=3)
    assert world.messages()[0][1] == "retry_wait"
    assert taken.delivered == []
    mended = start(setups.SMSAPI, other_side)
    world.run(hours=1)
    assert world.messages() == [("note", "accepted", "accepted")]
    assert (len(taken.delivered), len(mended.requests)) == (1, 1)
    assert len(transport.requests) == 5

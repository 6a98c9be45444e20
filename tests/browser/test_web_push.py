"""A real browser subscribes, decrypts what we encrypt and shows it, with the very lines of docs/push.md."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.sdk import Accepted, Message, Rejected, RejectReason, Result, WebDevice
from orchestrator.sdk.testing import make_message
from orchestrator_push.keys import make
from orchestrator_push.provider import PushProvider
from orchestrator_push.vapid import Vapid
from orchestrator_push.webpush import WebPush
from tests.browser.firefox import firefox
from tests.browser.push_service import PushService, push_service
from tests.environment import ROOT
from tests.plugins.loopback import LoopbackTransport

SUBJECT = "mailto:shop@example.com"
POLISH = "Zażółć gęślą jaźń 🎉👩‍👧 „cudzysłów” – €10"
SUBSCRIBE, WORKER = re.findall(
    r"^```js\n(.*?)^```", (ROOT / "docs" / "push.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)
# What the browser then shows is told as soon as it is shown.
TOLD = """
const say = (what, words) => fetch("/say/" + what, {method: "POST", body: JSON.stringify(words)});
const show = self.registration.showNotification.bind(self.registration);
self.registration.showNotification = async (title, options) => {
  await show(title, options);
  const shown = await self.registration.getNotifications();
  await say("shown", shown.map(({title, body, lang, tag, data}) => ({title, body, lang, tag, data})));
};
"""
PAGE = """<!doctype html><title>The Shop</title><script type="module">
const say = (what, words) => fetch("/say/" + what, {method: "POST", body: JSON.stringify(words)});
%s
try {
  await fetch("/wait/service");  // the browser speaks to its push service a moment after it opens the first page
  await say("subscribed", JSON.parse(await subscribe("%s")));
} catch (error) {
  await say("subscribed", String(error));
}
await fetch("/wait/leaving");
const registration = await navigator.serviceWorker.ready;
await (await registration.pushManager.getSubscription()).unsubscribe();
</script>"""


class Shop:
    """The browser's subscription, and our provider."""

    def __init__(self, service: PushService, private_key: str) -> None:
        self.service = service
        self.private_key = private_key
        said = service.heard("subscribed")
        assert isinstance(said, dict), said
        self.address = WebDevice.read(json.dumps(said)).address

    def message(self, number: int, text: str) -> Message:
        ends = datetime.now(UTC) + timedelta(hours=1)
        return make_message("push", number, recipient=self.address, text=text, expires_at=ends)

    def send(self, message: Message, private_key: str = "") -> Result:
        web = WebPush(Vapid(private_key or self.private_key, SUBJECT), lambda: datetime.now(UTC))
        (result,) = asyncio.run(PushProvider(web).send([message], LoopbackTransport()))
        return result


@pytest.fixture
def shop() -> Iterator[Shop]:
    private_key, public_key = make()
    site = {
        "/": ("text/html", PAGE % (SUBSCRIBE, public_key)),
        "/worker.js": ("text/javascript", TOLD + WORKER),
    }
    with push_service(site) as service:
        preferences = {
            "dom.push.serverURL": f"ws://127.0.0.1:{service.port}/browser",
            "dom.push.testing.allowInsecureServerURL": True,
            "permissions.default.desktop-notification": 1,  # granted to every site
        }
        with firefox(service.url, preferences):
            yield Shop(service, private_key)


def shown(message: Message) -> dict[str, object]:
    return {
        "title": "The Shop",
        "body": POLISH,
        "lang": "en",
        "tag": message.key,
        "data": {"navigate": "https://example.com/p/1"},
    }


def test_a_browser_decrypts_and_shows_every_letter_and_a_second_copy_takes_the_first_ones_place(
    shop: Shop,
) -> None:
    first, other = shop.message(1, POLISH), shop.message(2, POLISH)
    for message, expected in ((first, [first]), (first, [first]), (other, [first, other])):
        assert shop.send(message) == Accepted()
        assert shop.service.heard("ack") == 100  # Firefox: delivered to the service worker
        told = sorted(shop.service.heard("shown"), key=lambda one: str(one["tag"]))
        assert told == sorted(map(shown, expected), key=lambda one: str(one["tag"]))
    shop.service.spoil = True
    assert shop.send(first) == Accepted()
    assert shop.service.heard("ack") == 101  # Firefox: it could not be decrypted


def test_a_push_service_takes_it_from_us_alone_and_while_the_browser_wants_it(shop: Shop) -> None:
    stranger, _ = make()
    assert shop.send(shop.message(1, POLISH), stranger) == Rejected(
        RejectReason.NOT_ALLOWED, "the push service answered 403"
    )
    shop.service.let_go("leaving")
    assert shop.service.heard("unregister") in shop.address
    assert shop.send(shop.message(2, POLISH)) == Rejected(
        RejectReason.INVALID_ADDRESS, "the push service answered 410"
    )

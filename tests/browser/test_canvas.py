"""A journey is drawn in a real browser, by keyboard and by mouse: a split, a wait, a slip that is seen and mended."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from orchestrator.journeys.models import Journey
from orchestrator.journeys.yaml import read
from orchestrator.workspace.models import Brand
from tests.browser.screenshots import Browser, browser

DRAFT = """# What we say first.
journey: drawn
title: Drawn
purpose: marketing
entry: {event: customer.signed_up}
steps:
  - send: hello  # greets
    via: [email]
    id: hello
"""
KEYS = {
    "Enter": 13, "ArrowDown": 40, "ArrowUp": 38, "ArrowLeft": 37, "ArrowRight": 39, "End": 35, "Backspace": 8,
    "Delete": 46, "z": 90, "d": 68,
}  # fmt: skip
PATIENCE = 150
CONTROL = 2


class Page:
    """One page: keys pressed, things clicked, and what is to be seen waited for."""

    def __init__(self, one: Browser) -> None:
        self.browser = one

    def press(self, key: str, modifiers: int = 0) -> None:
        about: dict[str, Any] = {
            "key": key,
            "modifiers": modifiers,
            "windowsVirtualKeyCode": KEYS.get(key, 0),
        }
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 and not modifiers else "")
        self.browser.ask(
            "Input.dispatchKeyEvent", type="keyDown", **about, **({"text": text} if text else {})
        )
        self.browser.ask("Input.dispatchKeyEvent", type="keyUp", **about)

    def write(self, text: str) -> None:
        self.browser.ask("Input.insertText", text=text)

    def click(self, found: str) -> None:
        """Press the mouse in the middle of what a piece of JavaScript finds."""
        self.wait(f"!!({found})")
        script = f"(() => {{const r = ({found}).getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]}})()"
        x, y = self.browser.script(script)
        for kind in ("mousePressed", "mouseReleased"):
            self.browser.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def wait(self, script: str) -> None:
        for _ in range(PATIENCE):
            if self.browser.script(script):
                return
            time.sleep(0.1)
        raise AssertionError(f"never came true: {script}\n{self.browser.script('document.body.innerText')}")

    def add(self, word: str) -> None:
        """Choose a kind of step in the open palette."""
        self.wait("document.activeElement.getAttribute('role') == 'combobox'")
        self.write(word)
        self.wait("document.querySelectorAll('[role=option]').length == 1")
        self.press("Enter")
        self.wait("!document.querySelector('dialog[open]')")


@pytest.fixture
def page(live_server: Any) -> Iterator[tuple[Page, Journey]]:
    if shutil.which("chromium") is None:
        pytest.skip("no Chromium on this machine; Debian's package is chromium")
    brand, _ = Brand.objects.get_or_create(key="default", defaults={"name": "Shop"})
    journey = Journey.objects.create(key="drawn", title="Drawn", brand=brand, draft=DRAFT)
    client = Client()
    client.force_login(User.objects.create_superuser("ola"))
    with browser() as one:
        one.ask("Network.enable")
        cookie = client.cookies["sessionid"].value
        one.ask("Network.setCookie", name="sessionid", value=cookie, url=live_server.url)
        one.ask("Network.setCookie", name="django_language", value="en", url=live_server.url)
        one.ask(
            "Emulation.setDeviceMetricsOverride", width=1600, height=1000, deviceScaleFactor=1, mobile=False
        )
        one.open(f"{live_server.url}/admin/journeys/journey/{journey.pk}/canvas/")
        yield Page(one), journey


def cards(count: int) -> str:
    return f"document.querySelectorAll('.cv-card').length == {count}"


@pytest.mark.django_db(transaction=True)
def test_a_journey_is_drawn_seen_wrong_mended_and_kept(page: tuple[Page, Journey]) -> None:
    canvas, journey = page
    canvas.wait(cards(2))
    # By mouse: a split after the greeting.
    canvas.click("""document.querySelector(`[data-key='place:["steps"]:1']`)""")
    canvas.add("split")
    canvas.wait(cards(3))
    # By keyboard: down from the split into its first branch, a wait there.
    canvas.wait("""document.activeElement.dataset.key == 'step:["steps",1]'""")
    canvas.press("ArrowDown")
    canvas.wait("""document.activeElement.dataset.key == 'place:["steps",1,"split","a","steps"]:0'""")
    canvas.press("+")
    canvas.add("wait_until")
    canvas.wait(cards(4))
    canvas.wait("document.querySelector('.cv-panel h2').innerText.includes('Wait until something happens')")
    # A slip in the panel is seen where it is and below.
    field = "[...document.querySelectorAll('.cv-panel label')].find(l => l.innerText == 'at most').control"
    canvas.click(field)
    canvas.browser.script(f"({field}).select()")
    canvas.write("three days")
    canvas.press("Enter")
    canvas.wait("document.querySelectorAll('.cv-problems li').length == 1")
    assert "three days" in canvas.browser.script("document.querySelector('.cv-problems li').innerText")
    assert canvas.browser.script("document.querySelectorAll('.cv-card.cv-bad').length") == 1
    # Mended, it goes away.
    canvas.browser.script(f"({field}).focus(); ({field}).select()")
    canvas.write("3 days")
    canvas.press("Enter")
    canvas.wait("document.querySelectorAll('.cv-problems li').length == 0")
    # Doubled, deleted, and the deletion undone.
    canvas.click("""document.querySelector(`[data-key='step:["steps",0]']`)""")
    canvas.press("d", CONTROL)
    canvas.wait(cards(5))
    canvas.press("Delete")
    canvas.wait(cards(4))
    canvas.press("z", CONTROL)
    canvas.wait(cards(5))
    canvas.press("z", CONTROL)
    canvas.wait(cards(4))
    canvas.wait("document.querySelector('.cv-status').innerText.includes('saved') "
                "&& !document.querySelector('.cv-status').innerText.includes('not saved')")  # fmt: skip
    journey.refresh_from_db()
    assert journey.draft.startswith(DRAFT)
    assert json.loads(json.dumps(read(journey.draft).plain()["steps"][1:])) == [
        {
            "split": {
                "a": {
                    "share": "50%",
                    "steps": [
                        {
                            "wait_until": {"event": "order.placed"},
                            "at_most": "3 days",
                            "then": [],
                            "otherwise": [],
                            "id": "wait_until",
                        }
                    ],
                },
                "b": {"share": "50%", "steps": []},
            },
            "id": "split",
        }
    ]
    assert canvas.browser.script("document.querySelector('.cm-content').innerText.includes('# greets')")

"""The whole story in a real browser, in each language: a journey is drawn, goes wrong, is mended, simulated, approved by
somebody else, published; its numbers move; and who was not written to is told why.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils.translation import gettext, override
from playwright.sync_api import BrowserContext, Page, expect

from orchestrator.consents.record import Statement
from orchestrator.consents.record import record as record_consents
from orchestrator.customers.models import Customer
from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.events.record import NewEvent
from orchestrator.events.record import record as record_events
from orchestrator.journeys.models import Journey
from orchestrator.journeys.publish_template import publish_template
from orchestrator.journeys.simulation import asking
from orchestrator.journeys.work import work
from orchestrator.messaging.models import Message, Template
from orchestrator.workspace.models import Brand, Workspace
from tests.browser import chromium

PEOPLE, WILLING = 12, 10  # of whom two never consented
TEMPLATE = """template: hello
email:
  en: {subject: "Hello", html: "<p>Hello.</p>"}
  pl: {subject: "Cześć", html: "<p>Cześć.</p>"}
"""
PATIENCE = 60_000  # milliseconds, of a simulation on a busy machine


def apart(ask: Callable[[], Any]) -> Any:
    """What the database answers, asked in another thread: Playwright's loop runs in ours."""

    def asked() -> Any:
        try:
            return ask()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asked).result()


def simulate_here() -> None:
    """The studio's own process for simulations, on the test's database."""
    name = connection.settings_dict["NAME"]
    subprocess.run(
        [sys.executable, "-m", "django", "simulate_asked"],
        env={**os.environ, "DATABASE_URL": f"sqlite:///{name}"},
        check=True,
        capture_output=True,
    )


@pytest.fixture
def shop(live_server: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Client]:
    """People who signed up in the last days, a shared template, and two who work here: one asks, the other approves."""
    chromium.needed()
    if connection.vendor != "sqlite":
        pytest.skip("the simulation's process is given the test's database as a file: SQLite")
    settings.DELIVERY_ALLOWLIST = []
    monkeypatch.setattr(asking, "start", simulate_here)
    Workspace.get()
    Workspace.objects.update(approval_needed=True)
    brand, _ = Brand.objects.get_or_create(key="default", defaults={"name": "Shop"})
    template = Template.objects.create(key="hello", brand=brand, draft=TEMPLATE)
    publish_template(template.pk, TEMPLATE, "marketing", datetime.now(UTC))
    _signed_up(datetime.now(UTC) - timedelta(days=3))
    clients = {"ola": Client(), "jan": Client()}
    for name, client in clients.items():
        client.force_login(User.objects.create_superuser(name))
    return clients


def _signed_up(at: datetime) -> None:
    people = [
        Person(f"c{one}", addresses={"email": f"c{one}@example.com"}, created_at=at) for one in range(PEOPLE)
    ]
    ids = save(people, at).ids
    record_consents([Statement(one, "email", "granted", "form") for one in ids[:WILLING]], at)
    record_events([NewEvent(one, "customer.signed_up", at, f"signed:{one}") for one in ids], at)
    work(at)


@pytest.fixture
def ola(shop: dict[str, Client], live_server: Any) -> Iterator[BrowserContext]:
    """Ola's browser."""
    with chromium.opened(live_server.url, shop["ola"], viewport={"width": 1600, "height": 1000}) as context:
        yield context


def drawn(page: Page, say: Callable[[str], str]) -> None:
    """A journey of a greeting, a split by chance, and a wait in its first branch."""
    page.goto("/admin/journeys/journey/add/?text=1")
    page.fill("input[name=key]", "first_days")
    page.fill("input[name=title]", "First days")
    page.select_option("select[name=brand]", index=1)
    page.click("[name=_continue], [name=_save]")
    if not page.url.endswith("/change/"):
        page.click("a:has-text('First days')")
    page.get_by_role("link", name=say("Draw it")).click()
    expect(page.locator(".cv-card")).to_have_count(1)
    _add(page, 'place:["steps"]:0', "send")
    _in_panel(page, say("template"), "hello")
    _add(page, 'place:["steps"]:1', "split")
    _add(page, 'place:["steps",1,"split","a","steps"]:0', "wait_until")
    expect(page.locator(".cv-card")).to_have_count(4)


def _add(page: Page, place: str, kind: str) -> None:
    page.click(f"[data-key='{place}']")
    page.keyboard.insert_text(kind)
    expect(page.get_by_role("dialog").get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)


def _in_panel(page: Page, field: str, value: str) -> None:
    """Write into a field of the chosen step's panel."""
    box = page.locator(".cv-panel").get_by_label(field, exact=True)
    box.fill(value)
    box.press("Enter")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["en", "pl"])
def test_the_whole_story(
    ola: BrowserContext, shop: dict[str, Client], live_server: Any, language: str
) -> None:
    def say(text: str) -> str:
        with override(language):
            return str(gettext(text))

    chromium.speak(ola, live_server.url, language)
    page = ola.new_page()
    drawn(page, say)
    # A slip is seen where it is and below, and mended.
    _in_panel(page, say("at most"), "three days")
    expect(page.locator(".cv-problems li")).to_have_count(1)
    expect(page.locator(".cv-problems li")).to_contain_text("three days")
    expect(page.locator(".cv-card.cv-bad")).to_have_count(1)
    _in_panel(page, say("at most"), "3 days")
    expect(page.locator(".cv-problems li")).to_have_count(0)
    # Whoever leaves by a button takes along what was just drawn. What it would have done with those who signed up three days ago.
    page.get_by_role("link", name=say("Simulate"), exact=True).click()
    page.select_option("select[name=days]", "7")
    page.get_by_role("button", name=say("Simulate")).click()
    expect(page.locator(".st-headline")).to_contain_text(str(PEOPLE), timeout=PATIENCE)
    expect(page.locator(".st-headline")).to_contain_text(str(WILLING))
    assert apart(lambda: Message.objects.count()) == 0
    # Ola asks; Jan, in a browser of his own, approves.
    page.go_back()
    page.goto(page.url.replace("/simulate/", "/publish/"))
    page.fill("textarea[name=comment]", "For those who are new.")
    page.click("button[value=ask]")
    expect(page.locator(".st-badge.st-warning").first).to_have_text(say("waits for approval"))
    expect(page.locator("button[value=approve]")).to_have_count(0)
    _approve(ola, shop["jan"], live_server.url, page.url)
    assert apart(lambda: Journey.objects.get(key="first_days").status) == "live"
    _numbers_move(page, page.url.replace("/publish/", "/canvas/"))
    _asked_why(page, say)


def _approve(ola: BrowserContext, jan: Client, base: str, url: str) -> None:
    browser = ola.browser
    assert browser is not None
    context = browser.new_context(base_url=base)
    context.add_cookies([{"name": "sessionid", "value": jan.cookies["sessionid"].value, "url": base}])
    page = context.new_page()
    page.goto(url)
    expect(page.locator("blockquote")).to_have_text("For those who are new.")
    page.click("button[value=approve]")
    expect(page.locator("button[value=approve]")).to_have_count(0)
    context.close()


def _numbers_move(page: Page, url: str) -> None:
    """Nobody is inside; then somebody new signs up, and stands in the wait or is through."""
    page.goto(url)
    expect(page.locator(".st-badge.st-success").first).to_contain_text("1")
    expect(page.locator(".cv-numbers")).to_have_count(0)
    apart(_somebody_new)
    page.reload()
    expect(page.locator(".cv-numbers").first).to_contain_text("2")


def _somebody_new() -> None:
    """One who allowed it, and one who did not."""
    now = datetime.now(UTC)
    people = [
        Person(name, addresses={"email": f"{name}@example.com"}, created_at=now) for name in ("ewa", "adam")
    ]
    ewa, adam = save(people, now).ids
    record_consents([Statement(ewa, "email", "granted", "form")], now)
    record_events([NewEvent(one, "customer.signed_up", now, f"new:{one}") for one in (ewa, adam)], now)
    work(now + timedelta(seconds=1))


def _asked_why(page: Page, say: Callable[[str], str]) -> None:
    adam = apart(lambda: Customer.objects.get(external_id="adam").pk)
    page.goto(f"/admin/customers/customer/{adam}/change/")
    why = page.locator("section[aria-labelledby=why]")
    why.get_by_role("link", name="First days").click()
    said = say("consent for %(channel)s was never given") % {"channel": say("email")}
    expect(why.locator(".st-answer")).to_contain_text(said)

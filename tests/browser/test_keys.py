"""The keyboard alone: past the navigation, the help of the keys, to a page by two letters, and no key while one writes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from django.utils.translation import gettext, override
from playwright.sync_api import Page, expect

from tests.browser import chromium
from tests.studio.sample import fill


@pytest.fixture
def page(live_server: Any) -> Iterator[Page]:
    chromium.needed()
    fill()
    with chromium.opened(live_server.url, chromium.signed_in()) as context:
        chromium.speak(context, live_server.url, "en")
        one = context.new_page()
        one.goto(reverse("admin:customers_customer_changelist"))
        yield one


@pytest.mark.django_db(transaction=True)
def test_the_first_tab_leads_past_the_navigation(page: Page) -> None:
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Skip to the content")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.django_db(transaction=True)
def test_the_help_is_shown_said_and_closed(page: Page, live_server: Any) -> None:
    for language in ("en", "pl"):
        with override(language):
            title = gettext("Keyboard")
        chromium.speak(page.context, live_server.url, language)
        page.reload()
        page.keyboard.press("?")
        dialog = page.get_by_role("dialog", name=title)
        expect(dialog).to_be_visible()
        assert page.evaluate("document.activeElement.closest('dialog') !== null")
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("letter", "name"),
    [
        ("h", "index"),
        ("j", "journeys_journey_changelist"),
        ("c", "customers_customer_changelist"),
        ("s", "segments_segment_changelist"),
        ("m", "messaging_message_changelist"),
        ("t", "messaging_template_changelist"),
    ],
)
def test_two_letters_lead_to_a_page(page: Page, letter: str, name: str) -> None:
    page.goto(reverse("admin:password_change_done"))
    page.keyboard.press("g")
    page.keyboard.press(letter)
    expect(page).to_have_url(page.url.partition("/admin")[0] + reverse(f"admin:{name}"))


@pytest.mark.django_db(transaction=True)
def test_a_slash_searches_and_what_is_written_is_no_key(page: Page) -> None:
    here = page.url
    page.keyboard.press("/")
    box = page.locator("#searchbar")
    expect(box).to_be_focused()
    page.keyboard.type("?gj/")
    expect(box).to_have_value("?gj/")
    expect(page.locator("#st-keys")).to_be_hidden()
    assert page.url == here


@pytest.mark.django_db(transaction=True)
def test_keys_can_be_switched_off_and_the_menu_still_opens_the_help(page: Page) -> None:
    page.keyboard.press("?")
    page.get_by_role("checkbox", name="Keys without Ctrl work on this device").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("?")
    expect(page.locator("#st-keys")).to_be_hidden()
    page.get_by_role("button", name="ola").press("Enter")
    page.get_by_role("button", name="Keyboard").click()
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    expect(page.get_by_role("checkbox")).not_to_be_checked()


@pytest.mark.django_db(transaction=True)
def test_what_opens_is_opened_and_left_by_keyboard(page: Page) -> None:
    filters = page.get_by_role("button", name="Filters")
    filters.press("Enter")
    expect(filters).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#changelist-filter :focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(filters).to_have_attribute("aria-expanded", "false")
    expect(filters).to_be_focused()


@pytest.mark.django_db(transaction=True)
def test_on_a_narrow_page_the_navigation_is_opened_and_left_by_keyboard(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    opener = page.get_by_role("banner").get_by_role("button", name="Navigation")
    opener.press("Enter")
    expect(page.locator("#nav-sidebar :focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#nav-sidebar")).to_be_hidden()
    expect(opener).to_be_focused()

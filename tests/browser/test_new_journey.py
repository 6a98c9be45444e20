"""A new journey by keyboard alone: from the list to a canvas with steps on it, and what the list remembers."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from orchestrator.journeys.models import Journey
from tests.browser import chromium
from tests.browser.test_story import apart
from tests.studio.sample import fill


@pytest.mark.django_db(transaction=True)
def test_a_journey_is_begun_without_a_mouse(live_server: Any) -> None:
    chromium.needed()
    fill()
    with chromium.opened(live_server.url, chromium.signed_in()) as context:
        page = context.new_page()
        page.goto("/admin/journeys/journey/add/")
        expect(page.get_by_role("img", name="A picture of its steps")).to_have_count(5)
        first = page.get_by_label("What it is to be called").nth(4)
        first.focus()
        page.keyboard.press("Control+A")
        page.keyboard.type("Come back")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Begin from this"
        page.keyboard.press("Enter")
        page.wait_for_url("**/canvas/")
        expect(page.locator(".cv-card")).to_have_count(12)  # who enters, and eleven steps
        page.goto("/admin/journeys/journey/?status__exact=draft")
        expect(page.locator("#result_list tbody")).to_have_count(2)
        page.goto("/admin/journeys/journey/")
        expect(page.locator("#result_list tbody")).to_have_count(2)
        page.get_by_role("link", name="All journeys").press("Enter")
        expect(page.locator("#result_list tbody")).to_have_count(3)
    made = apart(lambda: Journey.objects.get(title="Come back"))
    assert (made.key, made.status) == ("reactivation", "draft")

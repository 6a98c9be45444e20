"""The tour in a browser: a page that was opened is ticked, and hidden it stays hidden."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser import chromium
from tests.studio.sample import fill


@pytest.mark.django_db(transaction=True)
def test_what_is_opened_is_ticked_and_what_is_hidden_stays_away(live_server: Any) -> None:
    chromium.needed()
    fill(15)
    home = reverse("admin:index")
    with chromium.opened(live_server.url, chromium.signed_in()) as context:
        chromium.speak(context, live_server.url, "en")
        page = context.new_page()
        page.goto(home)
        tour = page.get_by_role("region", name="Know your way around in five minutes")
        expect(tour.get_by_role("heading")).to_contain_text("0 of 6 seen")
        for number, step in enumerate(("Ask why", "See a held message", "Ask why"), 1):
            tour.get_by_role("link", name=step).click()
            page.goto(home)
            expect(tour.get_by_role("heading")).to_contain_text(f"{min(number, 2)} of 6 seen")
        tour.get_by_role("button", name="Hide the tour").press("Enter")
        expect(tour).to_have_count(0)
        expect(page.get_by_role("main")).to_be_focused()
        page.reload()
        expect(tour).to_have_count(0)

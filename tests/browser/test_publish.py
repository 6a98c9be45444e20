"""From the canvas to the page that publishes and back, in a real browser: a problem's link, an edit just made, a menu."""

from __future__ import annotations

import pytest

from orchestrator.journeys.models import Journey
from tests.browser import test_canvas as drawing
from tests.browser.test_canvas import Page, cards

page = drawing.page  # the fixture
PUBLISH = "[...document.querySelectorAll('.cv-bar a')].find(a => a.innerText == 'Publish')"


@pytest.mark.django_db(transaction=True)
def test_a_draft_is_mended_and_published_at_once(page: tuple[Page, Journey]) -> None:
    canvas, journey = page
    canvas.wait(cards(2))
    canvas.click(PUBLISH)
    # There is no template of that name: the problem leads to its step.
    canvas.click("document.querySelector('#troubles ~ ul a')")
    canvas.wait("location.hash == '#line-7'")
    canvas.wait("""document.activeElement.dataset.key == 'step:["steps",0]'""")
    canvas.press("Delete")
    canvas.wait(cards(1))
    canvas.click("""document.querySelector(`[data-key='place:["steps"]:0']`)""")
    canvas.add("wait_for_window")
    canvas.wait(cards(2))
    # Not saved by itself yet, it is saved on the way.
    canvas.click(PUBLISH)
    canvas.wait("!!document.querySelector('.st-headline')")
    said = canvas.browser.script("document.querySelector('.st-headline').innerText")
    assert said == "This will be version 1, with 1 step."
    canvas.click("document.querySelector('button[value=publish]')")
    canvas.wait("!!document.querySelector('.cv-bar .st-success')")
    assert (
        canvas.browser.script("document.querySelector('.cv-bar .st-success').innerText")
        == "Version 1 is live"
    )
    # Paused from the menu, one is back on the canvas.
    canvas.click("document.querySelector('.cv-menu > summary')")
    canvas.click(
        "[...document.querySelectorAll('.cv-sheet button')].find(b => b.innerText.includes('Pause'))"
    )
    canvas.wait("!!document.querySelector('.cv-bar .st-warning')")
    journey.refresh_from_db()
    assert journey.status == "paused"
    assert journey.current is not None
    assert journey.current.number == 1

"""A segment is built in a real browser, by mouse and by keyboard: conditions, a group, a slip, the count that moves, kept."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from orchestrator.customers.save import Person, save
from orchestrator.domain.definition import read_rule
from orchestrator.segments.define import define
from orchestrator.segments.models import Segment
from orchestrator.workspace.models import Brand
from tests.browser.screenshots import browser
from tests.browser.test_canvas import Page

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TIERS = ("basic", "silver", "gold")
SAID = {
    "en": ("4 of 12 customers", "Save", "+ Add a condition", "Saved."),
    "pl": ("4 z 12 klientów", "Zapisz", "+ Dodaj warunek", "Zapisano."),
}


@pytest.fixture
def page(live_server: Any) -> Iterator[tuple[Page, str]]:
    if shutil.which("chromium") is None:
        pytest.skip("no Chromium on this machine; Debian's package is chromium")
    Brand.objects.get_or_create(key="default", defaults={"name": "Shop"})
    save(
        [
            Person(
                external_id=f"p{n:02}",
                language="pl" if n < 9 else "de",
                attributes={"loyalty_tier": TIERS[n % 3], "first_name": f"Anna{n:02}"},
            )
            for n in range(12)
        ],
        NOW,
    )
    client = Client()
    client.force_login(User.objects.create_superuser("ola"))
    with browser() as one:
        one.ask("Network.enable")
        one.ask(
            "Network.setCookie",
            name="sessionid",
            value=client.cookies["sessionid"].value,
            url=live_server.url,
        )
        one.ask(
            "Emulation.setDeviceMetricsOverride", width=1600, height=1400, deviceScaleFactor=1, mobile=False
        )
        yield Page(one), live_server.url


def opened(page: Page, url: str, language: str) -> None:
    page.browser.ask("Network.setCookie", name="django_language", value=language, url=url)
    page.browser.open(f"{url}/admin/segments/segment/add/")
    page.wait("!!document.querySelector('.bd-builder .ruleGroup')")


def label(name: str, place: int = 0) -> str:
    return f"""document.querySelectorAll("[aria-label='{name}']")[{place}]"""


def button(text: str, place: int = 0) -> str:
    return f"[...document.querySelectorAll('.bd button')].filter(b => b.innerText.trim().endsWith('{text}'))[{place}]"


def counted(page: Page, text: str) -> None:
    page.wait(f"document.querySelector('.bd-count')?.innerText == '{text}'")


def choose(page: Page, select: str, value: str) -> None:
    """As the keyboard does it: the value set where the focus is, and the page told."""
    page.wait(f"!!({select})")
    page.browser.script(
        f"(() => {{const s = {select}; s.focus();"
        " Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, 'value').set.call(s, '" + value + "');"
        " s.dispatchEvent(new Event('change', {bubbles: true}))})()"
    )


def written(page: Page, field: str, text: str) -> None:
    page.wait(f"!!({field})")
    page.browser.script(f"(() => {{const f = {field}; f.focus(); f.select()}})()")
    page.write(text)


@pytest.mark.django_db(transaction=True)
def test_a_segment_is_built_counted_asked_and_kept(page: tuple[Page, str]) -> None:
    builder, url = page
    opened(builder, url, "en")
    # By mouse: a first condition, which begins with a likely value.
    builder.click(button("Add a condition"))
    counted(builder, "4 of 12 customers")
    assert builder.browser.script(
        "document.querySelector('.bd-said').innerText.includes('loyalty tier is basic')"
    )
    # By keyboard: another value.
    written(builder, label("Value"), "gold")
    counted(builder, "4 of 12 customers")
    builder.wait("document.querySelector('.bd-said').innerText.includes('loyalty tier is gold')")
    # A second one beside it cuts.
    builder.browser.script(f"({button('Add a condition')}).focus()")
    builder.press("Enter")
    written(builder, label("Attribute", 1), "language")
    written(builder, label("Value", 1), "pl")
    counted(builder, "3 of 12 customers")
    builder.wait(
        "document.querySelectorAll('.bd-part')[1].innerText == 'alone 9, 75.0% of all; without it 4'"
    )
    # A slip is seen at its place, counts nothing, and is mended.
    choose(builder, label("Comparison", 1), "above")
    written(builder, label("Value", 1), "high")
    builder.wait("document.querySelectorAll('.bd-leaf.bd-bad').length == 1")
    builder.wait("!document.querySelector('.bd-count')")
    choose(builder, label("Comparison", 1), "is_not")
    written(builder, label("Value", 1), "pl")
    counted(builder, "1 of 12 customers")
    # The text follows the tree, and the tree the text.
    builder.click(button("Show the text"))
    builder.wait("!!document.querySelector('.cm-content')?.innerText.includes('is_not: pl')")
    builder.click("document.querySelector('.cm-content')")
    builder.press("a", 2)
    builder.write(
        "# Ours\nany:\n  - {attribute: loyalty_tier, is: gold}\n  - attribute: language\n    is: de\n"
    )
    counted(builder, "6 of 12 customers")
    assert builder.browser.script("document.querySelector('.bd-builder select').value") == "any"
    # One is asked about.
    written(builder, "document.querySelector('.bd-ask input')", "p11")
    builder.press("Enter")
    builder.wait("document.querySelector('.bd-answer')?.innerText.includes('Anna11 fulfils the rule.')")
    builder.wait("document.querySelectorAll('.bd-mark.bd-yes').length == 2")
    # Kept under a name, whose key follows.
    written(builder, "document.querySelector('.bd-names input')", "Złoci & Niemcy")
    builder.click(button("Save"))
    builder.wait("document.querySelector('.cv-status').innerText.startsWith('Saved.')")
    segment = Segment.objects.get()
    assert (segment.key, segment.title) == ("zloci_niemcy", "Złoci & Niemcy")
    assert segment.source.startswith("# Ours\nany:\n")
    assert segment.rule == {
        "any": [{"attribute": "loyalty_tier", "is": "gold"}, {"attribute": "language", "is": "de"}]
    }
    assert builder.browser.script("location.pathname") == f"/admin/segments/segment/{segment.pk}/builder/"
    # One more change, saved again: the comment stays.
    written(builder, label("Value", 0), "silver")
    counted(builder, "6 of 12 customers")
    builder.wait("document.querySelector('.cm-content').innerText.includes('is: silver')")
    builder.click(button("Save"))
    builder.wait("document.querySelector('.cv-status').innerText.startsWith('Saved.')")
    segment.refresh_from_db()
    assert segment.source.startswith("# Ours\nany:\n  - {attribute: loyalty_tier, is: silver}\n")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["pl", "en"])
def test_in_both_languages(page: tuple[Page, str], language: str) -> None:
    builder, url = page
    count, keep, add, saved = SAID[language]
    opened(builder, url, language)
    builder.click(button(add))
    counted(builder, count)
    written(builder, "document.querySelector('.bd-names input')", "Basic")
    builder.click(button(keep))
    builder.wait(f"document.querySelector('.cv-status').innerText.startsWith('{saved}')")
    assert Segment.objects.get().rule == {"attribute": "loyalty_tier", "is": "basic"}


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_the_later_chooses(page: tuple[Page, str]) -> None:
    builder, url = page
    text = "attribute: loyalty_tier\nis: gold\n"
    id_ = define("gold", "Gold", text, read_rule({"attribute": "loyalty_tier", "is": "gold"}), NOW).id
    builder.browser.open(f"{url}/admin/segments/segment/{id_}/builder/")
    counted(builder, "4 of 12 customers")
    Segment.objects.update(title="Theirs", source=text.replace("gold", "silver"))
    written(builder, label("Value"), "basic")
    builder.wait("document.querySelector('.bd-said').innerText.includes('basic')")
    builder.click(button("Save"))
    builder.wait("document.querySelector('.cv-status').innerText.includes('has changed this segment')")
    assert Segment.objects.get().title == "Theirs"
    builder.click(button("Load it anew"))
    builder.wait("document.querySelector('.bd-names input').value == 'Theirs'")
    builder.wait("document.querySelector('.bd-said').innerText.includes('silver')")
    written(builder, label("Value"), "basic")
    builder.wait("document.querySelector('.bd-said').innerText.includes('basic')")
    builder.click(button("Save"))
    builder.wait("document.querySelector('.cv-status').innerText.startsWith('Saved.')")
    assert Segment.objects.get().source == text.replace("gold", "basic")


@pytest.mark.django_db(transaction=True)
def test_every_control_has_a_name(page: tuple[Page, str]) -> None:
    builder, url = page
    opened(builder, url, "en")
    builder.click(button("Add a group"))
    builder.click(button("Add a condition", 1))
    choose(builder, "document.querySelector('.rule > .bd-label select')", "event")
    builder.click("[...document.querySelectorAll('.bd-more button')][0]")
    unnamed = builder.browser.script(
        "[...document.querySelectorAll('.bd input, .bd select, .bd button, .bd textarea')].filter(e =>"
        " !e.labels?.length && !e.getAttribute('aria-label') && !e.title && !e.innerText.trim()).length"
    )
    assert unnamed == 0

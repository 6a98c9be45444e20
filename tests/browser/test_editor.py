"""A template is written in a real browser: seen beside, wrong on its line, mended, kept, and published."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from orchestrator.customers.models import Customer
from orchestrator.messaging.models import Template
from orchestrator.workspace.models import Brand, Workspace
from tests.browser.screenshots import browser
from tests.browser.test_canvas import PATIENCE, Page

DRAFT = """\
# What we say first.
template: hello
email:
  en:
    subject: "Hello"
    html: |
      <h1>Hello</h1>
      <style>@media (prefers-color-scheme: dark) { h1 { color: #ffffff } }</style>
"""
EDITOR = "document.querySelector('.te-editor .cm-content')"
FRAME = "document.querySelector('.te-mail iframe')"


@pytest.fixture
def page(live_server: Any) -> Iterator[tuple[Page, Template]]:
    if shutil.which("chromium") is None:
        pytest.skip("no Chromium on this machine; Debian's package is chromium")
    workspace = Workspace.get()
    workspace.languages = ["en"]
    workspace.save()
    brand, _ = Brand.objects.get_or_create(key="default", defaults={"name": "Shop"})
    now = datetime(2026, 5, 4, tzinfo=UTC)
    for name in ("Anna", "Bruno"):
        Customer.objects.create(attributes={"first_name": name}, created_at=now, updated_at=now)
    template = Template.objects.create(key="hello", brand=brand, draft=DRAFT)
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
        one.open(f"{live_server.url}/admin/messaging/template/{template.pk}/editor/")
        yield Page(one), template


def wait_for_letter(editor: Page, words: str) -> None:
    """Until the frame shows these words. No script of the page can look into it; the debugger can."""
    for _ in range(PATIENCE):
        if words in (said := letter(editor)):
            return
        time.sleep(0.1)
    raise AssertionError(f"the letter never said {words!r}: {said}")


def letter(editor: Page) -> str:
    """The text that stands in the frame."""
    whole = editor.browser.ask("DOM.getDocument", depth=-1, pierce=True)["root"]
    frames = [node["contentDocument"] for node in nodes(whole) if "contentDocument" in node]
    return " ".join(node["nodeValue"] for frame in frames for node in nodes(frame) if node["nodeType"] == 3)


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("children", ()):
        yield from nodes(child)


@pytest.mark.django_db(transaction=True)
def test_a_template_is_written_seen_mended_kept_and_published(page: tuple[Page, Template]) -> None:
    editor, template = page
    wait_for_letter(editor, "Hello")
    # The frame runs nothing and reaches nothing.
    assert editor.browser.script(f"{FRAME}.getAttribute('sandbox')") == ""
    assert editor.browser.script(f"{FRAME}.contentDocument === null") is True
    # What is written is seen as the newest customer gets it.
    editor.click(f"{EDITOR}.querySelector('.cm-line')")
    editor.press("End")
    editor.write("<p>Dear {{ customer.first_name }}</p>")
    wait_for_letter(editor, "Dear Bruno")
    # A name is completed.
    editor.write("{{ customer.fi")
    editor.wait(
        "[...document.querySelectorAll('.cm-tooltip-autocomplete li')].some(l => l.innerText.includes('first_name'))"
    )
    editor.wait("!!document.querySelector('.te-marks li.te-error')")
    editor.press("Enter")
    editor.write(" | nope }}")
    # A fault is marked on its line, on its tab, and below; what is below leads there.
    editor.wait("document.querySelector('.te-marks li').innerText.includes('nope')")
    editor.wait(
        "document.querySelectorAll('.te-editor .cm-lint-marker-error, .te-editor .cm-lintRange-error').length > 0"
    )
    assert editor.browser.script("document.querySelector('[data-tab=html] .te-count').innerText") == "1"
    # Mended, it goes away.
    editor.browser.script(f"{EDITOR}.focus()")
    for _ in range(len("{{ customer.first_name | nope }}")):
        editor.press("Backspace")
    editor.wait("document.querySelector('.te-marks').innerText.includes('Nothing to mend')")
    # As somebody else.
    editor.click("document.querySelector('.te-search input')")
    editor.write("Ann")
    editor.wait("document.querySelectorAll('.te-search [role=option]').length == 1")
    editor.press("Enter")
    wait_for_letter(editor, "Dear Anna")
    # Dark, as a reader's device would have it.
    editor.click("[...document.querySelectorAll('.te-switch label')].find(l => l.innerText.includes('Dark'))")
    editor.wait(f"getComputedStyle({FRAME}).colorScheme == 'dark'")
    # Another part, by keyboard.
    editor.browser.script("document.querySelector('[data-tab=html]').focus()")
    editor.press("ArrowLeft")
    editor.wait("document.querySelectorAll('.te-panel .te-editor').length == 2")
    # It is kept, with its comments, and published.
    editor.wait("document.querySelector('.te-status').innerText.includes('saved') "
                "&& !document.querySelector('.te-status').innerText.includes('not saved')")  # fmt: skip
    template.refresh_from_db()
    assert template.draft == DRAFT.replace("Hello</h1>", "Hello</h1><p>Dear {{ customer.first_name }}</p>")
    editor.browser.script("window.confirm = () => true")
    editor.click("[...document.querySelectorAll('.te-bar button')].find(b => b.innerText == 'Publish')")
    editor.wait("document.querySelector('.te-where[role=status]')?.innerText.startsWith('Published')")
    template.refresh_from_db()
    assert template.draft == ""
    assert template.latest is not None
    assert "Dear {{ customer.first_name }}" in template.latest.prepared["email"]["en"]["html"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_write_the_later_chooses(page: tuple[Page, Template]) -> None:
    editor, template = page
    wait_for_letter(editor, "Hello")
    theirs = DRAFT.replace("<h1>Hello", "<h1>Good day")
    Template.objects.filter(pk=template.pk).update(draft=theirs)
    editor.click(f"{EDITOR}.querySelector('.cm-line')")
    editor.press("End")
    editor.write("<p>Mine</p>")
    editor.wait("!!document.querySelector('.te-status[role=alert]')")
    assert Template.objects.get().draft == theirs
    editor.click(
        "[...document.querySelectorAll('.te-status button')].find(b => b.innerText == 'Take theirs')"
    )
    wait_for_letter(editor, "Good day")
    assert "Mine" not in editor.browser.script(f"{EDITOR}.innerText")

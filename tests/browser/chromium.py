"""Debian's Chromium under Playwright, signed in. All that is asked of the database is asked before it starts: it runs
a loop in the test's own thread, where Django refuses to ask.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import BrowserContext, sync_playwright

PROGRAM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


def needed() -> None:
    """Skip the test where there is no Chromium."""
    if PROGRAM is None:
        pytest.skip("no Chromium on this machine; Debian's package is chromium")


def signed_in() -> Client:
    """Somebody who may see everything."""
    client = Client()
    client.force_login(User.objects.create_superuser("ola", "ola@shop.example", "x"))
    return client


@contextmanager
def opened(base: str, client: Client, **options: Any) -> Iterator[BrowserContext]:
    """A browser in which this client is signed in at `base`."""
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": base}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=FLAGS)
        context = browser.new_context(base_url=base, reduced_motion="reduce", **options)
        context.add_cookies([cookie])
        try:
            yield context
        finally:
            browser.close()


def speak(context: BrowserContext, base: str, language: str) -> None:
    """Read the site in this language from now on."""
    context.add_cookies([{"name": "django_language", "value": language, "url": base}])

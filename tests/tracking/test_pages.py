"""How the public pages speak, look and keep to themselves."""

from __future__ import annotations

import re

import pytest
from django.db import OperationalError, connection
from django.test import Client

from orchestrator.customers.models import Customer
from orchestrator.tracking.page import on_colour
from orchestrator.workspace.models import Brand
from tests.tracking.conftest import Post

ENGLISH, POLISH = "What should we stop sending you?", "Czego mamy już nie wysyłać?"


@pytest.mark.parametrize(
    ("language", "browser", "said"),
    [
        ("pl", "en", POLISH),
        ("en", "pl", ENGLISH),
        ("pl-PL", "en", POLISH),
        ("PL_pl", "en", POLISH),
        ("", "pl-PL,pl;q=0.9,en;q=0.5", POLISH),
        ("de", "pl", POLISH),
        ("de", "fr", ENGLISH),
        ("", "", ENGLISH),
    ],
)
def test_the_customers_language_goes_before_the_browsers(post: Post, language: str, browser: str, said: str):
    anna = post.world.person("anna")
    post.begin(anna)
    Customer.objects.filter(pk=anna).update(language=language)
    answer = post.at_now("get", post.link("u", anna), headers={"Accept-Language": browser})
    code = "pl" if said == POLISH else "en"
    assert said in answer.text
    assert f'<html lang="{code}">' in answer.text
    assert answer["Content-Language"] == code


def test_polish_from_the_button_to_the_ledger(post: Post):
    anna = post.world.person("anna")
    post.begin(anna)
    Customer.objects.filter(pk=anna).update(language="pl")
    page = post.at_now("post", post.link("u", anna), {"choice": "topic"})
    assert "Tylko ten temat: Klub" in page.text
    assert "Gotowe, przyjęliśmy rezygnację" in page.text
    text = post.at_now("get", post.link("p", anna)).text
    assert "Chcę dostawać od" in text
    assert "Klub (e-mail)" in text


@pytest.mark.parametrize("purpose", ["u", "p"])
def test_pages_load_nothing_and_tell_nobody(post: Post, purpose: str):
    anna = post.world.person("anna")
    post.begin(anna)
    Brand.objects.update(logo_url="https://elsewhere.example/logo.png", site_url="https://elsewhere.example")
    answer = post.at_now("get", post.link(purpose, anna))
    assert not re.search(r"https?://|<script|<link|<img|style=|@import|url\(", answer.text)
    assert "anna" not in answer.text.lower()
    nonce = re.search(r'<style nonce="([^"]+)">', answer.text)
    assert nonce
    assert answer["Content-Security-Policy"] == (
        f"default-src 'none'; style-src 'nonce-{nonce[1]}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    assert (answer["X-Robots-Tag"], answer["Cache-Control"]) == ("noindex, nofollow", "no-store")
    assert answer["X-Frame-Options"] == "DENY"
    # A form under CSRF's check needs its Origin, which no-referrer would take away.
    assert answer["Referrer-Policy"] == {"u": "no-referrer", "p": "same-origin"}[purpose]


def test_what_a_brand_is_called_cannot_break_out(post: Post):
    anna = post.world.person("anna")
    post.begin(anna)
    Brand.objects.update(name="<b>%(x)s</style>", colour="}</sty")
    for purpose in "up":
        text = post.at_now("get", post.link(purpose, anna)).text
        assert text.count("</style>") == 1
        assert "<b>" not in text
        assert "--brand: #7c3aed" in text


def test_the_buttons_are_equally_large(post: Post):
    anna = post.world.person("anna")
    post.begin(anna)
    text = post.at_now("get", post.link("u", anna)).text
    assert re.findall(r"<button ([^>]*)>", text) == [
        'name="choice" value="topic"',
        'name="choice" value="everything"',
    ]


@pytest.mark.parametrize(
    ("colour", "ink"),
    [("#000000", "#ffffff"), ("#ffffff", "#000000"), ("#7c3aed", "#ffffff"), ("#ffd400", "#000000")],
)
def test_buttons_can_be_read_on_any_brand_colour(colour: str, ink: str):
    assert on_colour(colour) == ink


@pytest.mark.django_db
def test_health(monkeypatch: pytest.MonkeyPatch):
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "database": "ok", "workers": "none"})
    assert "no-store" in answer["Cache-Control"]
    assert Client().post("/healthz").status_code == 405

    def refuse() -> None:
        raise OperationalError("password=secret")

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable", "database": "unreachable"})
